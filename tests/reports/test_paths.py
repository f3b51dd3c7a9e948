"""`assessor paths` as text, JSON, Mermaid and DOT: whatever the account's names hold."""

import json
import re
import shutil
import subprocess
from typing import Any

import pytest

from assessor.model.snapshot import Account
from assessor.model.view import View
from assessor.reports import diagrams, inventory, paths
from assessor.workload.build import workload
from tests.workload.accounts import (
    BEDROCK,
    EVERYTHING,
    LOGS,
    REGION,
    built,
    function,
    function_arn,
    merged,
    plain_workload,
    proxy,
    rest_api,
    role,
    role_arn,
    snapshot,
)

ACCOUNT = Account("111122223333", (REGION,))
NASTY = (
    '/x"]; click n1 href "javascript:alert(1)"\n\u202e<img src=x onerror=alert(1)>`\\" -> n9 [label=\x1b[31m'
)


def hostile() -> dict[str, Any]:
    return merged(
        rest_api("chat", {f"POST {NASTY}": proxy(function_arn("ask"))}),
        function("ask", "ask-role"),
        role("ask-role", BEDROCK),
    )


def test_the_text_shows_every_hop_with_where_it_was_read() -> None:
    shown = paths.text(ACCOUNT, built(plain_workload()))
    assert shown.startswith("account 111122223333 (us-east-1): 2 doors: 1 on a path, 1 on no path\n")
    assert "POST /chat on stage prod of REST API chat: on a path" in shown
    assert "GET /health" not in shown
    for line in (
        "-> function ask  [E1 declared; apigateway GetResources: items[].resourceMethods{}.methodIntegration.uri]",
        "-> role ask-role  [E13 declared; lambda ListFunctions: Functions[].Role]",
        "bedrock:InvokeModel, bedrock:InvokeModelWithResponseStream, bedrock:CreateModelInvocationJob on *] = permitted",
        "web ACL: none named",
    ):
        assert line in shown


def test_doors_on_no_path_are_shown_when_asked_for() -> None:
    shown = paths.text(ACCOUNT, built(plain_workload()), everything=True)
    assert "GET /health on stage prod of REST API chat: on no path" in shown


def test_suspicions_and_lost_trails_say_so() -> None:
    content = merged(
        plain_workload(),
        rest_api("adm", {"POST /x": proxy(function_arn("adm"))}),
        function("adm", "admin"),
        role("admin", EVERYTHING),
        rest_api("web", {"POST /y": {"type": "HTTP_PROXY", "uri": "https://llm.example.com/"}}),
    )
    shown = paths.text(ACCOUNT, built(content))
    assert "= permitted, only a suspicion" in shown
    assert "only through a permission for everything" in shown
    assert "not known [E4 LINK_UNKNOWN]: llm.example.com is a back end outside" in shown
    denied = paths.text(ACCOUNT, built(content, "apigateway:GetRestApis"))
    assert "not seen: which REST APIs there are is not known" in denied
    assert "(grant apigateway:GET)" in denied


def test_hostile_names_stay_on_their_line_and_move_nothing() -> None:
    shown = paths.text(ACCOUNT, built(hostile()))
    assert "\x1b" not in shown
    assert "\u202e" not in shown
    assert len(shown.splitlines()) == len(
        paths.text(
            ACCOUNT,
            built(
                merged(
                    rest_api("chat", {"POST /x": proxy(function_arn("ask"))}),
                    function("ask", "ask-role"),
                    role("ask-role", BEDROCK),
                )
            ),
        ).splitlines()
    )


def test_the_json_holds_what_the_text_shows() -> None:
    document = json.loads(paths.encoded([paths.document(ACCOUNT, built(plain_workload()))]))
    account = document["accounts"][0]
    assert (document["schema"], account["counts"]) == (1, {"on a path": 1, "on no path": 1})
    door = account["doors"][0]
    assert (door["standing"], door["confidence"]) == ("on a path", "permitted")
    hops = door["paths"][0]["hops"]
    assert [hop["rule"] for hop in hops] == ["E1", "E13", "E14"]
    assert hops[1]["evidence"] == {
        "command": "aws lambda list-functions --region us-east-1",
        "field": "Functions[].Role",
        "value": role_arn("ask-role"),
    }
    assert sorted(door["models"]) == ["plane:bedrock-agent-runtime", "plane:bedrock-runtime"]


def test_hostile_json_comes_back_as_it_was() -> None:
    document = json.loads(paths.encoded([paths.document(ACCOUNT, built(hostile()))]))
    assert NASTY in document["accounts"][0]["doors"][0]["what"]


def test_a_mermaid_label_can_end_nothing() -> None:
    drawn = diagrams.mermaid([built(hostile())])
    assert drawn.splitlines()[0] == "flowchart LR"
    node = re.compile(r'  n\d+(?:\(\[|\[|\{\{|\()"[\w #;\-/.,:…]*"(?:\]\)|\]|\}\}|\))')
    edge = re.compile(r'  n\d+ (?:-->|-\.->)\|"[\w #;\-/.,:]*"\| n\d+')
    for line in drawn.splitlines()[1:]:
        assert node.fullmatch(line) or edge.fullmatch(line), line


def test_a_dot_label_can_end_nothing() -> None:
    drawn = diagrams.dot([built(hostile())])
    quoted = r'"(?:[^"\\]|\\\\|\\")*"'
    node = re.compile(rf"  n\d+ \[label={quoted}, shape=\w+\];")
    edge = re.compile(rf"  n\d+ -> n\d+ \[label={quoted}, style=\w+\];")
    for line in drawn.splitlines()[3:-1]:
        assert node.fullmatch(line) or edge.fullmatch(line), line


@pytest.mark.skipif(shutil.which("dot") is None, reason="Graphviz is not installed")
def test_graphviz_reads_the_diagram() -> None:
    drawn = diagrams.dot([built(hostile())])
    done = subprocess.run(["dot", "-Tplain"], input=drawn, text=True, capture_output=True, check=False)
    assert done.returncode == 0, done.stderr


def test_the_inventory_tells_reference_permission_and_use_apart() -> None:
    content = merged(
        plain_workload(),
        rest_api(
            "direct",
            {
                "POST /x": {
                    "type": "AWS",
                    "uri": "arn:aws:apigateway:us-east-1:bedrock-runtime:path/model/amazon.nova-lite-v1:0/invoke",
                }
            },
        ),
        role(
            "idle",
            {
                "Effect": "Allow",
                "Action": "bedrock:InvokeModel",
                "Resource": "arn:aws:bedrock:*::foundation-model/anthropic.*",
            },
        ),
        role("plain", LOGS),
    )
    read = snapshot(content)
    aws = View(read, read.run.accounts[0], REGION)
    found = inventory.inventory(aws, workload(aws))
    model = next(one for one in found["used"] if one["kind"] == "model")
    assert model["id"] == "arn:aws:bedrock:us-east-1::foundation-model/amazon.nova-lite-v1:0"
    assert [one["what"] for one in model["referenced"]] == ["POST /x on stage prod of REST API direct"]
    permitted = {
        (one["principal"], one["on_a_path"])
        for one in found["permitted"]
        if one["plane"] == "bedrock-runtime"
    }
    assert permitted == {(role_arn("ask-role"), True), (role_arn("idle"), False)}
    shown = inventory.text(ACCOUNT, found)
    assert "arn:aws:bedrock:*::foundation-model/anthropic.*" in shown
    assert "referred to by POST /x on stage prod of REST API direct" in shown


@pytest.mark.parametrize("denied", ["apigateway:GetResources", "apigateway:GetStages"])
def test_an_api_whose_methods_or_stages_are_denied_is_shown_as_unknown(denied: str) -> None:
    known = built(plain_workload(), denied)
    shown = paths.text(ACCOUNT, known)
    assert "1 door: 1 unknown" in shown
    assert "(grant apigateway:GET)" in shown
    assert [door["standing"] for door in paths.document(ACCOUNT, known)["doors"]] == ["unknown"]


def test_a_diagram_says_where_a_trail_was_lost() -> None:
    known = built(plain_workload(), "lambda:ListFunctions")
    drawn = diagrams.mermaid([known])
    assert drawn.count("-.->") == 2
    assert drawn.count('["#63; what function') == 2
    dot = diagrams.dot([known])
    assert dot.count("shape=note") == 2
    assert dot.count("style=dotted") == 2
    assert "#63;" not in diagrams.mermaid([built(plain_workload())])
