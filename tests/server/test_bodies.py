"""A request's body is read in time or not at all, and nothing of half a request is kept."""

import asyncio
import json
from collections.abc import Iterable
from contextlib import suppress

import pytest
from starlette.types import Message, Receive, Scope, Send

from server.web.guards import TABLE, Declared, Guard

ORIGIN = "https://chat.example.com"


class Inside:
    """What stands behind the guard: it reads what it is given."""

    def __init__(self) -> None:
        self.read: list[bytes] = []

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        self.read.append((await receive())["body"])
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await send({"type": "http.response.body", "body": b"kept"})


async def posted(
    parts: Iterable[bytes | None], *, within_s: float = 60.0, path: str = "/webhooks/email/northbay"
) -> tuple[Inside, list[Message]]:
    """A body that comes in these parts; None: nothing more comes, and the line stays open."""
    inside, said, coming = Inside(), list[Message](), iter(parts)
    guard = Guard(inside, declared=Declared(TABLE), origin=ORIGIN, https=True, body_within_s=within_s)

    async def receive() -> Message:
        part = next(coming, b"")
        if part is None:
            await asyncio.Event().wait()
        return {"type": "http.request", "body": part, "more_body": part != b""}

    async def send(message: Message) -> None:
        said.append(message)

    scope = {"type": "http", "method": "POST", "path": path, "headers": [], "query_string": b""}
    with suppress(StopIteration):
        await guard(scope, receive, send)
    return inside, said


def answer(said: list[Message]) -> tuple[int, str]:
    return said[0]["status"], json.loads(said[1]["body"])["error"]["code"]


async def test_a_body_in_parts_is_read_whole() -> None:
    inside, said = await posted([b"one ", b"two"])
    assert inside.read == [b"one two"]
    assert said[0]["status"] == 200


async def test_who_sends_drop_by_drop_is_told_that_it_took_too_long_and_nothing_is_done_with_it() -> None:
    inside, said = await posted([b"x", b"x", None], within_s=0.02)
    assert answer(said) == (408, "too_slow")
    assert inside.read == []
    headers = dict(said[0]["headers"])
    assert headers[b"connection"] == b"close"
    assert headers[b"x-content-type-options"] == b"nosniff"


@pytest.mark.parametrize(
    ("path", "kilobytes"),
    [
        ("/webhooks/sms/northbay", 64),
        ("/webhooks/sms/northbay/status", 64),
        ("/webhooks/email/northbay", 1024),
        ("/webhooks/whatsapp/northbay", 3072),
        ("/webhooks/shopify/northbay", 256),
        ("/api/chat/northbay/messages", 256),
    ],
)
async def test_each_sender_may_send_as_much_as_its_protocol_needs(path: str, kilobytes: int) -> None:
    part = b"x" * 1024
    inside, said = await posted([part] * kilobytes, path=path)
    assert (said[0]["status"], len(inside.read[0])) == (200, kilobytes * 1024)
    inside, said = await posted([*[part] * kilobytes, b"x"], path=path)
    assert answer(said) == (413, "too_large")
    assert f"{kilobytes} KB" in json.loads(said[1]["body"])["error"]["message"]
    assert inside.read == []
