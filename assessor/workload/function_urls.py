"""Function URLs: doors straight to a function or to one of its aliases (E7)."""

from collections.abc import Iterator
from urllib.parse import urlsplit

from assessor.model.operation import Operation
from assessor.model.view import View
from assessor.workload import names, targets
from assessor.workload.graph import EVERYWHERE, Answers, Kind, Node, Piece, declared
from assessor.workload.listing import gap, listed
from collectors import lambda_

READS: tuple[Operation, ...] = (lambda_.LIST_FUNCTIONS, lambda_.LIST_FUNCTION_URL_CONFIGS)


def function_urls(aws: View) -> Iterator[Piece]:
    """Every function URL of the Region."""
    urls = listed(aws, lambda_.LIST_FUNCTION_URL_CONFIGS)
    if urls.unseen is not None:
        yield gap("E7", EVERYWHERE, urls.unseen, "which function URLs there are is not known")
    for call, config in urls:
        name = str(call.request.get("FunctionName", ""))
        arn = names.function_in(str(config.get("FunctionArn") or "")) or names.function(aws, name)
        door = names.function_url(arn)
        function = targets.function(arn)
        yield Node(door, Kind.DOOR, f"URL of {function.what}", aws.region, function.label)
        yield function
        yield declared("E7", door, arn, call, "FunctionUrlConfigs[].FunctionArn", arn)
        try:
            host = urlsplit(str(config.get("FunctionUrl") or "")).hostname
        except ValueError:
            host = None
        if host:
            yield Answers(host, door)
