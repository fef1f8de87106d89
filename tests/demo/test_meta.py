"""The Meta twin speaks as the Cloud API does: Graph errors, signed webhooks, a window of 24 hours, and faults on demand."""

import json
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest
from fastapi import FastAPI, Request, Response

from demo.phones.meta import Business, Fault, MetaTwin
from demo.phones.signing import meta_signature
from demo.phones.state import Phones
from tests.demo.served import served

ANA, LOUIS = "+12025550123", "+12025550145"
SECRET = "app-secret"
START = datetime(2026, 11, 20, 14, 0, tzinfo=UTC)


@dataclass
class Stage:
    """The twin, somebody who calls it with the right token, and all that it told the app."""

    twin: MetaTwin
    http: httpx.AsyncClient
    clock: list[datetime]
    heard: list[tuple[bytes, str]] = field(default_factory=list)
    answer: Callable[[], int] = lambda: 200

    async def ask(self, what: dict[str, Any], *, token: str = "token", number: str = "100000000000100") -> httpx.Response:
        body = {"messaging_product": "whatsapp", "recipient_type": "individual", "to": ANA, "biz_opaque_callback_data": "r-1", **what}
        return await self.http.post(f"/v23.0/{number}/messages", json=body, headers={"Authorization": f"Bearer {token}"})

    @property
    def values(self) -> list[dict[str, Any]]:
        return [change["value"] for raw, _ in self.heard for entry in json.loads(raw)["entry"] for change in entry["changes"]]

    @property
    def statuses(self) -> list[str]:
        return [status["status"] for value in self.values for status in value.get("statuses", []) if "status" in status]


TEXT = {"type": "text", "text": {"body": "Yes."}}


@pytest.fixture
async def stage() -> AsyncIterator[Stage]:
    app, clock = FastAPI(openapi_url=None), [START]
    async with served(app) as url, httpx.AsyncClient(base_url=url, trust_env=False) as http:
        business = Business(
            phone_number_id="100000000000100",
            number="+12025550101",
            webhook_url=f"{url}/hook",
            access_token="token",
            app_secret=SECRET,
            verify_token="word",
            templates={("update", "en"): "About your order: {{1}}"},
        )
        twin = MetaTwin(Phones(now=lambda: clock[0]), business, names={ANA: "Ana Torres"}, pace=0, backoff=(0, 0), wall=lambda: clock[0])
        made = Stage(twin, http, clock)

        @app.post("/hook")
        async def hook(request: Request) -> Response:
            made.heard.append((await request.body(), request.headers["x-hub-signature-256"]))
            return Response(status_code=made.answer())

        @app.get("/hook")
        async def verify(request: Request) -> Response:
            asked = request.query_params
            known = asked["hub.mode"] == "subscribe" and asked["hub.verify_token"] == "word"
            return Response(asked["hub.challenge"] if known else "", status_code=200 if known else 403)

        app.include_router(twin.router())
        yield made
        await twin.stop()


async def test_a_customers_words_come_signed_in_metas_own_shape_with_every_sign_escaped(stage: Stage) -> None:
    bubble = await stage.twin.write(ANA, "Größe 👍 https://example.com")
    ((raw, signed),) = stage.heard
    assert signed == meta_signature(raw, SECRET)
    assert b"Gr\\u00f6\\u00dfe \\ud83d\\udc4d https:\\/\\/example.com" in raw
    (value,) = stage.values
    assert value["metadata"] == {"display_phone_number": "12025550101", "phone_number_id": "100000000000100"}
    assert value["contacts"] == [{"profile": {"name": "Ana Torres"}, "wa_id": "12025550123"}]
    assert value["messages"] == [
        {
            "from": "12025550123",
            "id": bubble.id,
            "timestamp": str(int(START.timestamp())),
            "type": "text",
            "text": {"body": "Größe 👍 https://example.com"},
        }
    ]
    assert bubble.state == "delivered"


async def test_an_answer_is_taken_inside_the_window_and_its_statuses_bring_the_reference(stage: Stage) -> None:
    await stage.twin.write(ANA, "Hello")
    answer = await stage.ask(TEXT)
    wamid = answer.json()["messages"][0]["id"]
    assert answer.json()["contacts"] == [{"input": ANA, "wa_id": "12025550123"}]
    await stage.twin.settle()
    stage.twin.read(ANA)
    await stage.twin.settle()
    told = [status for value in stage.values for status in value.get("statuses", [])]
    assert [(status["id"], status["status"], status["biz_opaque_callback_data"]) for status in told] == [
        (wamid, "sent", "r-1"),
        (wamid, "delivered", "r-1"),
        (wamid, "read", "r-1"),
    ]


async def test_the_window_is_shut_before_the_first_word_and_24_hours_after_the_last(stage: Stage) -> None:
    early = await stage.ask(TEXT)
    await stage.twin.write(ANA, "Hello")
    stage.clock[0] = START + timedelta(hours=24, seconds=-1)
    last = await stage.ask(TEXT)
    stage.clock[0] = START + timedelta(hours=24)
    late = await stage.ask(TEXT)
    assert (early.status_code, last.status_code, late.status_code) == (400, 200, 400)
    assert late.json()["error"]["code"] == 131047
    assert "more than 24 hours" in late.json()["error"]["error_data"]["details"]
    assert stage.twin.window_left(ANA) == timedelta()


async def test_a_tap_opens_the_window_again_and_a_reaction_does_not(stage: Stage) -> None:
    await stage.twin.write(ANA, "Hello")
    buttons = [{"type": "reply", "reply": {"id": "yes", "title": "Yes, please"}}]
    asked = await stage.ask(
        {"type": "interactive", "interactive": {"type": "button", "body": {"text": "A person?"}, "action": {"buttons": buttons}}}
    )
    wamid = asked.json()["messages"][0]["id"]
    stage.clock[0] = START + timedelta(hours=25)
    await stage.twin.react(ANA, wamid, "👍")
    assert (await stage.ask(TEXT)).status_code == 400
    await stage.twin.tap(ANA, wamid, "yes")
    assert (await stage.ask(TEXT)).status_code == 200
    tapped = next(message for value in stage.values for message in value.get("messages", []) if message["type"] == "interactive")
    assert tapped["interactive"] == {"type": "button_reply", "button_reply": {"id": "yes", "title": "Yes, please"}}
    assert tapped["context"] == {"from": "12025550101", "id": wamid}


async def test_a_row_of_a_list_comes_back_with_its_description(stage: Stage) -> None:
    await stage.twin.write(ANA, "Hello")
    rows = [{"id": str(n), "title": f"Order {n}", "description": "Linen shirt"} for n in range(4)]
    action = {"button": "Choose", "sections": [{"rows": rows}]}
    asked = await stage.ask({"type": "interactive", "interactive": {"type": "list", "body": {"text": "Which?"}, "action": action}})
    await stage.twin.tap(ANA, asked.json()["messages"][0]["id"], "2")
    assert stage.values[-1]["messages"][0]["interactive"] == {
        "type": "list_reply",
        "list_reply": {"id": "2", "title": "Order 2", "description": "Linen shirt"},
    }


async def test_a_template_goes_through_when_the_window_is_shut(stage: Stage) -> None:
    said = [{"type": "body", "parameters": [{"type": "text", "text": "it left today"}]}]
    template = {"name": "update", "language": {"code": "en_US"}, "components": said}
    answer = await stage.ask({"type": "template", "template": template})
    assert answer.json()["messages"][0]["message_status"] == "accepted"
    assert [bubble.text for bubble in stage.twin.phones.thread(ANA, "whatsapp")] == ["About your order: it left today"]


def _buttons(*titles: str) -> dict[str, Any]:
    buttons = [{"type": "reply", "reply": {"id": str(place), "title": title}} for place, title in enumerate(titles)]
    return {"type": "interactive", "interactive": {"type": "button", "body": {"text": "?"}, "action": {"buttons": buttons}}}


def _rows(number: int, title: str = "Row") -> dict[str, Any]:
    rows = [{"id": str(place), "title": f"{title} {place}"} for place in range(number)]
    action = {"button": "Choose", "sections": [{"rows": rows}]}
    return {"type": "interactive", "interactive": {"type": "list", "body": {"text": "?"}, "action": action}}


def _link(label: str, url: str, text: str = "?") -> dict[str, Any]:
    action = {"name": "cta_url", "parameters": {"display_text": label, "url": url}}
    return {"type": "interactive", "interactive": {"type": "cta_url", "body": {"text": text}, "action": action}}


def _template(name: str, *values: str) -> dict[str, Any]:
    said = [{"type": "body", "parameters": [{"type": "text", "text": value} for value in values]}]
    return {"type": "template", "template": {"name": name, "language": {"code": "en"}, "components": said}}


@pytest.mark.parametrize(
    ("what", "code"),
    [
        ({"type": "text", "text": {"body": ""}}, 131008),
        ({"type": "text", "text": {"body": "👍" * 4097}}, 131009),
        ({"type": "text"}, 131008),
        ({"type": "poem", "poem": {}}, 131009),
        ({**TEXT, "to": "Ana"}, 131009),
        ({**TEXT, "to": ""}, 131008),
        ({**TEXT, "biz_opaque_callback_data": "x" * 513}, 131009),
        ({**TEXT, "messaging_product": "sms"}, 100),
        (_buttons("a", "b", "c", "d"), 131009),
        (_buttons("Same", "Same"), 131009),
        (_buttons("x" * 21), 131009),
        (_rows(11), 131009),
        (_rows(1, "x" * 24), 131009),
        (_link("Go", "javascript:alert(1)"), 131009),
        (_link("x" * 21, "https://example.com"), 131009),
        (_link("Go", "https://example.com", "x" * 1025), 131009),
        (_template("never approved"), 132001),
        (_template("update"), 132000),
        (_template("update", "two\nlines"), 132018),
        (_template("update", "x" * 1020), 132005),
    ],
)
async def test_what_meta_does_not_take_is_refused_in_its_words(stage: Stage, what: dict[str, Any], code: int) -> None:
    await stage.twin.write(ANA, "Hello")
    answer = await stage.ask(what)
    error = answer.json()["error"]
    assert 400 <= answer.status_code < 500
    assert (error["code"], error["type"], bool(error["fbtrace_id"])) == (code, "OAuthException", True)
    assert [bubble for bubble in stage.twin.phones.thread(ANA, "whatsapp") if not bubble.mine] == []


async def test_a_wrong_token_and_a_foreign_number_are_refused_before_anything_is_read(stage: Stage) -> None:
    assert (await stage.ask(TEXT, token="x")).json()["error"]["code"] == 190
    foreign = (await stage.ask(TEXT, number="999")).json()["error"]
    assert (foreign["code"], foreign["error_subcode"]) == (100, 33)


async def test_setting_up_asks_for_the_challenge(stage: Stage) -> None:
    assert await stage.twin.verify()


async def test_a_webhook_that_is_not_acknowledged_comes_again(stage: Stage) -> None:
    answers = iter([503, 500, 200])
    stage.answer = lambda: next(answers)
    bubble = await stage.twin.write(ANA, "Hello")
    assert len(stage.heard) == 3
    assert len({raw for raw, _ in stage.heard}) == 1
    assert bubble.state == "delivered"


async def test_webhooks_are_doubled_lost_and_badly_signed_when_asked(stage: Stage) -> None:
    stage.twin.deliveries.bends.extend(["duplicate", "lose", "bad_signature"])
    for text in ("one", "two", "three"):
        await stage.twin.write(ANA, text)
    said = [message["text"]["body"] for value in stage.values for message in value["messages"]]
    assert said == ["one", "one", "three"]
    assert [signed == meta_signature(raw, SECRET) for raw, signed in stage.heard] == [True, True, False]


async def test_a_batch_holds_several_people_and_one_item_nobody_can_read(stage: Stage) -> None:
    stage.twin.deliveries.hold()
    await stage.twin.write(ANA, "one")
    await stage.twin.write(LOUIS, "two")
    assert stage.heard == []
    stage.twin.deliveries.bends.append("malformed_item")
    assert await stage.twin.deliveries.flush()
    ((raw, _),) = stage.heard
    entries = json.loads(raw)["entry"]
    assert len(entries) == 2
    assert [len(value["messages"]) for value in stage.values] == [2, 2]


async def test_a_shut_window_may_show_only_by_its_status(stage: Stage) -> None:
    stage.twin.faults.append(Fault(kind="window_by_status"))
    assert (await stage.ask(TEXT)).status_code == 200
    await stage.twin.settle()
    (status,) = [status for value in stage.values for status in value["statuses"]]
    assert (status["status"], status["errors"][0]["code"], status["biz_opaque_callback_data"]) == ("failed", 131047, "r-1")


async def test_a_taken_message_may_never_be_reported(stage: Stage) -> None:
    await stage.twin.write(ANA, "Hello")
    stage.twin.faults.append(Fault(kind="no_status"))
    assert (await stage.ask(TEXT)).status_code == 200
    await stage.twin.settle()
    assert stage.statuses == []
