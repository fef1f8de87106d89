"""The test command: the whole suite, the browser's part too where a Chromium is present, and one line that says which."""

import os
import sys

import pytest

from tests.browser import CHROMIUM, find_chromium

KEEPERS = ("contracts", "desk", "hub", "server", "stories")
"""The rooms whose tests judge what is kept; the other rooms run on SQLite."""


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
    arguments = sys.argv[1:] or ["-n", str(max(1, min(4, os.cpu_count() or 1))), "--dist", "loadfile", *rooms()]
    return int(pytest.main(arguments))


if __name__ == "__main__":
    sys.exit(main())
