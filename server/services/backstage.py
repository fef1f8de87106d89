"""What an operator may ask of an installation, whether it is running or only opened for the question.

Every command takes plain JSON and answers rows of plain JSON, so that it works the same through a running server.
"""

import base64
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import Any

from knowledge.brand import Brand, BrandId
from knowledge.document import Document, DocumentId, UnreadableDocument
from knowledge.terms import NotUnderstood, Rule, Terms
from server.installation import Installation
from server.services.channel_commands import ChannelCommands
from server.store import brands, policies
from server.store.records import plain
from server.world_brand import WorldError, read_world_brand

Rows = list[dict[str, Any]]


class CannotDo(Exception):
    """The command cannot be carried out; the message says what to do."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Tools:
    """What the assembly lends to commands, so that nothing heavy is imported here."""

    take_in: Callable[[Installation, Any], Awaitable[None]]
    compile_rules: Callable[[Brand, Sequence[Document], Mapping[DocumentId, Any]], Terms]
    problems: Callable[[Sequence[Document], Terms, Sequence[str], datetime], Rows]


class Backstage:
    def __init__(self, house: Installation, tools: Tools) -> None:
        self._house = house
        self._tools = tools
        self._commands: Mapping[str, Callable[[Mapping[str, Any]], Awaitable[Rows]]] = {
            "brand_list": self._brand_list,
            "brand_add": self._brand_add,
            "knowledge_add": self._knowledge_add,
            "knowledge_terms": self._knowledge_terms,
            "knowledge_check": self._knowledge_check,
            "knowledge_approve": self._knowledge_approve,
            **ChannelCommands(house, self._brand).all,
        }

    async def run(self, command: str, given: Mapping[str, Any]) -> Rows:
        """Raises CannotDo."""
        if command not in self._commands:
            raise CannotDo(f"there is no command {command!r}")
        try:
            return await self._commands[command](given)
        except (WorldError, UnreadableDocument) as error:
            raise CannotDo(str(error)) from error

    async def _brand_list(self, _: Mapping[str, Any]) -> Rows:
        async with self._house.database.reading() as tx:
            known = await brands.all_brands(tx)
            connected = {one.id: await brands.credential(tx, one, "read_client_secret", self._house.vault) is not None for one in known}
        return [
            {
                "brand": one.id,
                "name": one.name,
                "shop": one.shop,
                "locales": list(one.locales),
                "channels": sorted(one.channels),
                "hub": one.hub.active,
                "connected": connected[one.id],
            }
            for one in known
        ]

    async def _brand_add(self, given: Mapping[str, Any]) -> Rows:
        read = read_world_brand(Path(given["world"]))
        house = self._house
        await self._tools.take_in(house, read)
        if given.get("client_id") and given.get("client_secret"):
            async with house.database.writing() as tx:
                now = house.clock.now()
                await brands.keep_credential(tx, read.brand, "read_client_id", given["client_id"], house.vault, now)
                await brands.keep_credential(tx, read.brand, "read_client_secret", given["client_secret"], house.vault, now)
        return [{"brand": read.brand.id, "name": read.brand.name, "shop": read.brand.shop, "documents": len(read.documents)}]

    async def _knowledge_add(self, given: Mapping[str, Any]) -> Rows:
        """given: files [{name, data: base64}], locale. New rules are drafts; `ID.rules.yaml` states or corrects those of document ID."""
        from knowledge.documents.files import read_bytes
        from server.sidecars import ENDINGS, sidecar_named

        files = [(str(one["name"]), base64.b64decode(one["data"])) for one in given.get("files", ())]
        documents = [read_bytes(data, name=name, locale=given.get("locale")) for name, data in files if not name.endswith(ENDINGS)]
        sidecars = dict(sidecar_named(name, data) for name, data in files if name.endswith(ENDINGS))
        brand = await self._brand(given)
        async with self._house.database.writing() as tx:
            for document in documents:
                await policies.keep_document(tx, brand, document, self._house.clock.now())
            every = await policies.documents_of(tx, brand)
            known = {stored.rule.id for stored in await policies.rules_of(tx, brand)}
            found = self._tools.compile_rules(brand, every, sidecars)
            touched = {document.id for document in documents} | set(sidecars)
            drafts = tuple(rule for rule in found.rules if rule.source.document in touched or rule.id not in known)
            for document_id in touched:
                await policies.drop_stale(tx, brand, document_id, [rule.id for rule in drafts])
            unread = tuple(one for one in found.not_understood if one.source.document in touched)
            new = replace(found, rules=tuple(replace(rule, approved=False) for rule in drafts), not_understood=unread)
            await policies.keep_rules(tx, brand, new, now=self._house.clock.now())
        await self._republish(brand)
        return [
            {
                "document": document.id,
                "locale": document.locale,
                "clauses": len(document.clauses),
                "rules": [str(rule.id) for rule in new.rules if rule.source.document == document.id],
                "not_understood": sum(one.source.document == document.id for one in unread),
            }
            for document in documents
        ]

    async def _knowledge_terms(self, given: Mapping[str, Any]) -> Rows:
        _, terms = await self._stock(given)
        return rows_of_terms(terms)

    async def _knowledge_check(self, given: Mapping[str, Any]) -> Rows:
        documents, terms = await self._stock(given)
        brand = await self._brand(given)
        return self._tools.problems(documents, terms, brand.locales, self._house.clock.now())

    async def _knowledge_approve(self, given: Mapping[str, Any]) -> Rows:
        """given: rules [id] or null for every draft."""
        brand = await self._brand(given)
        try:
            async with self._house.database.writing() as tx:
                done = await policies.approve(tx, brand, given.get("rules"), approver="terminal", now=self._house.clock.now())
        except KeyError as unknown:
            raise CannotDo(f"there is no rule {unknown.args[0]!r}; `deskbell knowledge terms` lists them") from unknown
        await self._republish(brand)
        return [{"rule": str(rule), "state": "live"} for rule in done]

    async def _stock(self, given: Mapping[str, Any]) -> tuple[tuple[Document, ...], Terms]:
        brand = await self._brand(given)
        async with self._house.database.reading() as tx:
            return await policies.documents_of(tx, brand), await policies.terms_of(tx, brand)

    async def _brand(self, given: Mapping[str, Any]) -> Brand:
        async with self._house.database.reading() as tx:
            known = await brands.all_brands(tx)
        if not known:
            raise CannotDo("there is no brand yet: add one with `deskbell brand add WORLD.yaml`")
        wanted = given.get("brand")
        found = known[0] if wanted is None else next((one for one in known if one.id == wanted), None)
        if found is None:
            raise CannotDo(f"there is no brand {wanted!r}; known: {', '.join(one.id for one in known)}")
        return found

    async def _republish(self, brand: Brand) -> None:
        """A running installation answers by the new words at once."""
        home = self._house.residences.get(BrandId(brand.id))
        if home is None or home.republish is None:
            return
        async with self._house.database.reading() as tx:
            await home.republish(await policies.documents_of(tx, brand), await policies.terms_of(tx, brand))


def rows_of_terms(terms: Terms) -> Rows:
    """Every rule beside its words, then what nobody understood."""
    rules = [{"kind": "rule", "state": "live" if rule.approved else "draft", **plain(Rule, rule)} for rule in terms.rules]
    return rules + [{"kind": "not_understood", **plain(NotUnderstood, one)} for one in terms.not_understood]
