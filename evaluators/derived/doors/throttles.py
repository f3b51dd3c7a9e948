"""Rate and burst limits of API Gateway, and whether they limit anything.

https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-request-throttling.html
"""

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Limits:
    """Requests per second and the burst above them; None where AWS states none. Negative means not throttled."""

    rate: float | None
    burst: float | None

    @property
    def shut(self) -> bool:
        """Whether no request gets through at all."""
        return self.rate == 0 or self.burst == 0

    def weakness(self, max_rate: float, max_burst: float) -> str:
        """Why they do not limit to what is allowed, in words; "" where they do."""
        if self.rate is None and self.burst is None:
            return "no throttle is set"
        for name, value, most in (("rate", self.rate, max_rate), ("burst", self.burst, max_burst)):
            if value is None:
                return f"no {name} is set"
            if value < 0:
                return f"{name} {value:g} means that it is not throttled"
            if value > most:
                return f"{name} {value:g} is above {most:g}"
        return ""

    def __str__(self) -> str:
        shown = ["not set" if value is None else f"{value:g}" for value in (self.rate, self.burst)]
        return f"rate {shown[0]} a second, burst {shown[1]}"


def limits(setting: Any, rate: str, burst: str) -> Limits:
    """The limits of a setting, whose members are called ``rate`` and ``burst``."""
    held = setting if isinstance(setting, dict) else {}
    return Limits(_number(held.get(rate)), _number(held.get(burst)))


def _number(value: Any) -> float | None:
    return float(value) if isinstance(value, (int, float)) and not isinstance(value, bool) else None
