"""The compose file says what the README says: two web processes and two workers on one PostgreSQL, each able to start."""

from pathlib import Path
from typing import Any

import yaml

from server.settings import Settings

ROOT = Path(__file__).resolve().parents[2]


def services() -> dict[str, dict[str, Any]]:
    found: dict[str, dict[str, Any]] = yaml.safe_load((ROOT / "compose.yaml").read_text(encoding="utf-8"))["services"]
    return found


def role(service: dict[str, Any]) -> str | None:
    command = service.get("command", [])
    return str(command[command.index("--role") + 1]) if "--role" in command else None


def test_there_are_two_web_processes_two_workers_and_one_database() -> None:
    found = services()
    counted = [(role(one), one.get("deploy", {}).get("replicas", 1)) for one in found.values()]
    assert sorted((kind or "database", many) for kind, many in counted) == [("database", 1), ("web", 1), ("web", 1), ("worker", 2)]


def test_each_process_gets_settings_that_are_accepted_and_knows_where_the_database_is() -> None:
    for name, service in services().items():
        if role(service) is None:
            continue
        given = {key.removeprefix("DESKBELL_").lower(): value for key, value in service["environment"].items()}
        given |= {"secret_key": "s" * 32, "public_url": "https://desk.brand.example", "smtp_host": "", "smtp_port": 25}
        settings = Settings(_env_file=None, host="0.0.0.0", **given)  # type: ignore[call-arg]  # pydantic-settings' own keyword
        assert settings.database_url.startswith("postgresql://"), name


def test_the_image_holds_every_room() -> None:
    copied = {line.split()[1] for line in (ROOT / "Dockerfile").read_text(encoding="utf-8").splitlines() if line.startswith("COPY")}
    rooms = {path.parent.name for path in ROOT.glob("*/__init__.py")} - {"tests"}
    assert rooms <= copied
