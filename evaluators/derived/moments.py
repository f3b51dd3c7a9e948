"""Times in readings: ISO 8601 text in UTC, as every reading holds them."""

from datetime import UTC, datetime

_DAY = 86_400


def moment(text: object) -> datetime | None:
    """The time a reading gives, in UTC; None where it gives none that can be read."""
    if not isinstance(text, str) or not text:
        return None
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        return None
    return found.astimezone(UTC) if found.tzinfo else found.replace(tzinfo=UTC)


def days_since(text: object, now: datetime) -> float | None:
    """Days from the time a reading gives until ``now`` (negative for a time to come); None where it gives none."""
    found = moment(text)
    return None if found is None else (now - found).total_seconds() / _DAY
