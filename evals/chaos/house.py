"""The fault matrix on the real turn: shop, model and index fail in every way there is while shoppers ask (trust.md 6; R9 to R12).

`python -m evals.chaos.house [--json]` plays all of it, every fault on every wish, in about three minutes; `make chaos` does so too.
"""

import argparse
import asyncio
import json
import logging
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from evals.chaos import house_wrong, index_faults, model_faults, shop_faults
from evals.chaos.street import Street, open_street
from evals.chaos.truths import Row

ROOT = Path(__file__).resolve().parents[2]
PATIENCE_S = 900.0
"""On the slowest machine; a quiet one needs a fifth."""
Say = Callable[..., None]


@dataclass(slots=True, kw_only=True)
class Matrix:
    """Everything that was played, and what it came to."""

    rows: list[Row]
    notes: list[str]
    missed: list[str]
    """Seeded defects that no row counted: then the passes beside them are void."""
    caught: list[str]

    @property
    def clean(self) -> bool:
        return bool(self.rows) and not self.missed and all(row.clean for row in self.rows)


async def play(folder: Path, say: Say) -> Matrix:
    """All of it, in this process."""
    matrix = Matrix(rows=[], notes=[], missed=[], caught=[])

    def keep(*rows: Row) -> None:
        matrix.rows.extend(rows)
        for row in rows:
            say(f"  {'clean' if row.clean else 'FAULTS':<7}{row.part}: {row.name}")

    texts = [*shop_faults.WISHES.values(), *shop_faults.WITHOUT.values(), *model_faults.QUESTIONS]
    async with open_street(folder / "shops", people=760) as street:
        plain = await model_faults.without_a_model(street, list(dict.fromkeys(texts)))
        for nth, fault in enumerate(shop_faults.FAULTS):
            keep(await shop_faults.meets(street, fault, cells=shop_faults.spread(fault, nth)))
        row, note = await shop_faults.another_brand(street)
        matrix.notes.append(note)
        keep(row)
        keep(*await index_faults.meets(street, plain))
        for defect in (one for one in house_wrong.DEFECTS if one.part == "shop"):
            _hold(matrix, defect, [await _of_shop(street, defect)], say)
    keep(await shop_faults.own_load(folder / "load"))
    for part in ("reader", "writer"):
        keep(*await model_faults.played(folder / part, part, plain))
    for defect in (one for one in house_wrong.DEFECTS if one.part == "writer"):
        with house_wrong.applied(defect):
            _hold(matrix, defect, await model_faults.played(folder / "wrong", "writer", plain, only=[defect.fault]), say)
    return matrix


async def _of_shop(street: Street, defect: house_wrong.Defect) -> Row:
    fault = next(one for one in shop_faults.FAULTS if one.name == defect.fault)
    with house_wrong.applied(defect):
        return await shop_faults.meets(street, fault, cells=[("webchat", "cancel"), ("sms", "order status")])


def _hold(matrix: Matrix, defect: house_wrong.Defect, rows: list[Row], say: Say) -> None:
    caught = any(defect.shows(row) for row in rows)
    (matrix.caught if caught else matrix.missed).append(defect.name)
    say(f"  {'caught' if caught else 'MISSED':<7}{defect.fault} with {defect.name!r}")


def table(rows: list[Row]) -> str:
    """One line per fault."""
    width = max(len(f"{row.part}: {row.name}") for row in rows)
    head = ("turns", "answered", "wrong facts", "raw model text", "to a person", "later", "slowest s")
    lines = [f"{'fault':<{width}}" + "".join(f"{word:>16}" for word in head)]
    for row in rows:
        shown = [row.turns, row.answered, row.wrong, row.raw, row.person, row.later]
        lines.append(f"{f'{row.part}: {row.name}':<{width}}" + "".join(f"{n:>16,}" for n in shown) + f"{row.slowest_s:>16.1f}")
    return "\n".join(lines)


def told(matrix: Matrix) -> str:
    """The table, what went wrong, and the defects."""
    parts = [table(matrix.rows), *matrix.notes]
    for row in matrix.rows:
        parts += [f"NOT CLEAN: {fault}" for fault in row.faults[:3]]
        parts += [f"  and {len(row.faults) - 3} more of {row.name}"] if len(row.faults) > 3 else []
    parts.append(f"seeded defects caught: {', '.join(matrix.caught) or 'none'}")
    if matrix.missed:
        parts.append(f"NOT CAUGHT, so the passes above are void: {', '.join(matrix.missed)}")
    return "\n".join(parts)


async def faults_of_the_house(say: Say) -> dict[str, Any]:
    """The whole matrix in a process of its own: `{clean, table, rows, caught, missed}`. For `make chaos`."""
    pipe = asyncio.subprocess.PIPE
    child = await asyncio.create_subprocess_exec(sys.executable, "-m", "evals.chaos.house", "--json", cwd=ROOT, stdout=pipe)
    assert child.stdout is not None
    found: dict[str, Any] = {"clean": False, "table": "the fault matrix could not be played", "rows": [], "caught": [], "missed": []}
    try:
        async with asyncio.timeout(PATIENCE_S):
            async for line in child.stdout:
                if line.startswith(b"{"):
                    found = json.loads(line)
                else:
                    say(line.decode().rstrip())
            await child.wait()
    finally:
        if child.returncode is None:
            child.kill()
            await child.wait()
    return found


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m evals.chaos.house", description=__doc__)
    parser.add_argument("--json", action="store_true", help="one JSON object at the end instead of the table")
    given = parser.parse_args()
    _keep_quiet()
    began = time.monotonic()

    def say(*words: Any) -> None:
        print(*words, flush=True)

    with tempfile.TemporaryDirectory(prefix="deskbell-matrix-") as folder:
        matrix = asyncio.run(play(Path(folder), say))
    if given.json:
        rows = [asdict(row) for row in matrix.rows]
        whole = {"clean": matrix.clean, "table": told(matrix), "rows": rows, "caught": matrix.caught, "missed": matrix.missed}
        print(json.dumps(whole), flush=True)
    else:
        print(f"\n{told(matrix)}\n\n{'passed' if matrix.clean else 'FAILED'}: {len(matrix.rows)} faults; {time.monotonic() - began:.0f} s")
    return 0 if matrix.clean else 1


def _keep_quiet() -> None:
    """Every fault would be logged, as it should be; here they are wanted."""
    import structlog

    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.CRITICAL))
    logging.disable(logging.CRITICAL)


if __name__ == "__main__":
    sys.exit(main())
