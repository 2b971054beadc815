"""Time: whole seconds since 1970 in UTC everywhere, and the calendar of the place where the operation sits."""

from __future__ import annotations

from bisect import bisect_right
from datetime import UTC, date, datetime, timedelta, tzinfo
from zoneinfo import ZoneInfo

MINUTE, HOUR, DAY, WEEK = 60, 3600, 86_400, 604_800


class Calendar:
    """Local days, numbered from 0, and their moments. The first day is a Monday."""

    def __init__(self, zone: str, first: date, days: int, holidays: frozenset[int] = frozenset()) -> None:
        self.zone, self.days, self.holidays = ZoneInfo(zone), days, holidays
        midnight = datetime(first.year, first.month, first.day, tzinfo=self.zone)
        # adding days to a local time keeps the hour on the wall; the length of a day may then be 23 or 25 hours
        self._midnights = [int((midnight + timedelta(days=day)).timestamp()) for day in range(days + 1)]
        self._six = [int((midnight + timedelta(days=day, hours=6)).timestamp()) for day in range(days)]

    def at(self, day: int, minute: float) -> int:
        """The moment of a minute of a local day, as the clock on the wall shows it from six in the morning on."""
        return self._six[day] + int((minute - 360) * MINUTE)

    def day(self, at: int) -> int:
        """The local day of a moment."""
        return bisect_right(self._midnights, at) - 1

    def minute(self, at: int) -> float:
        """The minute of the local day, by the clock on the wall."""
        return (at - self._six[self.day(at)]) / MINUTE + 360

    def works(self, day: int, weekdays: range) -> bool:
        """Whether a day is one of these weekdays (0 is Monday) and no holiday."""
        return day % 7 in weekdays and day not in self.holidays

    def waking(self, at: int, *, first: int = 8, last: int = 21) -> int:
        """The moment, or the next one at which people write and call: between these hours."""
        day, hour = self.day(at), self.minute(at) / 60
        if first <= hour < last:
            return at
        into = at % HOUR  # spreads those who were asleep over the first hour
        return self.at(day + (hour >= last), first * 60) + into


def moment(at: int, zone: tzinfo | None = None) -> datetime:
    """The moment in a zone (UTC if none is given)."""
    return datetime.fromtimestamp(at, zone or UTC)
