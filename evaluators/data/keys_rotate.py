"""GAI-5.13: Customer keys that protect the workload rotate."""

from collections.abc import Iterator
from dataclasses import dataclass, replace

from assessor.model.control import Level, Subject, control
from assessor.model.path import first
from assessor.model.reading import Call, UnseenError, Why
from assessor.model.verdict import (
    Item,
    Severity,
    Status,
    Verdict,
    failed,
    not_applicable,
    not_assessed,
    passed,
)
from assessor.model.view import Answer, View
from collectors import kms, naming
from evaluators.derived.data import key_facts, keys
from evaluators.derived.data.key_facts import Key
from evaluators.derived.data.keys import KeyUse
from evaluators.derived.moments import days_since

SYMMETRIC = "SYMMETRIC_DEFAULT"


@dataclass(frozen=True, slots=True)
class InUse:
    """A key with everything that names it; ``refs`` are the names it goes by."""

    arn: str
    refs: tuple[str, ...]
    region: str
    uses: tuple[str, ...]
    evidence: tuple[Call, ...]


def subjects(aws: View) -> Iterator[Subject]:
    """Every key in use, once, however it is named; from the list of all keys only those of the customer."""
    found = aws.derive(keys.keys_in_use)
    held: dict[str, InUse] = {}
    for use in found.known:
        arn = _arn(aws, use)
        if arn is None:
            continue
        one = held.get(arn) or InUse(arn, (), use.region, (), ())
        held[arn] = replace(
            one,
            refs=tuple(dict.fromkeys((*one.refs, use.ref))),
            uses=tuple(dict.fromkeys((*one.uses, use.what))),
            evidence=tuple(dict.fromkeys((*one.evidence, *use.evidence))),
        )
    for one in held.values():
        yield Subject(one.arn, key_facts.KIND, region=one.region, about={"key": one}, evidence=one.evidence)
    if found.unseen is not None:
        raise found.unseen


def _arn(aws: View, use: KeyUse) -> str | None:
    """The key's own ARN, or what it goes by where it cannot be seen; None for a listed key of AWS."""
    at = aws.at(use.region)
    try:
        key = key_facts.key_facts(at, use.ref)
    except UnseenError:
        return key_facts.resource_arn(at, use.ref)
    if use.listed and not key.customer:
        return None
    return key.arn if key.arn.startswith("arn:") else key_facts.resource_arn(at, use.ref)


@control(
    "GAI-5.13",
    slug="keys-rotate",
    item=Item.DATA,
    title="Customer keys that protect the workload rotate",
    severity=Severity.MEDIUM,
    level=Level.REGION,
    kind=key_facts.KIND,
    subjects=subjects,
    reads=[*keys.READS, kms.GET_KEY_ROTATION_STATUS, kms.LIST_KEY_ROTATIONS],
    when_none=Status.NOT_APPLICABLE,
    none_because="Nothing in this Region names a customer key.",
    why=(
        "Key material that is never renewed protects everything ever written with it: who gets hold of it once reads "
        "years of prompts and documents."
    ),
    remediation="Turn automatic rotation on; rotate imported material on demand, and replace keys of a key store.",
    fix_cli="aws kms enable-key-rotation --key-id $K --rotation-period-in-days 365",
    answers=("S5.3",),
    frameworks={
        "gensec": ("GENSEC01-BP03",),
        "mitre_atlas": ("AML.M0012",),
        "iso_42001": ("A.7.2",),
        "prowler_aisf": ("AISF-INFRA-07",),
    },
    parameters=("max_rotation_days",),
    edge_cases=(
        "Whether a key can rotate by itself follows from its spec and origin; the status is asked only then.",
        "A replica follows its primary, which is asked in its own Region.",
        "A key that waits for its deletion always reads false: GAI-5.14 judges it.",
        "Where the answer leaves the period out it is 365 days; 90 to 2560 are possible.",
        "A disabled key keeps its setting but is not rotated until it is enabled again.",
        "What a Region does not offer names no key there.",
    ),
)
def keys_rotate(subject: Subject, aws: View) -> Verdict:
    """Whether the keys behind buckets, logs, agents, guardrails, stores, secrets and topics get new material in time.

    Passes when automatic rotation is on with a period of at most max_rotation_days. Imported key material and keys of
    a key store cannot rotate by themselves: they pass when they were rotated on demand, or made, within that time.

    Fails when rotation is off or slower, or such a key is older. Not applicable: keys that AWS manages (it rotates
    them every year), asymmetric and HMAC keys, keys that wait for deletion, names of keys that do not exist. Not
    assessed: keys of another account.

    By hand:

        aws kms describe-key --key-id KEY; aws kms get-key-rotation-status --key-id KEY
        aws kms list-key-rotations --key-id KEY
    """
    used = subject.about["key"]
    assert isinstance(used, InUse)
    at = aws.at(used.region)
    key = key_facts.key_facts(at, used.refs[0])
    more = f" and {len(used.uses) - 3} more" if len(used.uses) > 3 else ""
    what = f"Key {key.arn} ({', '.join(used.uses[:3])}{more})"
    facts = key.metadata
    if facts is None:
        return not_applicable(f"{what} does not exist (GAI-5.14)")
    if not key.customer:
        return not_applicable(f"{what} is managed by AWS, which rotates it every year")
    spec = str(facts.get("KeySpec") or facts.get("CustomerMasterKeySpec") or SYMMETRIC)
    if spec != SYMMETRIC:
        return not_applicable(f"{what} is of spec {spec}, which cannot rotate")
    if key.state in ("PendingDeletion", "PendingReplicaDeletion"):
        return not_applicable(f"{what} waits for its deletion ({key.state}, GAI-5.14)")
    owner = naming.account(key.arn)
    if owner not in (None, aws.account_id):
        return not_assessed(
            Why.CROSS_ACCOUNT, f"{what} belongs to account {owner}, which decides about its rotation"
        )
    if facts.get("Origin", "AWS_KMS") != "AWS_KMS":
        return _by_age(at, what, key, facts)
    return _by_status(at, what, key, facts)


def _asked(at: View, key: Key, facts: Answer) -> tuple[View, str]:
    """Where and about which key to ask: a replica shares the setting of its primary."""
    primary = first(facts, "MultiRegionConfiguration.PrimaryKey")
    replica = first(facts, "MultiRegionConfiguration.MultiRegionKeyType") == "REPLICA"
    if replica and isinstance(primary, dict) and primary.get("Arn"):
        arn = str(primary["Arn"])
        return at.at(str(primary.get("Region") or naming.region(arn) or at.region)), arn
    return at, key.arn


def _by_status(at: View, what: str, key: Key, facts: Answer) -> Verdict:
    there, arn = _asked(at, key, facts)
    answer = there.get(kms.GET_KEY_ROTATION_STATUS, KeyId=arn)
    if answer is None:
        return not_applicable(f"{what} cannot rotate")
    of = "" if arn == key.arn else f" (of its primary {arn})"
    notes = (key.caveat,) if key.caveat else ()
    if not answer.get("KeyRotationEnabled"):
        return failed(f"{what} does not rotate: automatic rotation is off{of}", None, *notes)
    days = int(answer.get("RotationPeriodInDays") or 365)
    most = at.parameters.get("max_rotation_days")
    if days > most:
        return failed(f"{what} rotates every {days} days{of}, slower than {most}", None, *notes)
    return passed(f"{what} rotates every {days} days{of}", *notes)


def _by_age(at: View, what: str, key: Key, facts: Answer) -> Verdict:
    """A key that cannot rotate by itself: the youngest of its material counts."""
    origin = facts["Origin"]
    most = at.parameters.get("max_rotation_days")
    made = days_since(facts.get("CreationDate"), at.now)
    if made is not None and made <= most:
        return passed(f"{what} has origin {origin} and was made {made:.0f} days ago")
    there, arn = _asked(at, key, facts)
    ages = [
        age
        for item in there.items(kms.LIST_KEY_ROTATIONS, KeyId=arn)
        if (age := days_since(item.get("RotationDate"), at.now)) is not None
    ]
    if ages and min(ages) <= most:
        return passed(f"{what} has origin {origin} and was rotated on demand {min(ages):.0f} days ago")
    last = f"last rotated {min(ages):.0f} days ago" if ages else "never rotated"
    old = f"made {made:.0f} days ago" if made is not None else "of unknown age"
    return failed(f"{what} has origin {origin}, which cannot rotate by itself: it is {old} and was {last}")
