"""`make chaos`: the house is killed, frozen, flooded and lied to, on both stores, and nothing may be lost, doubled or out of order.

Exits 1 when a run is not clean, when a seeded defect was not caught (then the passes beside it are void), or when a store that was asked
for is not there. Without `--store` the PostgreSQL half is played where one answers, and what could not be tried without it is named.
"""

import argparse
import asyncio
import json
import logging
import random
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from evals.chaos import house, programme
from evals.chaos.processes import Nursery
from evals.chaos.stores import Pool, find_postgres
from evals.chaos.trial import Trial, table, total

NO_POSTGRES = "PostgreSQL was asked for, and none answers: `make postgres` starts one"


def main() -> int:
    given = _arguments()
    logging.getLogger("asyncio").setLevel(logging.ERROR)
    return asyncio.run(_run(given))


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m evals.chaos", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="directed schedules, seeded defects and short storms (≤ 50 s)")
    parser.add_argument("--seed", type=int, default=None, help="draw the same chances again")
    parser.add_argument("--json", action="store_true", help="one JSON object instead of the table")
    parser.add_argument("--only", default="", metavar="WORD", help="only runs whose name holds this word")
    parser.add_argument("--store", choices=("sqlite", "postgresql", "both"), default=None, help="asked for, it must be there")
    parser.add_argument("--postgres", default="", metavar="URL", help="a server where databases may be made and dropped")
    parser.add_argument("--wrong", default="", metavar="NAME", help="run everything with this seeded defect, to see its stories")
    parser.add_argument("--keep", type=Path, default=None, metavar="FOLDER", help="keep stores and errors here")
    return parser.parse_args()


async def _run(given: argparse.Namespace) -> int:
    seed = random.SystemRandom().randrange(1_000_000) if given.seed is None else given.seed
    say = _silence if given.json else _say
    began = time.monotonic()
    postgres = None if given.store == "sqlite" else await find_postgres(given.postgres)
    say(f"seed {seed}; PostgreSQL: {'not asked for' if given.store == 'sqlite' else postgres or 'none answers, so its half is not run'}")
    absent = postgres is None and (given.store in ("postgresql", "both") or bool(given.postgres))
    if absent and given.store == "postgresql":
        print(NO_POSTGRES, file=sys.stderr)
        return 1
    with tempfile.TemporaryDirectory(prefix="deskbell-chaos-") as temporary:
        folder = given.keep or Path(temporary)
        folder.mkdir(parents=True, exist_ok=True)
        nursery = Nursery(folder / "errors.log")
        try:
            await nursery.start()
        except (RuntimeError, TimeoutError):
            print((folder / "errors.log").read_text(encoding="utf-8", errors="replace")[-2_000:], file=sys.stderr)
            raise
        pool = Pool(postgres) if postgres else None
        try:
            wishes = programme.Wishes(
                quick=given.quick, seed=seed, only=given.only, wrong=given.wrong, sqlite=given.store != "postgresql", pool=pool
            )
            right, defects = await programme.play(nursery, wishes, folder, say)
            untried = programme.never_tried(wishes)
        finally:
            await nursery.stop()
            if pool is not None:
                await pool.close()
    whole = not (given.quick or given.only or given.wrong)
    matrix = await house.faults_of_the_house(say) if whole else None
    took = time.monotonic() - began
    failed = [one for one in right if not one.clean]
    void = [*programme.missed(defects), *([NO_POSTGRES] if absent else [])]
    if given.json:
        print(json.dumps(_as_json(seed, right, defects, void, untried, took) | {"house": matrix}, indent=1))
    else:
        _tell(right, defects, failed, void, untried, took)
        if matrix is not None:
            print(f"\n{matrix['table']}\n\nthe real turn: {'passed' if matrix['clean'] else 'FAILED'}")
    return 1 if failed or void or not (matrix is None or matrix["clean"]) else 0


def _say(*words: Any) -> None:
    print(*words, flush=True)


def _silence(*words: Any) -> None:
    pass


def _tell(right: list[Trial], defects: list[Trial], failed: list[Trial], void: list[str], untried: list[str], took: float) -> None:
    print(f"\n{table(right)}\n")
    for one in right:
        for note in dict.fromkeys(one.notes):
            print(f"{one.name} on {one.store}: {note}")
    for one in failed:
        print(f"NOT CLEAN: {one.name} on {one.store}, seed {one.seed}\n{one.story}\n")
    if defects:
        print("seeded defects, each of which must fail:")
        for one in defects:
            counts = ", ".join(f"{kind} {n}" for kind, n in one.verdict.counts.items() if n)
            print(f"  {'caught' if one.caught else 'NOT CAUGHT':<11}{one.wrong:<28}{one.store:<12}{one.name:<34}{counts}")
    for name in untried:
        print(f"  {'not tried':<11}{name:<28}needs PostgreSQL")
    if void:
        print(f"\nThe passes above are void: {'; '.join(void)}.")
    verdict = "FAILED" if failed or void else "passed"
    caught = f"{sum(one.caught for one in defects)} of {len(defects)} runs with a seeded defect caught"
    print(f"\n{verdict}: {len(right)} runs, {len(right) - len(failed)} clean; {caught}; {took:.0f} s")
    print(total(right))


def _as_json(seed: int, right: list[Trial], defects: list[Trial], void: list[str], untried: list[str], took: float) -> dict[str, Any]:
    return {
        "seed": seed,
        "passed": not void and all(one.clean for one in right),
        "seconds": round(took, 1),
        "runs": [one.as_json() for one in right],
        "defects": [one.as_json() for one in defects],
        "void": void,
        "not_tried": untried,
    }


if __name__ == "__main__":
    sys.exit(main())
