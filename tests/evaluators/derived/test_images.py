"""Names of container images in ECR, and those of other registries."""

import pytest

from evaluators.derived.compute.images import image

DIGEST = "sha256:" + "ab" * 32


@pytest.mark.parametrize(
    ("name", "repository", "tag", "digest", "region"),
    [
        ("111122223333.dkr.ecr.us-east-1.amazonaws.com/chat", "chat", "latest", "", "us-east-1"),
        ("111122223333.dkr.ecr.us-east-1.amazonaws.com/team/chat:v8", "team/chat", "v8", "", "us-east-1"),
        (f"111122223333.dkr.ecr.eu-west-1.amazonaws.com/chat@{DIGEST}", "chat", "", DIGEST, "eu-west-1"),
        (f"111122223333.dkr.ecr.eu-west-1.amazonaws.com/chat:v8@{DIGEST}", "chat", "v8", DIGEST, "eu-west-1"),
        ("111122223333.dkr.ecr.cn-north-1.amazonaws.com.cn/chat:1.2", "chat", "1.2", "", "cn-north-1"),
        ("111122223333.dkr.ecr-fips.us-gov-west-1.amazonaws.com/chat", "chat", "latest", "", "us-gov-west-1"),
        ("111122223333.dkr-ecr.us-west-2.on.aws/chat:v1", "chat", "v1", "", "us-west-2"),
    ],
)
def test_an_image_in_ecr_is_known_by_account_region_and_repository(
    name: str, repository: str, tag: str, digest: str, region: str
) -> None:
    """Tag and digest say which one; without either the tag latest is meant."""
    found = image(name)
    assert found is not None
    assert (found.account, found.region) == ("111122223333", region)
    assert (found.repository, found.tag, found.digest) == (repository, tag, digest)


@pytest.mark.parametrize(
    "name",
    [
        "docker.io/library/python:3.13",
        "python",
        "public.ecr.aws/lambda/python:3.13",
        "ghcr.io/111122223333.dkr.ecr.us-east-1.amazonaws.com/chat",
        "111122223333.dkr.ecr.us-east-1.amazonaws.com.example.org/chat",
        "",
    ],
)
def test_an_image_of_another_registry_is_none_of_ecr(name: str) -> None:
    """A name that only looks like ECR's is not taken for one."""
    assert image(name) is None
