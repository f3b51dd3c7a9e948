"""The program as a process: what it imports, what it prints where, and how it ends when it is disturbed."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest

from assessor.demo import Faults, StandIn
from tests.cli import sample

ROOT = Path(__file__).parents[2]
PROGRAM = [sys.executable, "-m", "tests.cli"]


def environment(more: Mapping[str, str] | None = None) -> dict[str, str]:
    """No AWS settings but the given ones; no instance metadata."""
    kept = {n: v for n, v in os.environ.items() if not n.startswith(("AWS_", "ASSESSOR_", "COV_"))}
    return {**kept, "PYTHONPATH": str(ROOT), "AWS_EC2_METADATA_DISABLED": "true", **(more or {})}


def call(
    *args: str | Path, env: Mapping[str, str] | None = None, program: list[str] = PROGRAM
) -> subprocess.CompletedProcess[bytes]:
    """Run the program to its end."""
    command = [*program, *map(str, args)]
    return subprocess.run(command, env=environment(env), capture_output=True, check=False, timeout=120)


@pytest.fixture
def stand_in() -> Iterator[StandIn]:
    """The sample's account over HTTP."""
    with StandIn(sample.DOCUMENT) as server:
        yield server


def settings(server: StandIn) -> dict[str, str]:
    """What points the program at the stand-in."""
    return {n: v for n, v in server.environment().items() if v and n.startswith("AWS_")}


REGIONS = ("--region", "us-east-1", "--region", "eu-west-1")


# -- imports ---------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("args", "forbidden"),
    [
        (["--help"], {"boto3", "botocore", "pandas", "tabulate", "rich", "evaluators"}),
        (["--version"], {"boto3", "botocore", "pandas", "evaluators"}),
        (["controls"], {"boto3", "botocore", "pandas", "tabulate", "rich"}),
        (["controls", "GAI-4.01"], {"boto3", "botocore", "pandas"}),
        (["policy"], {"boto3", "botocore", "pandas"}),
        (["scan", "--help"], {"boto3", "botocore", "pandas", "rich"}),
        (["evaluate", "s.json.gz", "-q"], {"boto3", "botocore"}),
        (["evaluate", "s.json.gz", "--format", "json"], {"boto3", "botocore", "tabulate", "rich"}),
    ],
)
def test_commands_load_no_more_than_they_need(tmp_path: Path, args: list[str], forbidden: set[str]) -> None:
    """Neither the SDK nor report libraries are loaded before they are used."""
    sample.stored(tmp_path / "s.json.gz")
    sampled = args[0] == "evaluate" or args[1:] == ["GAI-4.01"]
    script = "import sys\n"
    if sampled:
        script += "import evaluators; from tests.cli import sample; evaluators.CONTROLS = sample.CONTROLS\n"
    script += (
        "from assessor.cli import main\n"
        f"main({args!r}, standalone_mode=False)\n"
        f"print('LOADED', sorted({forbidden!r} & set(sys.modules)), file=sys.stderr)\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", script], env=environment(), capture_output=True, check=False, timeout=60
    )
    assert done.stderr.decode().rstrip().endswith("LOADED []"), done.stderr.decode()


# -- errors ----------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("args", "code", "said"),
    [
        (["scn"], 2, "Did you mean scan?"),
        (["scan", "--regoin", "x"], 2, "--region"),
        (["scan", "--region", "eu-wst-1"], 2, "eu-west-1"),
        (["scan", "--region", "all", "--region", "us-east-1"], 2, "not both"),
        (["scan", "--control", "GAI-9.99"], 2, "unknown control: GAI-9.99"),
        (["scan", "--item", "8"], 2, "1 to 7"),
        (["scan", "--fail-on", "severe"], 2, "severe"),
        (["scan", "--min-coverage", "101"], 2, "101"),
        (["scan", "--timeout", "0"], 2, "0"),
        (["scan", "--set", "min_dais=1"], 2, "did you mean min_days?"),
        (["scan", "--set", "min_days=soon"], 2, "whole number"),
        (["scan", "--set", "min_days"], 2, "NAME=VALUE"),
        (["scan", "--parameters", "missing.toml"], 2, "missing.toml"),
        (["scan", "--external-id", "x"], 2, "--role-arn"),
        (["scan", "--demo", "--profile", "x"], 2, "--profile"),
        (["controls", "GAI-0.00"], 2, "unknown control"),
        (["completion", "zip"], 2, "zip"),
        (["scan", "--region", "us-east-1"], 1, "credentials"),
        (["scan", "--region", "us-east-1", "--profile", "nobody"], 1, "nobody"),
        (["scan", "--output-dir", "/dev/null/x"], 1, "/dev/null/x"),
        (["evaluate", "missing.json.gz"], 1, "missing.json.gz"),
    ],
)
def test_every_error_is_one_line_on_stderr(tmp_path: Path, args: list[str], code: int, said: str) -> None:
    """The exit code of its kind, one line, nothing on stdout, never a traceback."""
    nowhere = {"AWS_CONFIG_FILE": "/dev/null", "AWS_SHARED_CREDENTIALS_FILE": "/dev/null"}
    done = call(*args, env=nowhere)
    error = done.stderr.decode()
    assert done.returncode == code, error
    assert done.stdout == b""
    assert error.count("\n") == 1, error
    assert said in error
    assert "Traceback" not in error


def test_a_malformed_parameter_file_names_its_line(tmp_path: Path) -> None:
    """./assessor.toml is read without being named, and its mistake has a place."""
    Path("assessor.toml").write_text("min_days = 30\n\nmax_dais = 40\n")
    done = call("scan")
    assert done.returncode == 2
    assert "assessor.toml, line 3: unknown key" in done.stderr.decode()
    assert "max_days" in done.stderr.decode()


def test_our_own_mistakes_are_a_line_too(tmp_path: Path) -> None:
    """An unexpected exception is an internal error with how to report it; -vv shows where it happened."""
    script = [
        sys.executable,
        "-c",
        "import evaluators\nfrom assessor.cli import main\nevaluators.CONTROLS = 7\nmain()",
    ]
    short = call("controls", program=script)
    assert short.returncode == 1
    assert short.stderr.count(b"\n") == 1
    assert b"internal error: TypeError" in short.stderr
    assert b"report" in short.stderr
    long = call("scan", "-vv", program=script)
    assert long.returncode == 1
    assert b"Traceback" in long.stderr
    assert long.stdout == b""


# -- stdout and stderr -----------------------------------------------------------------------------------
def test_a_scan_reads_the_account_and_stdout_is_pure_json(stand_in: StandIn) -> None:
    """stdout parses as it is; stderr ends with the reason of the exit code; only what is needed was called."""
    done = call("scan", *REGIONS, "--format", "json", "--output-dir", "out", "-v", env=settings(stand_in))
    document = json.loads(done.stdout)
    assert done.returncode == 3
    assert document["run"]["regions"] == ["eu-west-1", "us-east-1"]
    assert done.stdout == Path("out/findings.json").read_bytes()
    assert done.stderr.decode().rstrip().split("\n")[-1].startswith("exit 3: ")
    assert stand_in.operations() == {
        "sts:GetCallerIdentity",
        "iam:GetAccountSummary",
        "bedrock:ListGuardrails",
        "bedrock:GetGuardrail",
        "bedrock:GetModelInvocationLoggingConfiguration",
    }


def test_evaluating_the_scan_again_gives_the_same_bytes(stand_in: StandIn) -> None:
    """The scan's findings are those of its snapshot, without network or credentials."""
    call("scan", *REGIONS, "--output-dir", "scanned", env=settings(stand_in))
    call("evaluate", "scanned/snapshot.json.gz", "--output-dir", "again")
    for name in ("findings.csv", "findings.json", "summary.json"):
        assert Path("scanned", name).read_bytes() == Path("again", name).read_bytes()


def test_one_control_makes_only_the_calls_it_needs(stand_in: StandIn) -> None:
    """--control narrows what is read."""
    call("scan", *REGIONS, "--control", "GAI-7.01", "--output-dir", "out", env=settings(stand_in))
    assert stand_in.operations() == {
        "sts:GetCallerIdentity",
        "bedrock:GetModelInvocationLoggingConfiguration",
    }


def test_collect_prints_the_file_and_assesses_nothing(stand_in: StandIn) -> None:
    """The snapshot alone, ready to be evaluated."""
    done = call("collect", *REGIONS, "--output-dir", "out", env=settings(stand_in))
    assert done.returncode == 0, done.stderr
    assert done.stdout.decode().strip() == "out/snapshot.json.gz"
    assert [path.name for path in Path("out").iterdir()] == ["snapshot.json.gz"]
    assert call("evaluate", "out/snapshot.json.gz", "--output-dir", "out").returncode == 3


def test_denied_calls_are_named_with_the_statement_that_mends_them() -> None:
    """collect and scan both end with what to grant."""
    with StandIn(sample.DOCUMENT, faults=Faults(deny=["*"], except_=["sts:*"])) as server:
        for command in ("collect", "scan"):
            done = call(command, *REGIONS, "--output-dir", "out", env=settings(server))
            line = next(li for li in done.stderr.decode().split("\n") if "grant: " in li)
            statement = json.loads(line.partition("grant: ")[2])
            assert "bedrock:ListGuardrails" in statement["Action"]
    assert done.returncode == 4


def test_an_unwritable_output_stops_before_any_call(stand_in: StandIn) -> None:
    """Nothing is asked of AWS when the answer could not be kept."""
    Path("file").touch()
    done = call("scan", *REGIONS, "--output-dir", "file/out", env=settings(stand_in))
    assert done.returncode == 1
    assert stand_in.calls == []


def test_a_reader_that_goes_away_is_no_error(tmp_path: Path) -> None:
    """`assessor evaluate ... | true` keeps its exit code and says nothing about the pipe."""
    sample.stored(tmp_path / "s.json.gz")
    read, write = os.pipe()
    os.close(read)
    command = [*PROGRAM, "evaluate", "s.json.gz", "--format", "csv", "-q"]
    done = subprocess.run(command, env=environment(), stdout=write, stderr=subprocess.PIPE, check=False)
    os.close(write)
    assert done.returncode == 3
    assert done.stderr.decode().count("\n") == 1
    assert b"Pipe" not in done.stderr


@pytest.mark.parametrize(
    ("redirection", "code", "said"),
    [(">&-", 3, ""), ("2>&-", 3, ""), (">/dev/full", 1, "stdout: No space left"), ("2>/dev/full", 3, "")],
)
def test_streams_that_are_closed_or_full(tmp_path: Path, redirection: str, code: int, said: str) -> None:
    """Nobody listening is no error; a result that is lost is one, and both leave whole files."""
    sample.stored(tmp_path / "s.json.gz")
    command = f"{sys.executable} -m tests.cli evaluate s.json.gz --output-dir out -q {redirection}"
    done = subprocess.run(["bash", "-c", command], env=environment(), capture_output=True, check=False)
    assert done.returncode == code, done.stderr
    assert said in done.stderr.decode()
    assert b"internal error" not in done.stderr
    assert json.loads(Path("out/findings.json").read_bytes())["schema"] == 1


def test_an_ascii_terminal_gets_escapes_instead_of_an_error(tmp_path: Path) -> None:
    """What the encoding does not hold is escaped."""
    sample.stored(tmp_path / "s.json.gz", sample.guardrail("g1", "us-east-1", name="Ünïté", status="X"))
    done = call("evaluate", "s.json.gz", env={"PYTHONIOENCODING": "ascii"})
    assert done.returncode == 3
    assert b"\\xdcn\\xeft\\xe9" in done.stdout


def test_no_bar_and_no_colour_without_a_terminal(stand_in: StandIn) -> None:
    """A log gets neither cursor movements nor colours, unless FORCE_COLOR asks for them."""
    plain = call("scan", *REGIONS, env=settings(stand_in))
    assert b"\x1b" not in plain.stdout + plain.stderr
    forced = call("evaluate", "assessor-output/snapshot.json.gz", env={"FORCE_COLOR": "1"})
    assert b"\x1b[" in forced.stdout
    never = call("evaluate", "assessor-output/snapshot.json.gz", env={"FORCE_COLOR": "1", "NO_COLOR": "1"})
    assert b"\x1b" not in never.stdout


# -- interruptions ---------------------------------------------------------------------------------------
def test_an_interrupted_scan_leaves_nothing_half_written() -> None:
    """Ctrl-C while reading: exit 130, one line, and the previous run's files untouched."""
    with StandIn(sample.DOCUMENT) as server:
        call("scan", *REGIONS, "--output-dir", "out", env=settings(server))
    before = {path.name: path.read_bytes() for path in Path("out").iterdir()}
    slow = Faults(latency={"bedrock:*": 30.0})
    with StandIn(sample.DOCUMENT, faults=slow) as server:
        command = [*PROGRAM, "scan", *REGIONS, "--output-dir", "out"]
        process = subprocess.Popen(
            command, env=environment(settings(server)), stdout=subprocess.PIPE, stderr=subprocess.PIPE
        )
        deadline = time.monotonic() + 30
        while not server.calls and time.monotonic() < deadline:
            time.sleep(0.05)
        time.sleep(0.3)
        process.send_signal(signal.SIGINT)
        out, err = process.communicate(timeout=20)
    assert process.returncode == 130, err
    assert out == b""
    assert err.decode().strip() == "assessor: interrupted; nothing was left half-written"
    assert {path.name: path.read_bytes() for path in Path("out").iterdir()} == before


@pytest.mark.parametrize("after", [0.05, 0.15, 0.3])
def test_an_interrupt_while_the_program_loads_is_no_traceback(after: float) -> None:
    """Ctrl-C before the first command runs: one line at most; only Python's own start is beyond reach."""
    started = "import signal, sys; signal.signal(signal.SIGINT, signal.default_int_handler); "
    started += "sys.argv = ['assessor', 'scan', '--demo']; from assessor.__main__ import main; "
    started += "print('up', flush=True); main()"
    process = subprocess.Popen(
        [sys.executable, "-c", started],
        env=environment(),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        start_new_session=True,
    )
    assert process.stdout is not None
    assert process.stdout.readline() == b"up\n"
    time.sleep(after)
    os.killpg(process.pid, signal.SIGINT)
    _, err = process.communicate(timeout=20)
    assert process.returncode == 130, err
    assert b"Traceback" not in err
    assert err.decode().endswith("assessor: interrupted; nothing was left half-written\n")


def test_a_profile_of_the_environment_that_does_not_exist_is_named() -> None:
    """AWS_PROFILE may be wrong too; that is no mistake of ours."""
    done = call("scan", "--region", "us-east-1", env={"AWS_PROFILE": "nope"})
    assert done.returncode == 1
    assert b"There is no AWS profile named 'nope'" in done.stderr


def test_a_coverage_that_is_no_number_is_refused() -> None:
    """Nothing is less than nan: it would switch the threshold off."""
    done = call("evaluate", "s.json.gz", "--min-coverage", "nan")
    assert done.returncode == 2
    assert b"'nan' is not a number" in done.stderr


def test_the_time_limit_ends_reading_and_says_so() -> None:
    """--timeout: what was not answered is not assessed, and the report is written all the same."""
    with StandIn(sample.DOCUMENT, faults=Faults(latency={"bedrock:*": 30.0})) as server:
        begun = time.monotonic()
        done = call("scan", *REGIONS, "--timeout", "2", "--format", "json", env=settings(server))
        assert time.monotonic() - begun < 30
    document = json.loads(done.stdout)
    assert done.returncode == 4
    assert {f["reason"] for f in document["findings"] if f["item"] != 3} == {"TIMED_OUT"}
