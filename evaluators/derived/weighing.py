"""Several looks at one thing, one verdict: a problem that is proven decides, a pass needs every look to see.

"FAIL if anything seen proves it; PASS only if everything needed was seen; else NOT_ASSESSED."
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from assessor.model.reading import UnseenError, Why
from assessor.model.verdict import Severity, Verdict, failed, passed


@dataclass(frozen=True, slots=True)
class Problem:
    """Something that is wrong, and how much."""

    severity: Severity
    said: str


Look = Callable[[], Iterable[Problem | str]]
"""Yields problems, and facts in words; raises UnseenError after what it could see."""


def weighed(what: str, looks: Sequence[Look], notes: Iterable[str] = ()) -> Verdict:
    """The gravest problem of all looks, or a pass with the facts. Raises the first UnseenError when nothing is proven.

    What a person has yet to decide is raised only where nothing else was unseen.
    """
    problems: list[Problem] = []
    facts: list[str] = []
    unseen: list[UnseenError] = []
    for look in looks:
        try:
            for found in look():
                if isinstance(found, Problem):
                    problems.append(found)
                else:
                    facts.append(found)
        except UnseenError as error:
            unseen.append(error)
    what = f"{what[:1].upper()}{what[1:]}"
    if problems:
        problems.sort(key=lambda problem: problem.severity.rank)
        return failed(
            f"{what}: {'; '.join(problem.said for problem in problems)}", problems[0].severity, *notes
        )
    if unseen:
        raise next((error for error in unseen if error.why is not Why.PARAMETER_MISSING), unseen[0])
    return passed(f"{what}: {'; '.join(facts)}" if facts else what, *notes)
