"""What the nights leave in the bucket is one table: DuckDB reads the same files by the template's own columns."""

from pathlib import Path
from typing import Any

import duckdb
import pytest

from assessor.deploy import tables
from tests.lambda_.night import deployed
from tests.organization.standin import document, ids, small

_TYPES = {"string": "VARCHAR", "int": "INTEGER", "boolean": "BOOLEAN", "double": "DOUBLE"}


def test_nights_are_one_table_of_findings_and_the_views_show_each_nights_last_complete_run(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    accounts = ids(2)
    settings = {"ASSESSOR_ACCOUNTS": ",".join(accounts), "ASSESSOR_REGIONS": "us-east-1"}
    with deployed(document(dict.fromkeys(accounts, small())), monkeypatch, settings) as night:
        for name in ("first", "second"):
            assert night.run(name)["status"] == "SUCCEEDED"

        def broken(name: str, _: Any) -> None:
            if name == "WorkerFunction":
                raise MemoryError

        night.before = broken
        assert night.run("incomplete")["status"] == "FAILED"
        for key in night.objects():
            target = tmp_path / "bucket" / key
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(night.get(key))
    base = duckdb.connect()
    for table, folder, columns in (
        ("findings", "findings", tables.FINDINGS),
        ("shards", "shards", tables.SHARDS),
        ("runs", "outcomes", tables.RUNS),
    ):
        declared = ", ".join(f"'{name}': '{_TYPES[kind]}'" for name, kind in columns.items())
        base.execute(
            f"CREATE VIEW {table} AS SELECT * EXCLUDE (filename), "
            "regexp_extract(filename, 'dt=([0-9-]+)', 1) AS dt FROM "
            f"read_json('{tmp_path}/bucket/{folder}/**/*.json*', columns={{{declared}}}, filename=true, "
            "format='newline_delimited', hive_partitioning=false)"
        )
    base.execute(f"CREATE VIEW findings_nightly AS {tables.NIGHTLY_SQL}")
    base.execute(f"CREATE VIEW findings_latest AS {tables.LATEST_SQL}")

    def ask(sql: str) -> list[Any]:
        return base.execute(sql).fetchall()

    outcomes = ask("SELECT outcome, count(*) FROM runs GROUP BY outcome ORDER BY outcome")
    assert outcomes == [("COMPLETE", 2), ("INCOMPLETE", 1)]
    assert ask("SELECT status, count(*) FROM shards GROUP BY status ORDER BY status") == [
        ("assessed", 8),
        ("failed", 4),
    ]
    (whole,) = ask("SELECT count(*), count(DISTINCT run_id), count(DISTINCT account_id) FROM findings")[0:1]
    assert whole[1:] == (2, 2)
    ((rows, run, empty),) = ask(
        "SELECT count(*), max(run_id), count(*) FILTER (finding_id IS NULL OR status IS NULL OR item IS NULL) "
        "FROM findings_nightly"
    )
    assert (rows, empty) == (whole[0] / 2, 0)
    assert run.endswith("-second")
    assert ask("SELECT count(*) FROM findings_latest") == [(rows,)]
    assert ask("SELECT DISTINCT account_id FROM findings_latest ORDER BY 1") == [(one,) for one in accounts]
