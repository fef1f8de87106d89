"""The commands, run as an operator runs them, from a process that has imported the house once: importing it takes longer than most."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[2]
_FORKING = """
import json, os, sys, tempfile
import server.cli.asking, server.cli.backstage, server.cli.brands, server.cli.doctor, server.cli.knowledge, server.cli.reading
from server.cli import main
for line in sys.stdin:
    arguments, folder, environment = json.loads(line)
    out, err = tempfile.TemporaryFile(), tempfile.TemporaryFile()
    child = os.fork()
    if not child:
        os.dup2(os.open(os.devnull, os.O_RDONLY), 0), os.dup2(out.fileno(), 1), os.dup2(err.fileno(), 2)
        os.chdir(folder)
        os.environ.clear()
        os.environ.update(environment)
        sys.argv = ["deskbell", *arguments]
        main()
        sys.exit(0)
    code = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
    told = [os.pread(file.fileno(), 1 << 24, 0).decode() for file in (out, err)]
    print(json.dumps([code, *told]), flush=True)
"""


@dataclass(frozen=True)
class Commands:
    """Each command is a process of its own, forked before anything but the imports has happened."""

    forking: "subprocess.Popen[str]"

    def run(self, *arguments: str, folder: Path, **environment: str) -> "subprocess.CompletedProcess[str]":
        """`deskbell` with these arguments in `folder`, and with no other environment than this."""
        held = environment_in(folder, **environment)
        assert self.forking.stdin is not None
        assert self.forking.stdout is not None
        self.forking.stdin.write(json.dumps([arguments, str(folder), held]) + "\n")
        self.forking.stdin.flush()
        code, out, err = json.loads(self.forking.stdout.readline())
        return subprocess.CompletedProcess(arguments, code, out, err)


def environment_in(folder: Path, **environment: str) -> dict[str, str]:
    return {"PATH": "/usr/bin:/bin", "HOME": str(folder), "DESKBELL_VAR": str(folder / "var"), "PYTHONPATH": str(ROOT), **environment}


@contextmanager
def commands() -> Iterator[Commands]:
    held = {**os.environ, "PYTHONPATH": str(ROOT)}
    with subprocess.Popen([sys.executable, "-c", _FORKING], env=held, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as forking:
        yield Commands(forking)
