"""`deskbell brand`: add a brand, list them."""

import logging
from pathlib import Path

from server.cli.backstage import call
from server.cli.trouble import Trouble, put, say
from server.logs import configure


def add(world: Path, *, client_id: str | None, client_secret: str | None, json_lines: bool) -> None:
    """A world file's brand and policies go into the store."""
    configure(level=logging.ERROR, plain=True)
    if (client_id is None) != (client_secret is None):
        raise Trouble("give client id and secret together")
    given = {"world": str(world.resolve()), "client_id": client_id, "client_secret": client_secret}
    for row in call("brand_add", given):
        put(row) if json_lines else say(f"{row['name']} ({row['brand']}), {row['documents']} documents, shop {row['shop']}")
    if not json_lines:
        say("A running server serves a new brand after a restart.")


def show(*, json_lines: bool) -> None:
    """The brands, the first on top."""
    configure(level=logging.ERROR, plain=True)
    rows = call("brand_list", {})
    for row in rows:
        put(row) if json_lines else say(f"{row['brand']:<16} {row['name']:<20} {row['shop']}")
    if not rows and not json_lines:
        say("No brand yet: add one with `deskbell brand add WORLD.yaml`.")
