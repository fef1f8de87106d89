"""Commands about an installation: through the server when one runs, else by opening its store."""

import asyncio
from collections.abc import Mapping
from typing import Any

import httpx

from server.cli.trouble import Trouble
from server.services.backstage import Backstage, CannotDo, Rows
from server.settings import Settings
from server.store.database import StoreInUse


def call(command: str, given: Mapping[str, Any], settings: Settings | None = None) -> Rows:
    """The command's rows. Raises Trouble with what to do. settings: read from the environment unless given."""
    settings = settings or Settings()
    running = _running(settings)
    if running is not None:
        found = _ask(running, command, given)
        if found is not None:
            return found
    try:
        return asyncio.run(_open(settings, command, given))
    except CannotDo as error:
        raise Trouble(str(error)) from error
    except StoreInUse as error:
        raise Trouble(f"{error} It does not answer commands.") from error


def _running(settings: Settings) -> tuple[str, str] | None:
    """(address, token) of a server that says it runs here."""
    try:
        address, token = settings.database_path.with_suffix(".backstage").read_text().split()
    except (OSError, ValueError):
        return None
    return address, token


def _ask(running: tuple[str, str], command: str, given: Mapping[str, Any]) -> Rows | None:
    address, token = running
    try:
        answer = httpx.post(
            f"{address}/backstage/{command}", json=given, headers={"Authorization": f"Bearer {token}"}, timeout=60, trust_env=False
        )
    except httpx.HTTPError:
        return None  # an address left behind by a server that was killed
    if answer.status_code == 200:
        rows: Rows = answer.json()["rows"]
        return rows
    if answer.status_code in (401, 404):
        return None
    raise Trouble(str(answer.json().get("error", {}).get("message", f"the server answered {answer.status_code}")))


async def _open(settings: Settings, command: str, given: Mapping[str, Any]) -> Rows:
    from server.assembly import open_installation, tools

    async with open_installation(settings, serve=False) as house:
        return await Backstage(house, tools()).run(command, given)
