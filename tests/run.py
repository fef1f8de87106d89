"""The test command: the whole suite, the browser's part too where a Chromium is present, and one line that says which."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.browser import CHROMIUM, find_chromium

KEEPERS = ("contracts", "desk", "hub", "server", "stories")
"""The rooms whose tests judge what is kept; the other rooms run on SQLite."""
CACHE = Path(__file__).resolve().parents[1] / ".pytest_cache" / "v" / "cache"
FEW = 5
"""More than this failing at once is no accident."""


def rooms() -> list[str]:
    """What runs on PostgreSQL; on SQLite everything does."""
    return [f"tests/{room}" for room in KEEPERS] if os.environ.get("DESKBELL_TEST_STORE") == "postgresql" else []


def main() -> int:
    """Runs pytest with what was given on the command line; its exit code is ours."""
    found = find_chromium()
    if found:
        print(f"Browser tests run with {found}.")
    elif os.environ.get("DESKBELL_BROWSER_TESTS") == "required":
        print(f"Browser tests are required here and no Chromium was found (looked at {CHROMIUM}).")
        return 1
    else:
        print("Browser tests are skipped: no Chromium found. On Debian: apt-get install chromium fonts-noto-cjk, or set CHROMIUM=/path.")
    workers = str(max(1, min(4, os.cpu_count() or 1)))
    # By file, in the order of tests/order.py and not by number of tests, which would leave the long stories to the end.
    if sys.argv[1:]:
        return int(pytest.main(sys.argv[1:]))
    code = pytest.main(["-n", workers, "--dist", "loadfile", "--no-loadscope-reorder", *rooms()])
    again = code == pytest.ExitCode.TESTS_FAILED and os.environ.get("DESKBELL_TEST_AGAIN") == "1"
    return _again() if again else int(code)


def _again() -> int:
    """The few that failed, once more and alone: many share two cores here, and what fails twice is broken. Each is named either way."""
    names = json.loads((CACHE / "lastfailed").read_text(encoding="utf-8"))
    if len(names) > FEW:
        return 1
    print(f"{len(names)} failed beside the others and are run again alone: {', '.join(names)}", flush=True)
    command = [sys.executable, "-m", "pytest", "--last-failed", "--last-failed-no-failures", "none", *rooms()]
    return subprocess.run(command, check=False).returncode


if __name__ == "__main__":
    sys.exit(main())
