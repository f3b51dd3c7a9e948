"""The real state machine with the real handlers, on one machine: moto runs it, a stand-in organization is read.

moto keeps the bucket, the topic, the functions' names and the execution; a function's invocation calls the handler in
this process. The readers' requests go over loopback to the stand-in, by the endpoint of their services.
"""

import contextlib
import json
import threading
import time
import traceback
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from types import SimpleNamespace
from typing import Any

import boto3
import pytest
from moto import mock_aws
from moto.awslambda.models import LambdaFunction
from moto.stepfunctions.parser.asl.component.common.retry import retrier_decl

from assessor.demo import Document, Faults, StandIn
from assessor.deploy import machine
from assessor.lambda_handler import aggregate, failure, notify, planning, worker
from tests.organization.standin import ROLE, serving

BUCKET = "assessor-results"
REGION = "us-east-1"
HOME = "111122223333"
HANDLERS = {
    "PlanFunction": planning.handler,
    "WorkerFunction": worker.handler,
    "FailureFunction": failure.handler,
    "AggregateFunction": aggregate.handler,
    "NotifyFunction": notify.handler,
}
Hook = Callable[[str, Mapping[str, Any]], None]


@dataclass(frozen=True)
class Context:
    """As much of Lambda's context as handlers look at."""

    seconds: float = 60.0
    aws_request_id: str = "11111111-2222-3333-4444-555555555555"
    begun: float = field(default_factory=time.monotonic)

    def get_remaining_time_in_millis(self) -> int:
        """Until the function would be ended."""
        return int(1000 * (self.seconds - (time.monotonic() - self.begun)))


class Night:
    """One deployed state machine. ``before`` is called ahead of every invocation and may raise in its place."""

    def __init__(self, aws: StandIn) -> None:
        self.aws = aws
        self.before: Hook = lambda _name, _event: None
        self.invoked: list[tuple[str, dict[str, Any]]] = []
        self.answers: list[tuple[str, str]] = []
        self.waits: list[float] = []
        self.s3 = boto3.client("s3", REGION)
        self.sns = boto3.client("sns", REGION)
        self.sqs = boto3.client("sqs", REGION)
        self.sfn = boto3.client("stepfunctions", REGION)
        self._lock = threading.Lock()
        self.s3.create_bucket(Bucket=BUCKET)
        self.topic = self.sns.create_topic(Name="assessor")["TopicArn"]
        queue = self.sqs.create_queue(QueueName="told")["QueueUrl"]
        arn = self.sqs.get_queue_attributes(QueueUrl=queue, AttributeNames=["QueueArn"])["Attributes"][
            "QueueArn"
        ]
        self.sns.subscribe(TopicArn=self.topic, Protocol="sqs", Endpoint=arn)
        self._queue = queue
        self._machine = self._deploy()

    def _deploy(self) -> str:
        iam = boto3.client("iam", REGION)
        trust = json.dumps({"Version": "2012-10-17", "Statement": []})
        role = iam.create_role(RoleName="assessor", AssumeRolePolicyDocument=trust)["Role"]["Arn"]
        functions = boto3.client("lambda", REGION)
        arns = {}
        for name in HANDLERS:
            made = functions.create_function(
                FunctionName=name, Runtime="python3.13", Role=role, Handler="x", Code={"ZipFile": b"x"}
            )
            arns[f"{name}.Arn"] = made["FunctionArn"]
        values = arns | {"AWS::Partition": "aws", "Bucket": BUCKET, "MaxConcurrency": "4"}
        definition = machine.filled(values.__getitem__)
        arn: str = self.sfn.create_state_machine(name="assessor", definition=definition, roleArn=role)[
            "stateMachineArn"
        ]
        return arn

    def run(self, name: str, seconds: float = 240.0) -> dict[str, Any]:
        """Execute it, and wait for the end."""
        arn = self.sfn.start_execution(stateMachineArn=self._machine, name=name, input="{}")["executionArn"]
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            found: dict[str, Any] = dict(self.sfn.describe_execution(executionArn=arn))
            if found["status"] != "RUNNING":
                return found
            time.sleep(0.2)
        raise AssertionError("the execution did not end")

    def invoke(self, name: str, event: Mapping[str, Any]) -> tuple[str, bool, str]:
        """Call a handler as Lambda would: JSON in, JSON out."""
        with self._lock:
            self.invoked.append((name, dict(event)))
        try:
            self.before(name, event)
            answer = json.dumps(HANDLERS[name](event, Context()))
        except Exception as error:  # noqa: BLE001 - Lambda answers with the error
            said = {
                "errorMessage": str(error),
                "errorType": getattr(error, "name", type(error).__name__),
                "stackTrace": traceback.format_tb(error.__traceback__),
            }
            return json.dumps(said), True, ""
        with self._lock:
            self.answers.append((name, answer))
        return answer, False, ""

    def objects(self, prefix: str = "") -> list[str]:
        """Every object's key that begins so."""
        pages = self.s3.get_paginator("list_objects_v2").paginate(Bucket=BUCKET, Prefix=prefix)
        return [one["Key"] for page in pages for one in page.get("Contents", ())]

    def get(self, key: str) -> bytes:
        """An object."""
        content: bytes = self.s3.get_object(Bucket=BUCKET, Key=key)["Body"].read()
        return content

    def told(self) -> list[str]:
        """The messages that subscribers got since the last look."""
        found = []
        while messages := self.sqs.receive_message(QueueUrl=self._queue, MaxNumberOfMessages=10).get(
            "Messages"
        ):
            for one in messages:
                found.append(json.loads(one["Body"])["Message"])
                self.sqs.delete_message(QueueUrl=self._queue, ReceiptHandle=one["ReceiptHandle"])
        return found


@contextlib.contextmanager
def deployed(
    held: Document,
    monkeypatch: pytest.MonkeyPatch,
    settings: Mapping[str, str],
    faults: Faults | None = None,
) -> Iterator[Night]:
    """The state machine, deployed to read the accounts of a document."""
    with serving(held, faults) as (aws, _):
        ours = {
            "AWS_ACCESS_KEY_ID": f"AKIA{HOME}DEMO",
            "AWS_SECRET_ACCESS_KEY": "x",
            "AWS_REGION": REGION,
            "AWS_DEFAULT_REGION": REGION,
            "ASSESSOR_BUCKET": BUCKET,
            "ASSESSOR_ROLE_NAME": ROLE,
            # What is assessed is the stand-in's; S3 and SNS of the deployment itself are moto's.
            "ASSESSOR_ENDPOINT_URL": aws.endpoint_url,
            **settings,
        }
        for name, value in ours.items():
            monkeypatch.setenv(name, value)
        with mock_aws(
            config={"stepfunctions": {"execute_state_machine": True}, "core": {"mock_credentials": False}}
        ):
            night = Night(aws)
            monkeypatch.setenv("ASSESSOR_TOPIC", night.topic)

            def invoked(self: Any, event: Any = None) -> tuple[str, bool, str]:
                return night.invoke(self.function_name, event or {})

            monkeypatch.setattr(LambdaFunction, "_invoke_lambda", invoked)
            # Retries wait as the definition says; the test does not.
            monkeypatch.setattr(retrier_decl, "time", SimpleNamespace(sleep=night.waits.append))
            yield night
