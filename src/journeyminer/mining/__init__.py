"""Measures: functions over an EventLog, a module each. They return tables or a graph and change nothing."""
