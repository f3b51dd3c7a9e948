"""Container images by name: the registry, the repository, and which image of it.

https://docs.aws.amazon.com/AmazonECR/latest/userguide/docker-pull-ecr-image.html
"""

import re
from dataclasses import dataclass

_ECR = re.compile(
    r"(?P<account>\d{12})\.dkr(?:\.ecr(?:-fips)?\.(?P<region>[a-z0-9-]+)\.amazonaws\.com(?:\.cn)?"
    r"|-ecr(?:-fips)?\.(?P<dual>[a-z0-9-]+)\.on\.(?:aws|amazonwebservices\.com\.cn))"
    r"/(?P<repository>[a-z0-9._/-]+?)(?::(?P<tag>[\w.-]+))?(?:@(?P<digest>sha256:[0-9a-f]{64}))?"
)


@dataclass(frozen=True, slots=True)
class Image:
    """An image in ECR. digest or tag: which one; a name with neither means the tag ``latest``."""

    account: str
    region: str
    repository: str
    tag: str
    digest: str

    @property
    def what(self) -> str:
        """The image in words."""
        return f"image {self.repository}{f'@{self.digest[:19]}' if self.digest else f':{self.tag}'}"

    def prefix(self, partition: str) -> str:
        """What the resource id of the repository's images starts with in Inspector's coverage."""
        return f"arn:{partition}:ecr:{self.region}:{self.account}:repository/{self.repository}/"


def image(name: str) -> Image | None:
    """The ECR image of a name, None for one of another registry."""
    found = _ECR.fullmatch(name.strip())
    if found is None:
        return None
    digest = found["digest"] or ""
    tag = found["tag"] or ("" if digest else "latest")
    return Image(found["account"], found["region"] or found["dual"], found["repository"], tag, digest)
