"""The floor under every import: DuckDB reads the five columns and does nothing with them. `scan_job.py log.csv`."""

from __future__ import annotations

import sys


def main() -> None:
    """Read all values once."""
    import duckdb

    duckdb.connect().execute(
        'SELECT count(case_id), count(activity), max("timestamp"), count(resource), count("group") FROM read_csv(?)',
        [sys.argv[1]],
    ).fetchall()


if __name__ == "__main__":
    main()
