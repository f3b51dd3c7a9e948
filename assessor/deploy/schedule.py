"""Schedule expressions, checked before they are deployed: no validator of templates looks into them.

https://docs.aws.amazon.com/scheduler/latest/UserGuide/schedule-types.html
"""

import re

_RATE = re.compile(r"rate\((\d+) (minutes?|hours?|days?)\)")
_CRON = re.compile(r"cron\((.*)\)")
_MONTHS = ("JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC")
_DAYS = ("SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT")
_FIELDS = (
    ("minutes", 0, 59, ()),
    ("hours", 0, 23, ()),
    ("day of month", 1, 31, ()),
    ("month", 1, 12, _MONTHS),
    ("day of week", 1, 7, _DAYS),
    ("year", 1970, 2199, ()),
)


class ScheduleError(ValueError):
    """EventBridge Scheduler would not take the expression. The message says what is wrong in it."""


def check(expression: str) -> None:
    """Raise `ScheduleError` for an expression that is neither ``rate(...)`` nor ``cron(...)`` as AWS takes them."""
    rate = _RATE.fullmatch(expression)
    if rate:
        number, unit = int(rate.group(1)), rate.group(2)
        if not number:
            raise ScheduleError("a rate begins at 1")
        if (number == 1) == unit.endswith("s"):
            raise ScheduleError(f"rate({number} ...) takes {unit.rstrip('s')}{'' if number == 1 else 's'}")
        return
    cron = _CRON.fullmatch(expression)
    if cron is None:
        raise ScheduleError(
            "it reads rate(1 day), or cron(minutes hours day-of-month month day-of-week year)"
        )
    fields = cron.group(1).split(" ")
    if len(fields) != len(_FIELDS):
        raise ScheduleError(
            f"cron has six fields, not {len(fields)}: cron(0 2 * * ? *) is every night at two"
        )
    for text, (name, least, most, names) in zip(fields, _FIELDS, strict=True):
        _field(text, name, least, most, names)
    if (fields[2] == "?") == (fields[4] == "?"):
        raise ScheduleError("exactly one of day of month and day of week is ?")


def _field(text: str, name: str, least: int, most: int, names: tuple[str, ...]) -> None:
    days = name.startswith("day")
    if text == "*" or (text == "?" and days):
        return
    if days and re.fullmatch(r"L(-\d{1,2})?|\d{1,2}W|LW|[1-7]L|[1-7]#[1-5]", text):
        return
    for part in text.split(","):
        found = re.fullmatch(r"(\*|\w+)(?:-(\w+))?(?:/(\d+))?", part)
        if found is None:
            raise ScheduleError(f"{name} cannot be {text!a}")
        first = least if found.group(1) == "*" else _number(found.group(1), name, least, most, names)
        if found.group(2) is not None and _number(found.group(2), name, least, most, names) < first:
            raise ScheduleError(f"{name}: {part!a} ends before it begins")
        if found.group(3) is not None and not int(found.group(3)):
            raise ScheduleError(f"{name}: a step begins at 1")


def _number(text: str, name: str, least: int, most: int, names: tuple[str, ...]) -> int:
    if text.upper() in names:
        return names.index(text.upper()) + 1
    if not text.isdecimal() or not least <= int(text) <= most:
        raise ScheduleError(f"{name} runs from {least} to {most}, not {text!a}")
    return int(text)


__all__ = ["ScheduleError", "check"]
