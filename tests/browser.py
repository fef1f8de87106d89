"""One real Chromium for the tests that look at pages."""

import os
import shutil

CHROMIUM = ("CHROMIUM", "/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome")
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


def find_chromium() -> str | None:
    """The executable named by CHROMIUM, else the usual places; None where there is none."""
    named = os.environ.get(CHROMIUM[0])
    if named:
        return named if os.access(named, os.X_OK) else None
    return next((path for path in CHROMIUM[1:] if os.access(path, os.X_OK)), shutil.which("chromium"))
