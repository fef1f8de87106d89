"""The house as one brand's desk needs it. Implements `desk.ports.DeskHost`."""

import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal

from channels.reply import Block
from desk.ports import CaseFile, CaseRow, Entry, Staff
from knowledge.brand import Brand
from server.installation import Installation, Residence
from server.services.browsers import Browsers
from server.services.cases import CaseFile as Kept
from server.services.cases import Cases
from server.services.channel_settings import channels_of
from server.store.cases import StoredCase
from server.store.conversations import Event
from server.store.records import read_plain

_ROLE = "Support"
"""What shoppers see as the name of whoever answers: one shared staff account in this version."""


@dataclass(slots=True)
class DeskDoor:
    house: Installation
    home: Residence
    browsers: Browsers
    kept: Cases = field(init=False)

    def __post_init__(self) -> None:
        self.kept = Cases(self.house)

    @property
    def brand(self) -> Brand:
        return self.home.brand

    def now(self) -> datetime:
        return self.house.clock.now()

    def channels(self) -> Sequence[tuple[str, str]]:
        home = self.house.residences.get(self.brand.id, self.home)
        return [(channel.value, type(state).__name__.lower()) for channel, state in channels_of(self.house, home).items()]

    async def enter(self, key: str) -> Staff | None:
        token = await self.browsers.enter_desk(self.home, key, name=_ROLE)
        return await self.staff(token)

    async def staff(self, cookie: str | None) -> Staff | None:
        found = await self.browsers.staff(self.home, cookie)
        if found is None or cookie is None:
            return None
        return Staff(token=cookie, form_token=self.browsers.form_token(cookie), name=found.name)

    async def cases(self, state: Literal["open", "closed"]) -> Sequence[CaseRow]:
        rows = []
        for case in await self.kept.all(self.home):
            if case.state == state:
                file = await self.kept.file(self.home, case.reference)
                rows.append(_row(case, file.thread if file else (), file.channel if file else None))
        return rows

    async def case(self, reference: str) -> CaseFile | None:
        found = await self.kept.file(self.home, reference)
        return None if found is None else self._file(found)

    async def reply(self, staff: Staff, reference: str, text: str, key: str) -> None:
        await self.kept.reply(self.home, reference, author=staff.name, text=text, once=key or None)

    async def close(self, staff: Staff, reference: str) -> None:
        await self.kept.close(self.home, reference, author=staff.name)

    async def take(self, staff: Staff, reference: str) -> None:
        await self.kept.take(self.home, reference, person=staff.name)

    def _file(self, found: Kept) -> CaseFile:
        case, brief = found.case, found.case.brief
        cited = dict.fromkeys([*brief.clauses, *(str(clause) for line in brief.lines for clause in line.clauses)])
        clauses = [self.home.clauses[clause] for clause in cited if clause in self.home.clauses]
        thread = tuple(_entry(event) for event in found.thread if event.kind == "message")
        notes = tuple(
            Entry(author="person" if note.kind == "reply" else "shopper", name=note.author, at=note.at, text=note.text)
            for note in found.notes
            if not case.conversation and note.text
        )
        value = case.request.get("value")
        return CaseFile(
            row=_row(case, found.thread, found.channel),
            verified=brief.verified,
            customer=brief.customer,
            contact=brief.contact,
            proposed=brief.proposed,
            value=str(value) if value else None,
            note=next((note.text for note in found.notes if note.author == "shopper"), ""),
            verdicts=brief.lines,
            clauses=tuple((clause.title, clause.text) for clause in clauses),
            missing=brief.missing,
            thread=thread or notes,
            opened_at=case.opened_at,
        )


def _row(case: StoredCase, thread: Sequence[Event], channel: str | None) -> CaseRow:
    said = [json.loads(event.body) for event in thread if event.kind == "message"]
    waiting: datetime | None = case.opened_at
    last = case.brief.said
    for one in said:
        if one["author"] == "person":
            waiting = None
        elif one["author"] == "shopper":
            last = one["text"]
            waiting = waiting or datetime.fromisoformat(one["at"])
    return CaseRow(
        reference=case.reference,
        topic=str(case.request.get("action") or case.brief.wish),
        reason=case.reason,
        channel=channel or "hub",
        state=case.state,
        waiting_since=waiting if case.state == "open" else None,
        reply_by=case.reply_by,
        last_line=last[:200],
        order_name=case.brief.order_name,
        language=case.brief.language,
        assigned=case.assigned,
    )


def _entry(event: Event) -> Entry:
    body = json.loads(event.body)
    blocks = read_plain(tuple[Block, ...], body["blocks"])
    return Entry(author=body["author"], name=body.get("name"), at=datetime.fromisoformat(body["at"]), text=body["text"], blocks=blocks)
