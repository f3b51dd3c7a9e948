"""IAM Access Analyzer: what is open to somebody outside. The IAM prefix is ``access-analyzer``.

https://docs.aws.amazon.com/access-analyzer/latest/APIReference/API_Operations.html
"""

from assessor.model.operation import Each, Operation

_PAGE = ("nextToken", "nextToken")

LIST_ANALYZERS = Operation(
    "accessanalyzer", "ListAnalyzers", "access-analyzer:ListAnalyzers", items="analyzers", token=_PAGE
)

# The action is that of the older operation. Analyzers of unused access find other things.
LIST_FINDINGS_V2 = Operation(
    "accessanalyzer",
    "ListFindingsV2",
    "access-analyzer:ListFindings",
    items="findings",
    token=_PAGE,
    each=(
        Each(
            LIST_ANALYZERS,
            {"analyzerArn": "arn"},
            where={"type": ("ACCOUNT", "ORGANIZATION"), "status": ("ACTIVE",)},
            fixed={"filter": {"status": {"eq": ["ACTIVE"]}}},
        ),
    ),
    absent=("ResourceNotFoundException",),
)
