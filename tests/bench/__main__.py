"""Every measurement of the folder, one after the other: ``python -m tests.bench [name ...]`` (``make bench``)."""

import subprocess
import sys
from pathlib import Path

HERE = Path(__file__).parent


def main(names: list[str]) -> int:
    """Run the benches whose names hold one of ``names``; all of them when none is given."""
    failed = 0
    for path in sorted(HERE.glob("bench_*.py")):
        if names and not any(name in path.stem for name in names):
            continue
        print(f"== {path.stem.removeprefix('bench_')} ==", flush=True)
        failed |= subprocess.run([sys.executable, "-m", f"tests.bench.{path.stem}"], check=False).returncode
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
