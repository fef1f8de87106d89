"""`deskbell brand`: add a brand, list them, set up their channels."""

import getpass
import logging
import os
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

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
        say("A running installation serves it within seconds.")


def show(*, json_lines: bool) -> None:
    """The brands, the first on top."""
    configure(level=logging.ERROR, plain=True)
    rows = call("brand_list", {})
    for row in rows:
        put(row) if json_lines else say(f"{row['brand']:<16} {row['name']:<20} {row['shop']}")
    if not rows and not json_lines:
        say("No brand yet: add one with `deskbell brand add WORLD.yaml`.")


SECRETS: Mapping[str, tuple[str, ...]] = {
    "sms": ("twilio_auth_token",),
    "whatsapp": ("meta_app_secret", "meta_access_token", "meta_verify_token"),
    "email": ("mail_webhook_secret", "imap_password"),
}
"""Given by environment as DESKBELL_BRAND_NAME, or asked for: never an argument, which every process on the machine can read."""


def channels(brand_id: str | None, *, json_lines: bool) -> None:
    """The C1 matrix: Active, Off, or Unavailable with what is missing and how to mend it."""
    configure(level=logging.ERROR, plain=True)
    for row in call("brand_channels", {"brand": brand_id}):
        if json_lines:
            put(row)
            continue
        missing = f": {row['missing']}  → {row['mend']}" if row["missing"] else ""
        say(f"{row['brand']:<16} {row['channel']:<10} {row['state']}{missing}")


def channel(brand_id: str, name: str, *, on: bool, settings: Mapping[str, Any], ask: bool, json_lines: bool) -> None:
    """Switch a channel on or off, and set what is given of its settings and secrets."""
    configure(level=logging.ERROR, plain=True)
    given = {field: value for field, value in settings.items() if value is not None and value != []}
    command = {"brand": brand_id, "channel": name, "on": on, "settings": given, "secrets": _secrets(name, ask)}
    for row in call("brand_channel", command):
        missing = f": {row['missing']}  → {row['mend']}" if row["missing"] else ""
        put(row) if json_lines else say(f"{row['brand']} {row['channel']}: {row['state']}{missing}")


def _secrets(name: str, ask: bool) -> dict[str, str]:
    """What the environment holds, then what is typed; an empty line leaves a secret as it is."""
    found = {}
    for secret in SECRETS.get(name, ()):
        value = os.environ.get(f"DESKBELL_BRAND_{secret.upper()}", "")
        if not value and ask:
            prompt = f"{secret.replace('_', ' ')} (empty: as it is): "
            value = getpass.getpass(prompt) if sys.stdin.isatty() else sys.stdin.readline().rstrip("\n")
        if value:
            found[secret] = value
    return found


def catalogue_only(brand_id: str, *, on: bool, json_lines: bool) -> None:
    """Hold the model back for a brand, or let it in again."""
    configure(level=logging.ERROR, plain=True)
    for row in call("brand_catalogue_only", {"brand": brand_id, "on": on}):
        said = "catalogue answers only, from within five seconds" if row["catalogue_only"] else "the model may be asked again"
        put(row) if json_lines else say(f"{row['brand']}: {said}")


def reopen_contact(brand_id: str, contact: str, *, json_lines: bool) -> None:
    """Let a contact that failed a hundred times ask for codes again."""
    configure(level=logging.ERROR, plain=True)
    for row in call("brand_reopen_contact", {"brand": brand_id, "contact": contact}):
        said = "codes may be asked for again" if row["reopened"] else "there was nothing to reopen"
        put(row) if json_lines else say(f"{row['brand']}: {said}")


def templates_of(pairs: list[str] | None) -> dict[str, str] | None:
    """`en=order_news` as language and name. Raises Trouble."""
    if not pairs:
        return None
    found = dict(pair.partition("=")[::2] for pair in pairs)
    if not all(found.values()):
        raise Trouble("write a template as LANGUAGE=NAME, e.g. --template en=order_news")
    return found
