"""A process that has imported the whole house and forks a worker whenever one is asked for: a restart costs milliseconds, not seconds.

Its one loop and its threads, those of a rehearsal, have ended before the first fork, so what it forks is as good as new. It keeps the
workers' listening sockets: a request that comes between two lives waits for the next, and whatever a killed worker had open is cut off.
"""

import gc
import json
import os
import select
import signal
import socket
import sys
import time
from typing import Any


def main() -> None:
    """Orders come as JSON lines: {"listen": slot}, {"spawn": {...}}. Everything that happens goes out as JSON lines."""
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    from evals.chaos import worker

    worker.prepare()
    worker.rehearse()
    gc.collect()
    gc.freeze()
    sockets: dict[str, socket.socket] = {}
    woken, wake = os.pipe()
    os.set_blocking(wake, False)
    os.set_blocking(woken, False)
    signal.signal(signal.SIGCHLD, lambda *_: None)
    signal.set_wakeup_fd(wake, warn_on_full_buffer=False)
    say({"e": "open", "pid": os.getpid()})
    rest = b""
    while True:
        ready, _, _ = select.select([0, woken], [], [])
        if woken in ready:
            os.read(woken, 4096)
            _reap()
        if 0 in ready:
            read = os.read(0, 65536)
            if not read:
                return
            *lines, rest = (rest + read).split(b"\n")
            for line in lines:
                _obey(json.loads(line), sockets, worker)


def _obey(order: dict[str, Any], sockets: dict[str, socket.socket], worker: Any) -> None:
    if "listen" in order:
        listening = socket.create_server(("127.0.0.1", 0), backlog=512)
        sockets[order["listen"]] = listening
        say({"e": "listening", "slot": order["listen"], "port": listening.getsockname()[1]})
        return
    given = order["spawn"]
    pid = os.fork()
    if pid:
        say({"e": "born", "slot": given["slot"], "pid": pid, "t": time.monotonic()})
        return
    code = 1
    try:
        signal.set_wakeup_fd(-1)
        signal.signal(signal.SIGCHLD, signal.SIG_DFL)
        # The orders are the nursery's alone.
        null = os.open(os.devnull, os.O_RDONLY)
        os.dup2(null, 0)
        os.close(null)
        for slot, listening in sockets.items():
            if slot != given["slot"]:
                listening.close()
        code = worker.live(given, sockets[given["slot"]])
    except BaseException as error:
        say({"e": "failed", "slot": given["slot"], "pid": os.getpid(), "why": f"{type(error).__name__}: {error}", "t": time.monotonic()})
    finally:
        sys.stderr.flush()
        os._exit(code)


def _reap() -> None:
    while True:
        try:
            pid, status = os.waitpid(-1, os.WNOHANG)
        except ChildProcessError:
            return
        if pid == 0:
            return
        say({"e": "gone", "pid": pid, "signal": os.WTERMSIG(status) if os.WIFSIGNALED(status) else 0, "t": time.monotonic()})


def say(event: dict[str, Any]) -> None:
    """One line, written at once: lines of several processes do not mix."""
    os.write(1, (json.dumps(event) + "\n").encode())


if __name__ == "__main__":
    main()
