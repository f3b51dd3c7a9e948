import pytest

from assessor.organization.members import AccountsError, Named, parse


def test_ids_roles_comments_headings_and_spaces() -> None:
    text = 'account_id,role\n# all of ours\n012345678901\n\n 111122223333 , "arn:aws:iam::111122223333:role/p/A" # x\n'
    assert parse(text, "f") == (
        Named("012345678901"),
        Named("111122223333", "arn:aws:iam::111122223333:role/p/A"),
    )


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("12345678901", "line 1: '12345678901' is no account id.*leading zero"),
        ("111122223333\n111122223333", "line 2: account 111122223333 is named twice"),
        ("111122223333,arn:aws:iam::444455556666:role/x", "the role belongs to account 444455556666"),
        ("111122223333,role/x", "is not the ARN of a role"),
        ("111122223333,,x", "more than an account id"),
        ("# nothing", "names no account"),
        ("\x1b[31m", r"line 1: '\\x1b\[31m' is no account id"),
        ("111122223333\naccount_id", "line 2"),
    ],
)
def test_what_is_wrong_is_said_with_its_line(text: str, said: str) -> None:
    with pytest.raises(AccountsError, match=said):
        parse(text, "f")
