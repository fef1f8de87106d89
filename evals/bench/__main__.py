"""`make bench`: every figure of this version, with n, medians and intervals. Nothing here passes or fails."""

import subprocess
import sys
import time

PARTS = tuple(
    f"evals.bench.{part}"
    for part in ("reading", "search", "verdicts", "turns", "loop", "start", "webhooks", "throughput", "idle", "growth")
)


def main() -> None:
    """Each part in a process of its own, so that memory and import times are its own too."""
    only = [part for part in PARTS if not sys.argv[1:] or part.rsplit(".", 1)[1] in sys.argv[1:]]
    for part in only:
        print(f"\n== {part.rsplit('.', 1)[1]} " + "=" * 100, flush=True)
        begun = time.monotonic()
        done = subprocess.run([sys.executable, "-m", part], check=False)
        print(f"   ({time.monotonic() - begun:.0f} s{'' if done.returncode == 0 else f', ended with {done.returncode}'})", flush=True)


if __name__ == "__main__":
    main()
