"""The desk's pages over a desk that only remembers."""

from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Literal

import httpx
import pytest
import pytest_asyncio
from fastapi import FastAPI

from channels.reply import Quote, Text
from desk.pages.routes import MAX_REPLY, router
from desk.ports import CaseFile, CaseRow, Entry, Staff
from knowledge.brand import Brand, BrandId

NOON = datetime(2026, 11, 20, 12, tzinfo=UTC)
STAFF = Staff(token="cookie", form_token="form", name="Support")
MARKUP = "<script>alert(1)</script>"
ROW = CaseRow(
    reference="NO-1",
    topic="change_item",
    reason="hub_unavailable",
    channel="webchat",
    state="open",
    waiting_since=NOON - timedelta(minutes=5),
    reply_by=NOON - timedelta(minutes=1),
    last_line=MARKUP,
    order_name="#1042",
    language="en",
)
QUOTE = Quote(text="Within the hour.", locale="en", document="d", clause="d#1", title="Order changes")
FILE = CaseFile(
    row=ROW,
    verified=False,
    customer=None,
    contact=None,
    proposed="swap_variant",
    value="L",
    note=MARKUP,
    verdicts=(),
    clauses=(("Order changes", "Within the hour."),),
    missing=(),
    thread=(
        Entry(author="shopper", name=None, at=NOON, text=MARKUP),
        Entry(author="agent", name="Northbay", at=NOON, text="x", blocks=(Text(text="Which item?"), QUOTE)),
    ),
    opened_at=NOON,
)


@dataclass
class FakeDesk:
    """One case; the key `right` opens the door once."""

    brand: Brand = field(
        default_factory=lambda: Brand(
            id=BrandId("northbay"),
            name="Northbay",
            shop="northbay.myshopify.com",
            site="https://northbay.example.com",
            currency="EUR",
            time_zone="Europe/Paris",
            locales=("en", "fr"),
        )
    )
    keys: set[str] = field(default_factory=lambda: {"right"})
    replies: dict[str, str] = field(default_factory=dict)
    closed: list[str] = field(default_factory=list)
    taken: list[str] = field(default_factory=list)

    def now(self) -> datetime:
        return NOON

    def channels(self) -> list[tuple[str, str]]:
        return [("webchat", "active"), ("sms", "unavailable"), ("email", "off")]

    async def enter(self, key: str) -> Staff | None:
        if key not in self.keys:
            return None
        self.keys.discard(key)
        return STAFF

    async def staff(self, cookie: str | None) -> Staff | None:
        return STAFF if cookie == STAFF.token else None

    async def cases(self, state: Literal["open", "closed"]) -> Sequence[CaseRow]:
        return [ROW] if state == "open" else []

    async def case(self, reference: str) -> CaseFile | None:
        return FILE if reference == "NO-1" else None

    async def reply(self, staff: Staff, reference: str, text: str, key: str) -> None:
        self.replies.setdefault(key, text)

    async def close(self, staff: Staff, reference: str) -> None:
        self.closed.append(reference)

    async def take(self, staff: Staff, reference: str) -> None:
        self.taken.append(reference)


@pytest_asyncio.fixture
async def desk() -> AsyncIterator[tuple[FakeDesk, httpx.AsyncClient]]:
    host, app = FakeDesk(), FastAPI()
    app.include_router(router(host, ""))
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://127.0.0.1") as web:
        yield host, web


Desk = tuple[FakeDesk, httpx.AsyncClient]


async def test_looking_at_the_door_leaves_it_unopened_and_the_button_opens_it_once(desk: Desk) -> None:
    host, web = desk
    for _ in range(3):
        assert (await web.get("/desk/enter?key=right")).status_code == 200
    assert host.keys == {"right"}
    assert (await web.post("/desk/enter", data={"key": "right"})).status_code == 303
    web.cookies.clear()
    assert (await web.post("/desk/enter", data={"key": "right"})).status_code == 403


@pytest.mark.parametrize("path", ["/desk", "/desk/cases/NO-1", "/desk?state=closed"])
async def test_nothing_of_a_case_is_shown_to_somebody_at_the_door(desk: Desk, path: str) -> None:
    answer = await desk[1].get(path)
    assert answer.status_code == 401
    assert "NO-1" not in answer.text
    assert "#1042" not in answer.text


async def test_a_case_shows_its_brief_and_every_strangers_word_as_text(desk: Desk) -> None:
    web = desk[1]
    web.cookies.set("deskbell-desk-northbay", STAFF.token)
    page = (await web.get("/desk/cases/NO-1")).text
    assert MARKUP not in page
    assert page.count("&lt;script&gt;") >= 3
    for words in ("Change size or colour", "Not signed in", "Number as typed, not verified", "Past the promised time", "Which item?"):
        assert words in page
    assert "Within the hour." in page


async def test_a_reply_is_said_once_cut_to_length_and_never_by_a_foreign_form(desk: Desk) -> None:
    host, web = desk
    web.cookies.set("deskbell-desk-northbay", STAFF.token)
    for _ in range(2):
        sent = {"text": "x" * 9000, "key": "k", "form_token": STAFF.form_token}
        assert (await web.post("/desk/cases/NO-1/reply", data=sent)).status_code == 303
    assert host.replies == {"k": "x" * MAX_REPLY}
    assert (await web.post("/desk/cases/NO-1/reply", data={"text": "y", "key": "l", "form_token": "other"})).status_code == 403
    assert (await web.post("/desk/cases/NO-1/reply", data={"text": " ", "key": "m", "form_token": STAFF.form_token})).status_code == 422
    assert (await web.post("/desk/cases/NO-1/close", data={"form_token": "other"})).status_code == 403
    assert set(host.replies) == {"k"}
    assert host.closed == []


async def test_an_unknown_case_is_said_to_be_none(desk: Desk) -> None:
    web = desk[1]
    web.cookies.set("deskbell-desk-northbay", STAFF.token)
    answer = await web.get("/desk/cases/NO-9")
    assert answer.status_code == 404
    assert "There is no such case." in answer.text
