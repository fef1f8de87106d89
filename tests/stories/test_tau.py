"""A retail shop of fifty customers: their own words, and where each order is sent."""

import json
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from demo.tau import tau_world
from tests.stories.stage import NOW, stage

LEAST = 0.2
"""Of thirty whole briefs said in one breath, the share routed rightly at once; the rest ask back. A floor, not a goal: the
briefs are notes for a simulated shopper, not what one would write, and the suite of whole conversations comes later."""
KINDS = {"returns_redirect": {"redirect"}, "handoff": {"hand_off"}, "refuse": {"refuse", "redirect", "explain"}}


def opening(case: Mapping[str, Any]) -> str:
    """The scenario's reason to call, said by the shopper."""
    words = case["user_scenario"]["instructions"]["reason_for_call"]
    for you, me in ((r"\bYou are\b", "I am"), (r"\bYou've\b", "I have"), (r"\byours?\b", "my"), (r"\byou\b", "I"), (r"\bYour\b", "My")):
        words = re.sub(you, me, words, flags=re.IGNORECASE)
    return " ".join(str(words).split())[:600]


def _orders_of(user: str, db: Mapping[str, Any]) -> set[str]:
    return {name for name, order in db["orders"].items() if order["user_id"] == user}


@pytest.mark.data
async def test_openings_of_a_public_benchmark_reach_the_right_place(shared: Path, tmp_path: Path) -> None:
    folder = shared / "data" / "tau-retail"
    tasks = {task["id"]: task for task in json.loads((folder / "tasks.json").read_text(encoding="utf-8"))}
    labels = [
        label
        for label in json.loads((folder / "tau3_retail_114.json").read_text(encoding="utf-8"))
        if label["class"] == "A" and len(label["expected"]) == 1 and len(label["expected"][0]["routes"]) == 1
    ][:30]
    window = {"id": "changes", "locale": "en", "title": "Changes", "text": "You can change or cancel your order until it has shipped."}
    db = json.loads((folder / "db.json").read_text(encoding="utf-8"))
    world = tau_world(db, now=NOW, policies=(window,))
    right, told = 0, []
    async with stage(tmp_path, world.model_dump(mode="json", by_alias=True, exclude_none=True, exclude_defaults=True)) as there:
        for label in labels:
            expected = label["expected"][0]
            row = await there.ask(opening(tasks[label["task_id"]]), label["email"], signed_in=True)
            got = {(found["kind"], found["order"]) for found in row["outcomes"]}
            assert {order for _, order in got} <= {None, *_orders_of(label["user_id"], db)}
            route = expected["routes"][0]
            hit = any(kind in KINDS.get(route, {"offer"}) and order == expected["order"] for kind, order in got)
            right += hit
            told.append(f"{label['task_id']} {route} {expected['order']}: {got}")
            assert row["reply"]["text"]
    print(f"{right} of {len(labels)}", *told, sep="\n")
    assert right >= LEAST * len(labels), told
