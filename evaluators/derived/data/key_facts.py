"""What KMS says of one key: who controls it and what state it is in.

Rests on ``DescribeKey``. An id or an alias without an ARN belongs to the caller's account and Region, so a key is
always asked for where the thing it encrypts lives.
https://docs.aws.amazon.com/kms/latest/APIReference/API_DescribeKey.html
"""

from dataclasses import dataclass

from assessor.model.operation import Operation
from assessor.model.reading import UnseenError, Why
from assessor.model.view import Answer, View
from collectors import kms, naming

READS: tuple[Operation, ...] = (kms.DESCRIBE_KEY,)
KIND = "AWS::KMS::Key"
_AWS_ALIAS = "alias/aws/"


@dataclass(frozen=True, slots=True)
class Key:
    """A key as named somewhere, and its metadata; ``metadata`` None where no such key exists."""

    ref: str
    metadata: Answer | None

    @property
    def exists(self) -> bool:
        """Whether KMS knows it."""
        return self.metadata is not None

    @property
    def arn(self) -> str:
        """The key's own ARN, however it was named."""
        return str((self.metadata or {}).get("Arn") or self.ref)

    @property
    def customer(self) -> bool:
        """Whether the customer controls it, not AWS."""
        return (self.metadata or {}).get("KeyManager") == "CUSTOMER"

    @property
    def state(self) -> str:
        """``Enabled``, ``Disabled``, ``PendingDeletion``, ...; "" where it is not told."""
        return str((self.metadata or {}).get("KeyState") or "")

    @property
    def caveat(self) -> str:
        """What is wrong with the key itself, in words; "" when it can be used."""
        if self.metadata is None:
            return f"the key {self.ref} does not exist"
        if self.state in ("", "Enabled", "Updating", "Creating"):
            return ""
        return f"the key is in state {self.state}: it encrypts and decrypts nothing (GAI-5.14)"


def key_facts(aws: View, ref: str) -> Key:
    """The key of that id, ARN or alias, asked in the view's Region.

    Raises UnseenError: CROSS_ACCOUNT for the key of another account that does not let us look, ERROR for an answer that
    does not say who controls the key.
    """
    owner = naming.account(ref) or aws.account_id
    try:
        answer = aws.get(kms.DESCRIBE_KEY, KeyId=ref)
    except UnseenError as error:
        if owner != aws.account_id and error.why is Why.DENIED:
            raise _foreign(ref, owner, error) from error
        raise
    if answer is None and owner != aws.account_id:
        raise _foreign(ref, owner, None)
    if answer is None:
        return Key(ref, None)
    metadata = answer.get("KeyMetadata") or {}
    if not metadata.get("KeyManager"):
        raise UnseenError(Why.ERROR, f"AWS told of key {ref} without saying who manages it")
    return Key(ref, metadata)


def _foreign(ref: str, owner: str, error: UnseenError | None) -> UnseenError:
    detail = f"key {ref} belongs to account {owner}, so who controls it cannot be seen from here"
    call = None if error is None else error.call
    return UnseenError(Why.CROSS_ACCOUNT, detail if error is None else f"{detail}: {error.detail}", "", call)


def aws_managed_alias(ref: str) -> bool:
    """Whether the name is one of the aliases that AWS keeps for its own keys; nobody else can make one."""
    return ref.startswith(_AWS_ALIAS) or f":{_AWS_ALIAS}" in ref


def named_elsewhere(aws: View, ref: str) -> str:
    """A warning where the key is named by an alias of another account, or by one whose account is not stated."""
    if ref.startswith("alias/") and not aws_managed_alias(ref):
        return f"{ref} is an alias without an account: it means a key of whichever account writes"
    owner = naming.account(ref)
    if owner not in (None, aws.account_id) and ":alias/" in ref:
        return (
            f"the key is named by an alias of account {owner}, which may point it to another key at any time"
        )
    return ""


def resource_arn(aws: View, ref: str) -> str:
    """The ARN of what ``ref`` names, where the key itself could not be seen."""
    if ref.startswith("arn:"):
        return ref
    name = ref if ref.startswith("alias/") else f"key/{ref}"
    return f"arn:{aws.account.partition}:kms:{aws.region}:{aws.account_id}:{name}"
