"""Listener rules that forward only requests with a header that CloudFront adds.

Of the header in a rule its name is known and whether its value is a wildcard; the value itself is not kept.
https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/restrict-access-to-load-balancer.html
"""

from collections.abc import Collection

from assessor.model.looks import Look, look, look_of
from assessor.model.path import values
from evaluators.derived.doors.balancer_doors import Way


def asks_for(way: Way, headers: Collection[str]) -> bool | None:
    """Whether a rule forwards only requests with one of the headers (lower case); None where a pattern hides it."""
    hidden = False
    for condition in way.conditions:
        for config in values(condition, "HttpHeaderConfig"):
            if str(config.get("HttpHeaderName") or "").lower() not in headers:
                continue
            if config.get("RegexValues"):
                hidden = True
                continue
            held = [str(one) for one in config.get("Values") or ()]
            if held and not any((look_of(one) or look(one)) in _ANYTHING for one in held):
                return True
    return None if hidden else False


_ANYTHING = frozenset({Look.WILDCARD, Look.EMPTY})
