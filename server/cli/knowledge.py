"""`deskbell knowledge`: search the policies, add to them, see and approve the rules found in them."""

import asyncio
import base64
import logging
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from knowledge.document import Document
from knowledge.terms import Terms
from server.assembly import compiled, tools
from server.cli.asking import DEMO, from_environment
from server.cli.backstage import call
from server.cli.trouble import Trouble, put, rows_of, say
from server.heavy import make_shelf
from server.logs import configure
from server.services.backstage import rows_of_terms
from server.settings import Settings
from server.world_brand import read_world_brand


def search(
    question: str | None, *, file: Path | None, folder: Path | None, k: int, locale: str, world: Path | None, json_lines: bool
) -> None:
    configure(level=logging.ERROR, plain=True)
    if (question is None) == (file is None):
        raise Trouble("give one QUESTION, or --file with rows {question, locale}")
    rows = [{"question": question, "locale": locale}] if question is not None else list(rows_of(file or Path("-"), "question"))
    asyncio.run(_search(rows, folder, k, world, json_lines))


async def _search(rows: Sequence[dict[str, Any]], folder: Path | None, k: int, world: Path | None, json_lines: bool) -> None:
    documents = _folder(folder) if folder is not None else read_world_brand(world or DEMO).documents
    shelf = await make_shelf(Settings(dev=True, throw_away=True, **from_environment()), documents)
    for row in rows:
        locale = str(row.get("locale") or "en")
        # More clauses than documents are asked for, because a document counts by its best clause.
        found = await shelf.look_up(row["question"], locale=locale, k=max(k * 4, 20))
        hits = [
            {"document": str(one.clause.document), "clause": str(one.clause.id), "title": one.clause.title, "score": round(one.score, 4)}
            for one in found
        ]
        best = list({hit["document"]: hit for hit in reversed(hits)}.values())[::-1]
        best.sort(key=lambda hit: -float(str(hit["score"])))
        if json_lines:
            put({"hits": best[:k]})
        else:
            say(f"\n{row['question']}")
            for hit in best[:k]:
                say(f"  {hit['score']:.3f}  {hit['document']}  {hit['title']}")


def _folder(folder: Path) -> tuple[Document, ...]:
    from knowledge.documents.files import read_folder

    if not folder.is_dir():
        raise Trouble(f"--policies {str(folder)!r} is not a folder")
    documents, troubles = read_folder(folder)
    for trouble in troubles:
        raise Trouble(trouble)
    if not documents:
        raise Trouble(f"--policies {str(folder)!r} holds no policy file: Markdown, HTML, text, PDF or DOCX")
    # A file's whole name without its ending is the document's id, as the documentation says.
    return documents


def add(files: Sequence[Path], *, brand_id: str | None, locale: str | None, json_lines: bool) -> None:
    """Files become documents; the rules found in them are drafts."""
    configure(level=logging.ERROR, plain=True)
    given = {"brand": brand_id, "locale": locale, "files": [_file(file) for file in files]}
    for row in call("knowledge_add", given):
        if json_lines:
            put(row)
        else:
            counts = f"{row['clauses']} passages, {len(row['rules'])} rules, {row['not_understood']} not understood"
            say(f"{row['document']} ({row['locale']}): {counts}")
    if not json_lines:
        say("New rules are drafts: see `deskbell knowledge terms`, then `deskbell knowledge approve`.")


def _file(file: Path) -> dict[str, str]:
    try:
        return {"name": file.name, "data": base64.b64encode(file.read_bytes()).decode()}
    except OSError as error:
        raise Trouble(f"{str(file)!r} cannot be read: {error.strerror}. Check the path.") from error


def terms(*, brand_id: str | None, world: Path | None, json_lines: bool) -> None:
    """Rules beside their words, then the sentences nobody understood."""
    configure(level=logging.ERROR, plain=True)
    rows = rows_of_terms(_world_terms(world)) if world is not None else call("knowledge_terms", {"brand": brand_id})
    for row in rows:
        put(row) if json_lines else say(_told(row))


def check(*, brand_id: str | None, world: Path | None, json_lines: bool) -> None:
    """Problems with how to mend them; nothing at all is a good sign and says so."""
    configure(level=logging.ERROR, plain=True)
    if world is not None:
        read = read_world_brand(world)
        rows = tools().problems(read.documents, compiled(read), read.brand.locales, read.clock or datetime.now(UTC))
    else:
        rows = call("knowledge_check", {"brand": brand_id})
    for row in rows:
        put(row) if json_lines else say(
            f"{row['kind']:<16} {row['where']}: {row['what']} {row['mend']}" + (f" “{row['quote']}”" if row["quote"] else "")
        )
    if not rows and not json_lines:
        say("Nothing to mend.")


def approve(wanted: Sequence[str] | None, *, everything: bool, brand_id: str | None, json_lines: bool) -> None:
    """Drafts become live."""
    configure(level=logging.ERROR, plain=True)
    if bool(wanted) == everything:
        raise Trouble("name the rules to approve, or give --all")
    rows = call("knowledge_approve", {"brand": brand_id, "rules": None if everything else list(wanted or ())})
    for row in rows:
        put(row) if json_lines else say(f"live: {row['rule']}")
    if not rows and not json_lines:
        say("Nothing was a draft.")


def _world_terms(world: Path) -> Terms:
    return compiled(read_world_brand(world))


def _told(row: Mapping[str, Any]) -> str:
    source = row["source"]
    if row["kind"] == "not_understood":
        return f"?      {source['document']}: “{source['quote']}”  ({row['why']})"
    return f"{row['state']:<5}  {row['id']}  {row['body']['kind']}  {source['document']}: “{source['quote']}”"
