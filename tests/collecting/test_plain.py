"""Answers as plain JSON."""

import io
import json
from collections import OrderedDict
from datetime import UTC, datetime, timedelta, timezone
from email.utils import format_datetime
from typing import Any

import pytest
from botocore.response import StreamingBody
from botocore.utils import parse_timestamp
from hypothesis import given
from hypothesis import strategies as st

from assessor.collecting.plain import NotPlainError, iso, plain, timestamp

MOMENTS = st.datetimes(datetime(1980, 1, 1), datetime(2100, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001 - the zone is the strategy's


@pytest.mark.parametrize(
    ("sent", "kept"),
    [
        (1700000000, "2023-11-14T22:13:20Z"),
        (1700000000.0, "2023-11-14T22:13:20Z"),
        (1700000000.123, "2023-11-14T22:13:20.123000Z"),
        ("1700000000", "2023-11-14T22:13:20Z"),
        ("1.7E9", "2023-11-14T22:13:20Z"),
        ("2023-11-14T22:13:20Z", "2023-11-14T22:13:20Z"),
        ("2023-11-14T22:13:20.000Z", "2023-11-14T22:13:20Z"),
        ("2023-11-14T22:13:20.5Z", "2023-11-14T22:13:20.500000Z"),
        ("2023-11-15T00:13:20+02:00", "2023-11-14T22:13:20Z"),
        ("2023-11-14T22:13:20", "2023-11-14T22:13:20Z"),
        ("20231114T221320Z", "2023-11-14T22:13:20Z"),
        ("Tue, 14 Nov 2023 22:13:20 GMT", "2023-11-14T22:13:20Z"),
        ("Tue, 14 Nov 2023 23:13:20 +0100", "2023-11-14T22:13:20Z"),
        ("14 November 2023 22:13:20 GMT", "2023-11-14T22:13:20Z"),
        (-1, "1969-12-31T23:59:59Z"),
    ],
)
def test_every_form_aws_sends_becomes_text_in_utc(sent: object, kept: str) -> None:
    assert timestamp(sent) == kept


@given(MOMENTS)
def test_the_moment_is_the_one_botocore_reads(moment: datetime) -> None:
    whole = moment.replace(microsecond=0)
    forms: list[Any] = [
        whole.timestamp(),
        int(whole.timestamp()),
        iso(whole),
        whole.isoformat(),
        format_datetime(whole, usegmt=True),
    ]
    assert {timestamp(form) for form in forms} == {iso(whole)}
    assert {iso(parse_timestamp(form)) for form in forms} == {iso(whole)}
    assert datetime.fromisoformat(timestamp(iso(moment))) == moment


def test_what_is_no_time_is_an_error() -> None:
    with pytest.raises(ValueError, match="yesterday"):
        timestamp("yesterday, about noon")


def test_an_answer_becomes_plain_json() -> None:
    answer = {
        "Blob": b"\x00\xff",
        "Nested": [{"When": datetime(2026, 1, 2, 3, 4, 5, tzinfo=timezone(timedelta(hours=1)))}, (1, 2)],
        "Policy": OrderedDict(Statement=[OrderedDict(Effect="Allow")]),
        "Scalars": ["text", 1, 1.5, True, None],
    }
    kept = plain(answer)
    assert kept == {
        "Blob": "AP8=",
        "Nested": [{"When": "2026-01-02T02:04:05Z"}, [1, 2]],
        "Policy": {"Statement": [{"Effect": "Allow"}]},
        "Scalars": ["text", 1, 1.5, True, None],
    }
    assert json.loads(json.dumps(kept)) == kept
    assert type(kept["Policy"]) is dict


def test_a_stream_is_refused() -> None:
    with pytest.raises(NotPlainError, match="StreamingBody"):
        plain({"Body": StreamingBody(io.BytesIO(b"x"), 1)})
