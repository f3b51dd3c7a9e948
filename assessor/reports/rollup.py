"""Counts by account, Region and item: where in an organization the open points are."""

from collections.abc import Iterable
from typing import Any

from assessor.model.finding import Finding
from assessor.model.verdict import Status


def by_place(findings: Iterable[Finding]) -> list[dict[str, Any]]:
    """One entry per account, Region and item, with the findings counted by status, in that order."""
    import pandas as pd

    columns = ["account_id", "region", "item"]
    frame = pd.DataFrame(
        [(row.account_id, row.region, row.item, row.status.value) for row in findings],
        columns=[*columns, "status"],
    )
    if frame.empty:
        return []
    counted = (
        frame.pivot_table(index=columns, columns="status", aggfunc="size", fill_value=0)
        .reindex(columns=[status.value for status in Status], fill_value=0)
        .reset_index()
    )
    return [
        {
            **{name: record[name] for name in columns},
            "counts": {status.value: int(record[status.value]) for status in Status},
        }
        for record in counted.to_dict("records")
    ]
