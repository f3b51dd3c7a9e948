"""Amazon S3 of the account: its public access block and access points. The account id goes before the host name.

https://docs.aws.amazon.com/AmazonS3/latest/API/API_Operations_AWS_S3_Control.html
"""

from assessor.model.operation import Bind, Each, Operation, Scope
from collectors import naming, s3, sts

GET_PUBLIC_ACCESS_BLOCK = Operation(
    "s3control",
    "GetPublicAccessBlock",
    "s3:GetAccountPublicAccessBlock",
    each=(Each(sts.GET_CALLER_IDENTITY, {"AccountId": Bind(template="{account}")}),),
    absent=("NoSuchPublicAccessBlockConfiguration",),
    scope=Scope.GLOBAL,
)

LIST_ACCESS_POINTS = Operation(
    "s3control",
    "ListAccessPoints",
    "s3:ListAccessPoints",
    items="AccessPointList",
    token=("NextToken", "NextToken"),
    each=(
        Each(
            s3.GET_BUCKET_LOCATION,
            {"AccountId": Bind(template="{account}"), "Bucket": "$.Bucket"},
            items="",
            region=Bind("LocationConstraint", via=naming.bucket_region, default="us-east-1"),
        ),
    ),
)

_EVERY_ACCESS_POINT = (Each(LIST_ACCESS_POINTS, {"AccountId": "$.AccountId", "Name": "Name"}),)

GET_ACCESS_POINT = Operation(
    "s3control",
    "GetAccessPoint",
    "s3:GetAccessPoint",
    each=_EVERY_ACCESS_POINT,
    absent=("NoSuchAccessPoint",),
)

GET_ACCESS_POINT_POLICY = Operation(
    "s3control",
    "GetAccessPointPolicy",
    "s3:GetAccessPointPolicy",
    each=_EVERY_ACCESS_POINT,
    absent=("NoSuchAccessPointPolicy", "NoSuchAccessPoint"),
)
