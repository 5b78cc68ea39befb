"""The whole suite as ``make test`` runs it: many tests at once, then what must not be crowded, then a second look.

A test that fails in the crowd is run once more with nothing beside it; it fails only if it fails again, and is
named either way, so that a test that needs a quiet machine is seen and mended. More than a few failures are
no matter of crowding.
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from pathlib import Path

AT_ONCE = os.environ.get("SUITE_AT_ONCE", "5")
CROWD = ["-n", AT_ONCE, "--dist", "worksteal", "-m", "not partner and not alone"]
PAIRS = ["-n", "2", "--dist", "worksteal", "-m", "alone and not partner"]
FAILED = Path(".pytest_cache/v/cache/lastfailed")
AT_MOST = 5
LIMIT_SECONDS = float(os.environ.get("SUITE_SECONDS", "1800"))
"""Each test has a limit of its own (tests/limits.py); this is for what hangs between them."""


def main() -> int:
    """Exit code for the shell: 0 when each test has passed."""
    # A shell starts what runs in its background deaf to Ctrl-C, which tests send to the programs they start.
    signal.signal(signal.SIGINT, signal.default_int_handler)
    # Hundreds of processes are started: without kept bytecode each of them compiles the house, and its tests, anew.
    os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
    return max(passed(CROWD), passed(PAIRS))


def passed(how: list[str]) -> int:
    """0 when each test of one run passes, at once or at the second look."""
    code = pytest("--cache-clear", *how)
    failed = sorted(json.loads(FAILED.read_text())) if code == 1 and FAILED.exists() else []
    if not failed or len(failed) > AT_MOST:
        return code
    say(f"\nA second look, alone, at: {', '.join(failed)}")
    code = pytest("--last-failed", "--last-failed-no-failures", "none", *how[-2:])
    if code == 0:
        say(f"Passed only when alone, and to be mended: {', '.join(failed)}")
    return code


def say(line: str) -> None:
    """At once, between what pytest prints."""
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


def pytest(*arguments: str) -> int:
    """One run; its exit code (1: some tests failed). One that does not end is ended, with all that it started."""
    with subprocess.Popen([sys.executable, "-m", "pytest", *arguments], process_group=0) as run:
        try:
            return run.wait(LIMIT_SECONDS)
        except subprocess.TimeoutExpired:
            say(f"\nThe tests have not ended within {LIMIT_SECONDS:g} s and are stopped.")
            return 1
        finally:
            if run.poll() is None:
                os.killpg(run.pid, signal.SIGKILL)


if __name__ == "__main__":
    sys.exit(main())
