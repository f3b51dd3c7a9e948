"""What a function says of itself: JSON logs, and metrics in the log (CloudWatch's embedded metric format).

https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch_Embedded_Metric_Format_Specification.html
"""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING, Any

import botocore

if TYPE_CHECKING:
    from aws_lambda_powertools import Logger
    from aws_lambda_powertools.metrics import EphemeralMetrics

NAMESPACE = "GenAIReadinessAssessor"
COMPLETED = "RunsCompleted"
"""The metric whose absence means a missed night."""


def _powertools() -> "tuple[type[Logger], type[EphemeralMetrics]]":
    """The library, without its signature: it would sign every request of the process, and the assessor signs its own."""
    from aws_lambda_powertools import Logger
    from aws_lambda_powertools.metrics import EphemeralMetrics
    from aws_lambda_powertools.shared import user_agent

    with suppress(AttributeError, ValueError):  # another version may not have it; the second time it is gone
        botocore.unregister_initializer(user_agent._initializer_botocore_session)  # noqa: SLF001 - it has no other name
    return Logger, EphemeralMetrics


class Telemetry:
    """The log and the metrics of one invocation."""

    def __init__(self, function: str, context: Any, keys: Mapping[str, str]) -> None:
        logger, metrics = _powertools()
        self._log: Logger = logger(service="genai-readiness-assessor", location=None)
        self._log.append_keys(
            function=function, request_id=str(getattr(context, "aws_request_id", "")), **keys
        )
        self._metrics: EphemeralMetrics = metrics(namespace=NAMESPACE, service=function)
        self._any = False

    def say(self, message: str, **values: Any) -> None:
        """Something that happened."""
        self._log.info(message, extra=values)

    def warn(self, message: str, **values: Any) -> None:
        """Something that people should look at."""
        self._log.warning(message, extra=values)

    def failed(self, error: Exception) -> None:
        """What ends the invocation, with its traceback. For use in an exception's handler."""
        self._log.exception(f"{type(error).__name__}: {error}")
        self.count(Errors=1)

    def count(self, **numbers: float) -> None:
        """Metrics by name."""
        for name, value in numbers.items():
            unit = "Seconds" if name.endswith("Seconds") else "Count"
            self._metrics.add_metric(name=name, unit=unit, value=value)
            self._any = True

    def close(self) -> None:
        """Write the metrics."""
        if self._any:
            self._metrics.flush_metrics()
        self._log.clear_state()


@contextmanager
def telling(function: str, context: Any, **keys: str) -> Iterator[Telemetry]:
    """The telemetry of one invocation; a failure is logged with its traceback, and goes through."""
    telemetry = Telemetry(function, context, keys)
    try:
        yield telemetry
    except Exception as error:
        telemetry.failed(error)
        raise
    finally:
        telemetry.close()


__all__ = ["COMPLETED", "NAMESPACE", "Telemetry", "telling"]
