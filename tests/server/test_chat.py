"""A shopper's page and the house: nothing lost, nothing twice, and errors that say what to do."""

import asyncio
import json
from collections.abc import AsyncGenerator, AsyncIterator

import pytest

from server.web.chat import Log
from tests.server.stage import NOON, Page, Stage


async def test_the_first_message_says_that_an_ai_answers(house: Stage) -> None:
    page = await house.begin(locale="fr-CA")
    assert page.begun["locale"] == "fr"
    assert page.begun["level"] == "L0"
    first = (await page.log())[0]
    assert first["seq"] == 1
    assert first["ai"] is True
    assert "assistant IA de Northbay" in str(first["text"])


async def test_what_is_said_is_answered_once(house: Stage) -> None:
    page = await house.begin()
    sent = await page.say("where is my order")
    assert sent.status_code == 202
    assert sent.json() == {"id": "m1", "seq": 2}
    await house.settle()
    assert await page.told() == ["L0: where is my order"]


async def test_the_same_send_again_gets_the_same_answer_and_does_nothing(house: Stage) -> None:
    page = await house.begin()
    first = await page.say("hello", id="abc")
    await house.settle()
    again = [await page.say("hello", id="abc") for _ in range(3)]
    await house.settle()
    assert {one.text for one in again} == {first.text}
    assert {one.status_code for one in again} == {202}
    assert await page.told() == ["L0: hello"]


async def test_the_same_id_in_two_conversations_is_two_messages(house: Stage) -> None:
    one, two = await house.begin(), await house.begin()
    await one.say("a", id="same")
    await two.say("b", id="same")
    await house.settle()
    assert (await one.told(), await two.told()) == (["L0: a"], ["L0: b"])


async def test_fifty_messages_in_a_burst_are_one_turn(house: Stage) -> None:
    page = await house.begin()
    house.turn.hold = asyncio.Event()
    await page.say("one")
    await house.turn.begun.wait()
    for n in range(49):
        assert (await page.say(f"more {n}")).status_code == 202
    house.turn.hold.set()
    await house.settle()
    assert len(house.answered) == 1
    told = await page.told()
    assert len(told) == 1
    assert told[0].startswith("L0: one | more 0 |")
    assert told[0].endswith("more 48")


async def test_a_choice_is_answered_too(house: Stage) -> None:
    page = await house.begin()
    assert (await page.post("messages", {"id": "c1", "choice": "yes"})).status_code == 202
    await house.settle()
    assert await page.told() == ["L0: yes"]


async def test_a_dropped_stream_goes_on_where_it_broke(house: Stage) -> None:
    page = await house.begin()
    await page.say("first")
    await house.settle()
    assert [event for event, _ in await streamed(house, page, after=0, count=3)] == ["1", "2", "3"]
    await page.say("second")
    await house.settle()
    rest = await streamed(house, page, after=3, count=2)
    assert [(event, body["text"]) for event, body in rest] == [("4", "second"), ("5", "L0: second")]


async def test_a_status_passes_and_moves_no_place_in_the_log(house: Stage) -> None:
    page = await house.begin()
    house.turn.hold = asyncio.Event()
    reading = asyncio.create_task(streamed(house, page, after=0, count=3))
    await asyncio.sleep(0.05)
    await page.say("hello")
    event, body = (await asyncio.wait_for(reading, 5))[-1]
    assert event == ""
    assert (body["code"], body["words"], body["seq"]) == ("thinking", "Reading your message", 2)
    house.turn.hold.set()


async def test_a_stream_begins_with_the_shops_time_for_countdowns(house: Stage) -> None:
    page = await house.begin()
    thread = await house.chat.thread_of(house.home, page.begun["token"])
    generator = Log(house.house, house.chat, house.home, thread).stream(0, page.begun["token"])
    begun = [await anext(generator) for _ in range(2)]
    await generator.aclose()
    assert b"event: clock" in begun[1]
    assert NOON.isoformat().encode() in begun[1]


async def streamed(house: Stage, page: Page, *, after: int, count: int) -> list[tuple[str, dict[str, object]]]:
    """(id, data) of the first `count` events of a stream that begins after a place in the log."""
    thread = await house.chat.thread_of(house.home, page.begun["token"])
    found: list[tuple[str, dict[str, object]]] = []
    generator: AsyncGenerator[bytes, None] = Log(house.house, house.chat, house.home, thread).stream(after, page.begun["token"])
    async for chunk in generator:
        fields = dict(line.split(": ", 1) for line in chunk.decode().strip().split("\n") if not line.startswith(":") and ": " in line)
        if "data" in fields and fields.get("event") != "clock":
            found.append((fields.get("id", ""), json.loads(fields["data"])))
        if len(found) == count:
            break
    await generator.aclose()
    return found


@pytest.mark.parametrize(
    ("raw", "status", "code"),
    [
        (b"{", 422, "bad_json"),
        (b"[1]", 422, "bad_json"),
        (b'{"id": "x"}', 422, "empty"),
        (b'{"id": 7, "text": "hi"}', 422, "invalid"),
        (b'{"id": "", "text": "hi"}', 422, "invalid"),
        (b'{"id": "' + b"x" * 65 + b'", "text": "hi"}', 422, "invalid"),
        (b'{"id": "x", "text": "' + b"y" * 9000 + b'"}', 422, "invalid"),
        (b"\xff\xfe", 422, "bad_json"),
        (b"[" * 100_000, 422, "bad_json"),
        (b'{"id": "x", "text": "' + b"z" * 300_000 + b'"}', 413, "too_large"),
    ],
)
async def test_bad_input_gets_a_clear_error(house: Stage, raw: bytes, status: int, code: str) -> None:
    page = await house.begin()
    answer = await house.web.post("/api/chat/northbay/messages", content=raw, headers=page.headers)
    assert (answer.status_code, answer.json()["error"]["code"]) == (status, code)
    assert len(answer.json()["error"]["message"]) > 10
    await house.settle()
    assert await page.told() == []


async def test_an_endless_body_is_cut_off_before_it_is_parsed(house: Stage) -> None:
    page = await house.begin()

    async def endless() -> AsyncIterator[bytes]:
        for _ in range(64):
            yield b" " * 8192

    answer = await house.web.post("/api/chat/northbay/messages", content=endless(), headers=page.headers)
    assert answer.status_code == 413


async def test_nuls_and_lone_surrogates_are_taken_out_at_the_door(house: Stage) -> None:
    page = await house.begin()
    raw = json.dumps({"id": "n1", "text": "can\u0000cel \ud800 it\u0007 🎁"}).encode()
    assert (await house.web.post("/api/chat/northbay/messages", content=raw, headers=page.headers)).status_code == 202
    await house.settle()
    assert await page.told() == ["L0: cancel  it 🎁"]


async def test_an_unknown_brand_is_said_plainly(house: Stage) -> None:
    answer = await house.web.post("/api/chat/nowhere/conversations", json={})
    assert answer.status_code == 404
    assert answer.json()["error"]["code"] == "unknown_brand"


@pytest.mark.parametrize("token", ["", "Bearer", "Bearer short", "Bearer " + "x" * 43, "Basic abc"])
async def test_no_conversation_opens_without_its_token(house: Stage, token: str) -> None:
    page = await house.begin()
    headers = {"Authorization": token} if token else {}
    assert (await house.web.get(f"/api/chat/northbay/events?wait=0&id={page.id}", headers=headers)).status_code == 401


async def test_a_page_of_another_site_cannot_post(house: Stage) -> None:
    page = await house.begin()
    for origin in ("https://evil.example", "null"):
        headers = {**page.headers, "Origin": origin}
        answer = await house.web.post("/api/chat/northbay/messages", json={"id": "x", "text": "hi"}, headers=headers)
        assert (answer.status_code, answer.json()["error"]["code"]) == (403, "wrong_origin")
    own = {**page.headers, "Origin": house.house.settings.origin}
    assert (await house.web.post("/api/chat/northbay/messages", json={"id": "x", "text": "hi"}, headers=own)).status_code == 202


async def test_a_flood_is_slowed_and_told_when_to_come_back(house: Stage) -> None:
    page = await house.begin()
    answers = [await page.say("again") for _ in range(70)]
    refused = [one for one in answers if one.status_code == 429]
    assert 5 <= len(refused) <= 10
    assert all(int(one.headers["Retry-After"]) >= 1 for one in refused)


async def test_markup_in_a_message_stays_text(house: Stage) -> None:
    page = await house.begin()
    await page.say("<img src=x onerror=alert(1)> **bold**")
    await house.settle()
    answer = await house.web.get("/api/chat/northbay/events?wait=0", headers=page.headers)
    assert answer.headers["content-type"].startswith("application/json")
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert (await page.log())[1]["text"] == "<img src=x onerror=alert(1)> **bold**"


async def test_a_long_poll_returns_as_soon_as_something_happens(house: Stage) -> None:
    page = await house.begin()
    waiting = asyncio.create_task(house.web.get("/api/chat/northbay/events?after=1&wait=20", headers=page.headers))
    await asyncio.sleep(0.05)
    await page.say("hello")
    found = (await asyncio.wait_for(waiting, 5)).json()
    assert found["events"][0]["text"] == "hello"
    assert found["after"] == 2
