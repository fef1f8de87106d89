"""The commands: stable JSON, clear errors, exit code 2, and no traceback."""

import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.server.commands import Commands, commands, environment_in

WORLD = """
clock: "2026-11-20T15:00:00+01:00"
brand:
  id: northbay
  name: Northbay
  shop: northbay.myshopify.com
  site: https://northbay.example.com
  currency: EUR
  time_zone: Europe/Paris
  locales: [en]
  channels: [webchat, sms]
  hub: {active: true}
policies:
  - {id: edit, locale: en, title: Editing, text: You can cancel an order free of charge for 60 minutes after checkout.}
products:
  - {id: tote, title: Canvas tote, type: Bags, variants: [{sku: TOTE, price: "25.00", stock: 4}]}
customers:
  - {id: ana, name: Ana Torres, email: ana.torres@example.com, phone: "+12025550123", locale: en}
orders:
  - name: "#1042"
    customer: ana
    createdAt: "2026-11-20T14:40:00+01:00"
    shipping: {title: Standard, method: shipping, price: "4.90"}
    address: {name: Ana Torres, address1: 12 Rue de l'Exemple, city: Paris, zip: "75011", country: FR}
    lines: [{sku: TOTE, quantity: 1, state: open}]
"""


def deskbell(*arguments: str, folder: Path, **environment: str) -> "subprocess.CompletedProcess[str]":
    """The real command from nothing, with an environment of its own."""
    command = [sys.executable, "-c", "from server.cli import main; main()", *arguments]
    return subprocess.run(command, capture_output=True, text=True, cwd=folder, env=environment_in(folder, **environment), timeout=120)


@pytest.fixture(scope="module")
def imported() -> Iterator[Commands]:
    with commands() as ready:
        yield ready


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (("ask", "--world", "gone.yaml", "hi"), "gone.yaml"),
        (("ask", "--now", "yesterday", "hi"), "is not a time"),
        (("ask", "--now", "2026-11-20T15:00:00", "hi"), "lacks its offset"),
        (("ask", "--channel", "fax", "hi"), "webchat, sms, whatsapp, email"),
        (("read", "--file", "gone.jsonl"), "cannot be read"),
        (("knowledge", "search"), "give one QUESTION"),
        (("knowledge", "approve"), "name the rules"),
        (("brand", "add", "gone.yaml"), "gone.yaml"),
    ],
)
def test_a_mistake_is_a_sentence_and_exit_code_two(tmp_path: Path, imported: Commands, arguments: tuple[str, ...], says: str) -> None:
    ran = imported.run(*arguments, folder=tmp_path, DESKBELL_DEV="1")
    assert ran.returncode == 2, ran.stderr
    assert says in ran.stderr
    assert "Traceback" not in ran.stderr


def test_without_a_secret_nothing_starts_and_doctor_says_why(tmp_path: Path, imported: Commands) -> None:
    ran = deskbell("brand", "list", folder=tmp_path)
    assert ran.returncode == 2
    assert "DESKBELL_SECRET_KEY" in ran.stderr
    told = imported.run("doctor", "--json", folder=tmp_path)
    assert json.loads(told.stdout.splitlines()[0])["state"] == "missing"


def test_a_brand_its_rules_and_their_approval(tmp_path: Path, imported: Commands) -> None:
    (tmp_path / "world.yaml").write_text(WORLD, encoding="utf-8")
    (tmp_path / "swaps.en.md").write_text("# Swaps\n\nYou can change the size of an item within 30 minutes.\n", encoding="utf-8")
    added = imported.run("brand", "add", "world.yaml", "--json", folder=tmp_path, DESKBELL_DEV="1")
    assert json.loads(added.stdout) == {"brand": "northbay", "name": "Northbay", "shop": "northbay.myshopify.com", "documents": 1}
    more = json.loads(imported.run("knowledge", "add", "swaps.en.md", "--json", folder=tmp_path, DESKBELL_DEV="1").stdout)
    assert more["document"] == "swaps"
    assert more["rules"]
    states = [json.loads(line)["state"] for line in lines(imported.run("knowledge", "terms", "--json", folder=tmp_path, DESKBELL_DEV="1"))]
    assert sorted(set(states)) == ["draft", "live"]
    approved = lines(imported.run("knowledge", "approve", "--all", "--json", folder=tmp_path, DESKBELL_DEV="1"))
    assert [json.loads(line)["rule"] for line in approved] == more["rules"]
    wrong = imported.run("knowledge", "approve", "no-such-rule", folder=tmp_path, DESKBELL_DEV="1")
    assert (wrong.returncode, "there is no rule 'no-such-rule'" in wrong.stderr) == (2, True)


def lines(ran: "subprocess.CompletedProcess[str]") -> list[str]:
    assert ran.returncode == 0, ran.stderr
    return ran.stdout.splitlines()


@pytest.mark.slow
def test_ask_answers_a_conversation_one_line_a_turn(tmp_path: Path, imported: Commands) -> None:
    (tmp_path / "world.yaml").write_text(WORLD, encoding="utf-8")
    common = ("ask", "--json", "--world", "world.yaml")
    ran = deskbell(*common, "--as", "ana.torres@example.com", "--signed-in", "cancel my order #1042", "are you a bot?", folder=tmp_path)
    rows = [json.loads(line) for line in lines(ran)]
    keys = {"said", "reading", "level", "outcomes", "reply", "cites", "handoff", "model_calls", "shopify", "ms"}
    assert [set(row) for row in rows] == [keys, keys]
    first = rows[0]
    assert (first["level"], first["outcomes"][0]["kind"], first["outcomes"][0]["because"]) == ("L3", "offer", "within_window")
    assert first["outcomes"][0]["lines"][0]["until"] == "2026-11-20T14:40:00+00:00"
    assert first["cites"][0]["document"] == "edit"
    assert first["shopify"]["queries"] <= 2
    stranger = [json.loads(line) for line in lines(imported.run(*common, "cancel my order #1042", folder=tmp_path))]
    assert (stranger[0]["level"], stranger[0]["shopify"]["queries"]) == ("L0", 0)
    assert "14:40" not in json.dumps(stranger)


@pytest.mark.slow
def test_a_running_server_takes_commands_and_leaves_in_order(tmp_path: Path, imported: Commands) -> None:
    (tmp_path / "world.yaml").write_text(WORLD, encoding="utf-8")
    code = "from server.cli import main; main()"
    serving = subprocess.Popen(
        [sys.executable, "-c", code, "serve", "--port", "0", "--world", "world.yaml"],
        cwd=tmp_path,
        env=environment_in(tmp_path, DESKBELL_DEV="1"),
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    )
    try:
        assert serving.stdout is not None
        assert "Deskbell listens on http://127.0.0.1:" in serving.stdout.readline()
        listed = lines(imported.run("brand", "list", "--json", folder=tmp_path, DESKBELL_DEV="1"))
        assert json.loads(listed[0])["brand"] == "northbay"
        second = imported.run("serve", "--port", "0", folder=tmp_path, DESKBELL_DEV="1")
        assert (second.returncode, "in use by another Deskbell process" in second.stderr) == (2, True)
    finally:
        serving.terminate()
        assert serving.wait(20) == 0
        if serving.stdout is not None:
            serving.stdout.close()
    assert not (tmp_path / "var" / "deskbell.backstage").exists()
