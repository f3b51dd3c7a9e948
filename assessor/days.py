"""Days without a time zone: a day has begun once it has begun anywhere on earth, and is over once it is everywhere.

So nobody's today is refused as the future, and nobody's last day is cut short. The first zone is UTC+14, the last UTC-12.
"""

from datetime import UTC, date, datetime, timedelta

_FIRST = timedelta(hours=14)
_LAST = timedelta(hours=12)


def begun(day: date, now: datetime) -> bool:
    """Whether it is that day, or later, somewhere on earth."""
    return day <= (now.astimezone(UTC) + _FIRST).date()


def over(day: date, now: datetime) -> bool:
    """Whether that day has ended everywhere on earth."""
    return day < (now.astimezone(UTC) - _LAST).date()
