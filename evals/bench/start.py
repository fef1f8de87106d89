"""How long a newcomer waits: commands from cold, and a house until it answers its first message."""

import asyncio
import subprocess
import sys
import time
from pathlib import Path

from evals.bench.figures import Spread
from evals.bench.house import memory_mb, open_house
from evals.bench.outside import ROOT, free_ports, outside

RUNS = 5


def command(*words: str) -> Spread:
    """Seconds of a fresh process, in milliseconds."""
    took = []
    for _ in range(RUNS):
        begun = time.perf_counter()
        subprocess.run([str(Path(sys.executable).with_name("deskbell")), *words], cwd=ROOT, capture_output=True, check=False)
        took.append((time.perf_counter() - begun) * 1000)
    return Spread.of(took)


async def first_answer() -> str:
    """From nothing to the first answer, the encoder's weights included."""
    async with outside(free_ports()) as ports:
        begun = time.perf_counter()
        async with open_house(ports):
            took = time.perf_counter() - begun
        return f"{'from opening the house to its first answer':<44} {took:.1f} s, then {memory_mb():,.0f} MB resident"


def main() -> None:
    print(command("--help").line("deskbell --help", "ms", "goal ≤ 300"))
    print(command("doctor").line("deskbell doctor", "ms"))
    print(command("ask", "--json", "hello").line("deskbell ask, one message", "ms"))
    print(asyncio.run(first_answer()))


if __name__ == "__main__":
    main()
