"""The named places a harness stops the process at: each is passed somewhere in the code, and nothing else is (R3)."""

import ast
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

from server.points import POINTS, passing, watch

SERVER = Path(__file__).resolve().parents[2] / "server"


@cache
def passed() -> tuple[tuple[str, str], ...]:
    """(name, where) of each call of `passing` in the server."""
    return tuple(_passed())


def _passed() -> Iterator[tuple[str, str]]:
    for path in sorted(SERVER.rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "passing":
                assert isinstance(node.args[0], ast.Constant), f"{path.name}:{node.lineno}: a name is written out, so that it can be found"
                yield str(node.args[0].value), f"{path.name}:{node.lineno}"


def test_no_place_is_passed_that_has_no_name() -> None:
    assert [(name, where) for name, where in passed() if name not in POINTS] == []


@pytest.mark.parametrize("name", POINTS)
def test_each_named_place_is_passed_somewhere(name: str) -> None:
    assert name in {one for one, _ in passed()}


def test_there_are_at_least_twenty_five_and_none_twice() -> None:
    assert len(set(POINTS)) == len(POINTS) >= 25


def test_a_watcher_is_told_of_each_place_in_turn_and_of_none_once_it_is_gone() -> None:
    told: list[str] = []
    watch(told.append)
    try:
        passing("lease.before")
        passing("lease.after")
    finally:
        watch(None)
    passing("commit.before")
    assert told == ["lease.before", "lease.after"]
