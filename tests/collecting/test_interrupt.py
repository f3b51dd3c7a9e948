"""Ctrl-C: the run ends promptly, and the interrupt goes through."""

import os
import signal
import subprocess
import sys
import time

import pytest

from assessor.demo import Faults, StandIn
from tests.collecting import account as of

PROGRAM = """
import sys
from assessor.collecting.request import CollectRequest
from assessor.collecting.run import collect
from tests.collecting import account as of

class Watching:
    def planned(self, calls): pass
    def throttled(self, call): pass
    def finished(self, complete): print("finished", flush=True)
    def done(self, call, reading): print("done", flush=True)

try:
    collect(CollectRequest(of.OPERATIONS, of.REGIONS, max_workers=4), Watching())
except KeyboardInterrupt:
    sys.exit(130)
"""


@pytest.mark.skipif(os.name == "nt", reason="signals are sent otherwise there")
def test_an_interrupt_ends_the_run_without_waiting_for_answers() -> None:
    slow = Faults(latency={"kms:DescribeKey": 20.0, "lambda:*": 20.0, "bedrock:*": 20.0, "ec2:*": 20.0})
    with StandIn(of.document(), faults=slow) as aws:
        environment = {**os.environ, **aws.environment()}
        program = subprocess.Popen(
            [sys.executable, "-c", PROGRAM], env=environment, stdout=subprocess.PIPE, text=True
        )
        assert program.stdout is not None
        assert program.stdout.readline() == "done\n"
        time.sleep(0.5)
        program.send_signal(signal.SIGINT)
        output, _ = program.communicate(timeout=15)
    assert program.returncode == 130
    assert "finished" not in output
