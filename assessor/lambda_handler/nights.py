"""The nights before, for the page of this one."""

from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any

from assessor.history.runs import SHOWN, RunError, RunSummary, earlier
from assessor.history.trend import in_order
from assessor.lambda_handler.shards import Keys
from assessor.lambda_handler.store import Store
from assessor.lambda_handler.telemetry import Telemetry
from assessor.publishing.runs_in_s3 import REPORTS, Place, summaries


def before(store: Store, keys: Keys, run: Mapping[str, Any], told: Telemetry) -> tuple[RunSummary, ...]:
    """Earlier nights that asked the same; none where they cannot be read, for the night's findings matter more."""
    # The reports' own folder: on the first night there is none yet, and the whole bucket would be looked through.
    folder = Place(store.bucket, "/".join(filter(None, (keys.prefix, REPORTS))))
    since = date.fromisoformat(keys.night.day) - timedelta(days=SHOWN + 1)
    try:
        found = in_order(summaries(store.s3, folder, since=since.isoformat()))
    except RunError as error:
        told.warn("the nights before could not be read; the page does not show them", reason=str(error))
        return ()
    return earlier(run, found)[0]


__all__ = ["before"]
