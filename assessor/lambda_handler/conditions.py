"""Under which conditions shards are judged: controls by place, and the files that people keep in the bucket.

``config/assessor.toml``, ``config/attestations.toml`` and ``config/waivers.toml`` are those of the command line; each
may be missing, and one that cannot be used ends the run.
"""

from datetime import UTC, datetime
from typing import Any

from assessor import config, waivers
from assessor.attestations import answers
from assessor.attestations.questions import ATTESTATIONS
from assessor.lambda_handler.settings import Settings
from assessor.lambda_handler.shards import ALL, Keys
from assessor.lambda_handler.store import Store
from assessor.model.control import Asker, Level
from assessor.model.operation import Operation
from assessor.model.snapshot import GLOBAL
from assessor.organization.parts import Conditions

PARAMETERS, ANSWERS, WAIVERS = "assessor.toml", "attestations.toml", "waivers.toml"


def load(store: Store, keys: Keys, settings: Settings) -> Conditions:
    """The conditions of the whole run. Raises `ConfigError` and `RecordError` for a file that cannot be used."""
    import evaluators

    now = datetime.now(UTC)
    given = config.Settings()
    text = _text(store, keys, PARAMETERS)
    if text:
        given = config.parse(text, PARAMETERS)
        if "scp_files" in given.parameters:
            raise config.ConfigError(f"{PARAMETERS}: scp_files names files of a machine; leave it out here")
        # The account, Regions and limits of the run are the deployment's.
        given = config.Settings(given.parameters)
    known = frozenset((*(one.id for one in evaluators.CONTROLS), *(one.id for one in ATTESTATIONS)))
    return Conditions(
        controls=evaluators.CONTROLS,
        questions=ATTESTATIONS,
        parameters=config.parameters(given),
        answers=answers.parse(_text(store, keys, ANSWERS), ANSWERS, now),
        waivers=waivers.parse(_text(store, keys, WAIVERS), WAIVERS, known, now),
        min_coverage=settings.min_coverage,
    )


def _text(store: Store, keys: Keys, name: str) -> str:
    return (store.find(keys.config(name)) or b"").decode("utf-8-sig")


def at(place: str, whole: Conditions) -> Conditions:
    """What is asked in one place: of a Region its own controls, of the account the rest, and people once."""
    if place == ALL:
        return whole
    level = Level.ACCOUNT if place == GLOBAL else Level.REGION
    members: dict[str, Any] = {name: getattr(whole, name) for name in whole.__dataclass_fields__}
    members["controls"] = tuple(one for one in whole.controls if one.level is level)
    members["questions"] = whole.questions if place == GLOBAL else ()
    return Conditions(**members)


def operations(asked: Conditions, scope: str) -> tuple[Operation, ...]:
    """What has to be read for it."""
    askers: tuple[Asker, ...] = (*asked.controls, *asked.questions)
    return tuple(dict.fromkeys(op for one in askers for op in one.operations(scope)))


__all__ = ["at", "load", "operations"]
