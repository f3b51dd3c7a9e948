"""Reading Cedar policies: whom they let do what, and whether a condition follows."""

import pytest

from evaluators.derived.users.cedar import statement


@pytest.mark.parametrize(
    "text",
    [
        "permit(principal, action, resource);",
        "permit (principal , action , resource)",
        "permit(principal is App::User, action, resource);",
        'permit(principal, action, resource == AgentCore::Gateway::"arn:aws:x");',
        "permit(principal, action, resource) when { true };",
        "permit(principal, action, resource) unless { false };",
        '@id("when; unless (x)") permit(principal, action, resource);',
        "permit(principal, action, resource); // when { nobody looks }",
    ],
)
def test_a_permit_for_anybody_to_do_anything_is_unlimited(text: str) -> None:
    """Words in texts, comments and annotations are no conditions, and conditions that always hold are none."""
    found = statement(text)
    assert found is not None
    assert found.effect == "permit"
    assert found.unlimited


@pytest.mark.parametrize(
    "text",
    [
        'permit(principal == App::User::"a", action, resource);',
        'permit(principal in App::Group::"staff", action, resource);',
        'permit(principal is App::User in App::Group::"staff", action, resource);',
        'permit(principal, action == App::Action::"ask", resource);',
        'permit(principal, action in [App::Action::"ask", App::Action::"read, all"], resource);',
        "permit(principal, action, resource) when { principal.department == resource.department };",
        "permit(principal, action, resource)\nunless { resource.owner != principal } when { true };",
        'permit(principal, action, resource) when { context.x == "}; permit(" };',
    ],
)
def test_a_scope_or_a_condition_limits_a_policy(text: str) -> None:
    """A named principal or action, or a condition, limits it; a semicolon in a text ends nothing."""
    found = statement(text)
    assert found is not None
    assert not found.unlimited


def test_the_resource_of_a_scope_is_told_apart_from_its_principal() -> None:
    """Each of the three parts keeps what the scope says of it."""
    found = statement('forbid(principal, action in [A::"x", A::"y"], resource in Folder::"f");')
    assert found is not None
    assert found.effect == "forbid"
    assert (found.principal, bool(found.action), found.resource) == ("", True, 'in Folder::""')


@pytest.mark.parametrize(
    "text",
    [
        "",
        "permit(principal, action);",
        "permit(principal, action, resource); permit(principal, action, resource);",
        "allow(principal, action, resource);",
        "permit(principal, resource, action);",
    ],
)
def test_what_is_no_policy_of_the_usual_form_is_not_read(text: str) -> None:
    """Two policies in one text, or something else, is not guessed at."""
    assert statement(text) is None
