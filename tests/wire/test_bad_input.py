"""What strangers and mistakes send: a clear word back, nothing lost, nothing shown that should not be."""

import base64
import json
import re
from html.parser import HTMLParser
from typing import Any

import httpx
import pytest

from server.assembly import tools
from server.services.backstage import Backstage, CannotDo
from server.services.browsers import Browsers
from tests.wire.two_shops import PAYLOAD, TwoShops, form_of

pytestmark = pytest.mark.asyncio(loop_scope="session")

OK = {"id": "x", "text": "hello"}
NOT_JSON = [
    b"{", b"", b"null", b"[]", b'"text"', b"1", b"{'id': 'x'}", b'{"id": "x", "text": "a"', b"\xff\xfe\x00",
    b'{"id": "x", "text": "\xc3\x28"}',
    b"[" * 100_000, b'{"a":' * 50_000, b'{"id": "x", "text": ' + b"9" * 5000 + b"}", b"\x00", b'{"id": "x", "text": "a"} trailing',
    b"id=x&text=hello",
]  # fmt: skip
NOT_RIGHT: list[Any] = [
    {}, {"id": "x"}, {"text": "hello"}, {"id": 7, "text": "a"},
    {"id": None, "text": "a"}, {"id": "", "text": "a"}, {"id": "x" * 65, "text": "a"},
    {"id": "é", "text": "a"}, {"id": "a b", "text": "a"}, {"id": "a\nb", "text": "a"}, {"id": "x", "text": None},
    {"id": "x", "text": ["a"]},
    {"id": "x", "text": {"$ne": 1}}, {"id": "x", "text": True}, {"id": "x", "text": 10**400}, {"id": "x", "text": ""},
    {"id": "x", "text": "   \n\t "},
    {"id": "x", "text": "\x00\x00"}, {"id": "x", "text": "\ud800"}, {"id": "x", "text": "a" * 8001}, {"id": "x", "choice": 1},
    {"id": "x", "choice": "c" * 201}, {"id": "x", "choice": ""}, {"id": "x", "text": float("nan")}, {"id": ["x"], "text": "a"},
]  # fmt: skip


def clear(answer: httpx.Response, status: int) -> bool:
    """An error in the one shape, with words that say what to do."""
    error = answer.json()["error"]
    return answer.status_code == status and bool(error["code"]) and len(error["message"].split()) > 3


async def test_a_brand_nobody_has_is_named_so(shops: TwoShops) -> None:
    for brand in ("nobody", "NORTHBAY", "northbay%00", "..", "%2e%2e", "é", "northbay'--", "x" * 3000):
        answer = await shops.web.post(f"/api/chat/{brand}/conversations", json={})
        assert clear(answer, 404), (brand, answer.text)
        assert (await shops.web.get(f"/widget/frame?brand={brand}")).status_code in (404, 422)


@pytest.mark.parametrize("number", range(len(NOT_JSON)))
async def test_what_is_no_json_object_is_refused_plainly(shops: TwoShops, number: int) -> None:
    page = await shops.begin()
    headers = {**page.headers, "Content-Type": "application/json"}
    for path in ("messages", "ticket", "grant"):
        answer = await shops.web.post(f"/api/chat/northbay/{path}", content=NOT_JSON[number], headers=headers)
        assert clear(answer, 422), (path, answer.status_code, answer.text)
    if number:
        answer = await shops.web.post("/api/chat/northbay/conversations", content=NOT_JSON[number], headers=headers)
        assert answer.status_code in (201, 422)
    assert len(await page.log()) == 1


async def test_what_is_no_message_is_refused_and_says_which_part(shops: TwoShops) -> None:
    page = await shops.begin()
    for body in NOT_RIGHT:
        raw = json.dumps(body)
        answer = await shops.web.post("/api/chat/northbay/messages", content=raw, headers=page.headers)
        assert clear(answer, 422), raw[:80]
        assert re.search("id|text|choice|JSON", answer.json()["error"]["message"]), raw[:80]
    assert len(await page.log()) == 1
    for begin in ({"locale": 1}, {"locale": "x" * 36}, {"ticket": "x" * 65}, {"ticket": ["a"]}):
        assert clear(await shops.web.post("/api/chat/northbay/conversations", json=begin), 422)
    assert clear(await shops.web.post("/api/chat/northbay/conversations", content=json.dumps({"ticket": "\ud800"})), 403)


async def test_a_body_is_as_large_as_it_may_be_and_no_larger(shops: TwoShops) -> None:
    page = await shops.begin()
    for size, status in ((256 * 1024, 422), (256 * 1024 + 1, 413)):
        raw = b'{"id": "x", "text": "' + b"a" * (size - 23) + b'"}'
        assert clear(await shops.web.post("/api/chat/northbay/messages", content=raw, headers=page.headers), status)


@pytest.mark.parametrize(
    "text",
    [
        "lone \ud800 surrogate", "a \x00 NUL", "\x1b[31mred\x07", "a\u202eb\u2066c", "\U000e0041\U000e0042 tags",
        "Z̸̡̢̛̗͓" * 200, "🛍" * 2000, "\ufeffhello",
        "a" * 8000, "cancel " * 1100,
        "#" * 4001, "{{f3}} {{7*7}} ${x} %s {0}", "' OR 1=1; DROP TABLE inbox;--", PAYLOAD, "\r\n\r\nSet-Cookie: x=1",
        "data: x\n\nevent: level\ndata: {\"level\":\"L3\"}", "#1042#1042#1042" * 200, "4242 4242 4242 4242 12/29 123", "１２３４５６",
        "٠١٢٣٤٥",
    ],
)  # fmt: skip
async def test_any_text_gets_an_answer_and_stays_what_it_was(shops: TwoShops, text: str) -> None:
    page = await shops.begin()
    raw = json.dumps({"id": "x", "text": text})
    sent = await shops.web.post("/api/chat/northbay/messages", content=raw, headers=page.headers)
    assert sent.status_code == 202, sent.text
    await shops.settle()
    log = await page.log()
    assert [one["author"] for one in log if one["kind"] == "message"] == ["agent", "shopper", "agent"]
    assert await page.level() == "L0"
    assert not re.search("[\x00-\x08\ud800-\udfff]", str(log))
    assert "evil.example" not in str(log[2]["blocks"])


async def test_fifty_messages_in_a_burst_are_kept_and_answered_without_repeating(shops: TwoShops) -> None:
    page = await shops.begin()
    for n in range(50):
        assert (await page.say(f"hello number {n}")).status_code == 202
    await shops.settle()
    log = [one for one in await page.log(1) if one["kind"] == "message"]
    assert [one["text"] for one in log if one["author"] == "shopper"] == [f"hello number {n}" for n in range(50)]
    assert len({one["ref"] for one in log}) == len(log)
    flood = [(await page.say("more")).status_code for _ in range(30)]
    assert set(flood) == {202, 429}
    assert int((await page.say("more")).headers["retry-after"]) >= 1


async def test_an_id_used_again_for_other_words_keeps_the_first(shops: TwoShops) -> None:
    page = await shops.begin()
    first, second = await page.say("hello", id="same"), await page.say("goodbye", id="same")
    await shops.settle()
    assert (first.status_code, first.json()) == (second.status_code, second.json())
    assert "goodbye" not in str(await page.log())


@pytest.mark.parametrize(
    "choice", ["nothing-like-it", "yes", "no", "change:gid://shopify/Order/1", "confirm:1042", "<b>", "\x00x", "level:L3"]
)
async def test_a_choice_nobody_offered_or_offered_long_ago_does_nothing_wrong(shops: TwoShops, choice: str) -> None:
    page = await shops.begin()
    for n in range(2):
        assert (await page.post("messages", {"id": f"c{n}", "choice": choice})).status_code == 202
        await shops.settle()
    assert await page.level() == "L0"
    assert [one["kind"] for one in await page.log() if one["kind"] == "case" and one.get("state") == "open"] == []
    said = [one["author"] for one in await page.log() if one["kind"] == "message"]
    assert said == ["agent", "shopper", "agent", "shopper", "agent"]


AFTER = ["-1", "NaN", "1e3", "9" * 19, "9" * 400, "x", "1.5", "%00", "0x1", "１", "inf", "None"]


async def test_a_place_in_the_log_that_is_none_is_refused_plainly(shops: TwoShops) -> None:
    page = await shops.begin()
    for after in AFTER:
        answer = await shops.web.get(f"/api/chat/northbay/events?after={after}&wait=0", headers=page.headers)
        assert clear(answer, 422), (after, answer.text)
        header = {**page.headers, "Last-Event-ID": after if after.isascii() else "x"}
        answer = await shops.web.get("/api/chat/northbay/events?wait=0", headers=header)
        assert answer.status_code == 200, (after, answer.text)
    assert (await shops.web.get(f"/api/chat/northbay/events?after={10**15}&wait=0", headers=page.headers)).json()["events"] == []
    for wait in ("NaN", "-1", "31", "inf", "x"):
        assert clear(await shops.web.get(f"/api/chat/northbay/events?wait={wait}", headers=page.headers), 422), wait


async def test_bearers_that_are_none_open_nothing(shops: TwoShops) -> None:
    page = await shops.begin()
    for value in ("", "Bearer", "Bearer ", f"Basic {page.token}", f"Bearer {page.id}", f"Bearer {page.token}x", f"Bearer {page.token[:-1]}",
                  "Bearer " + "é" * 30, "Bearer ' OR 1=1", "Bearer " + "A" * 10_000, f"Bearer  {page.token}"):  # fmt: skip
        headers = httpx.Headers([(b"authorization", value.encode())])
        for method, path in (("GET", "events?wait=0"), ("POST", "messages"), ("POST", "grant"), ("GET", "choices?order=x&line=y")):
            answer = await shops.web.request(method, f"/api/chat/northbay/{path}", headers=headers)
            assert clear(answer, 401), (value, path)
        assert (await shops.web.get(f"/api/chat/northbay/events?wait=0&token={page.token}")).status_code == 401


def strange(name: str, value: str) -> bool:
    """An attribute that runs something or leads elsewhere; what a field holds is only text."""
    return name.startswith("on") or (name != "value" and ("javascript:" in value or "evil" in value))


class Nodes(HTMLParser):
    """The elements and addresses of a page."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.found: list[tuple[str, dict[str, str | None]]] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append((tag, dict(attrs)))

    def foreign(self) -> list[object]:
        return [
            (tag, attrs)
            for tag, attrs in self.found
            if tag in ("img", "iframe", "object", "embed", "b", "base")
            or any(strange(name, value or "") for name, value in attrs.items())
            or (tag == "script" and not (attrs.get("src") or "").startswith("/static/"))
        ]


async def test_what_strangers_write_into_orders_stays_text_in_chat_hub_and_desk(shops: TwoShops) -> None:
    page = await shops.begin(email="mal@example.com")
    told = await page.ask("cancel my order #1044")
    blocks = [block for one in told for block in one["blocks"]]
    assert {block["kind"] for block in blocks} <= {
        "text",
        "order_card",
        "quote",
        "deep_link",
        "choices",
        "buttons",
        "handoff_notice",
        "sign_in",
    }
    urls = re.findall(r"'url': '([^']+)'", str(blocks))
    assert urls
    assert all(url.startswith("http://127.0.0.1:8600/") for url in urls)
    async with shops.signed_in("mal@example.com") as browser:
        for path in ("/orders", "/orders/1044", "/orders/1044?change=cancel_order", "/orders/1044?change=swap_variant&value=" + PAYLOAD):
            html = (await browser.get(path)).text
            assert "alert(1)" in html, path
            assert Nodes(html).foreign() == [], path
        form = form_of((await browser.get("/orders/1044?change=cancel_order")).text)
        seen = re.findall(r'name="seen" value="([^"]*)"', (await browser.get("/orders/1044?change=cancel_order")).text)
        data = {"change": "cancel_order", "form_token": form, "note": PAYLOAD, "value": PAYLOAD, "seen": seen[0] if seen else ""}
        assert (await browser.post("/orders/1044/request", data=data)).status_code in (200, 409)
        form = form_of((await browser.get("/withdraw")).text)
        given = {"name": PAYLOAD, "order": PAYLOAD, "items": PAYLOAD, "contact": "mal@example.com", "form_token": form}
        for step in ("check", "confirm"):
            answer = await browser.post("/withdraw", data={**given, "step": step})
            assert answer.status_code == 200
            assert Nodes(answer.text).foreign() == []
    await page.ask(PAYLOAD + " I want to talk to a person")
    await page.ask("yes")
    await desk_shows_only_text(shops)


async def desk_shows_only_text(shops: TwoShops) -> None:
    key = (await Browsers(shops.house).desk_address(shops.home())).rpartition("key=")[2]
    async with shops.browser() as staff:
        await staff.post("/desk/enter", data={"key": key})
        html = (await staff.get("/desk")).text
        cases = set(re.findall(r'href="(/desk/cases/[^"]+)"', html))
        assert cases
        pages = [html, *[(await staff.get(case)).text for case in cases]]
    assert any("alert(1)" in shown for shown in pages)
    for shown in pages:
        assert Nodes(shown).foreign() == []


VICIOUS = [
    "a,b@example.com", "x<victim@example.com", "a:b@example.com;", "é@example.com", "a@example.com>", "(c)a@example.com", "a@b\x00c.com",
    '"@example.com', "a@[127.0.0.1].com", "a\x0bb@example.com", "a@xn--.com", "=?utf-8?q?x?=@example.com",
    "a;b@example.com", "@@example.com",
]  # fmt: skip


async def test_no_address_a_stranger_gives_holds_up_the_post_or_reaches_two_people(shops: TwoShops) -> None:
    async with shops.browser() as browser:
        for contact in [*VICIOUS, "fine@example.com"]:
            form = form_of((await browser.get("/withdraw")).text)
            given = {"name": "A", "order": "1", "items": "", "contact": contact, "form_token": form, "step": "confirm"}
            assert (await browser.post("/withdraw", data=given)).status_code in (200, 422), contact
    await shops.settle()
    assert all(len(to) == 1 for to, _ in shops.letters.mails)
    assert ["fine@example.com"] in [to for to, _ in shops.letters.mails]
    assert not any("victim@example.com" in to for to, _ in shops.letters.mails)


async def test_withdrawals_in_anothers_name_do_not_flood_their_mailbox(shops: TwoShops) -> None:
    async with shops.browser() as browser:
        for n in range(12):
            form = form_of((await browser.get("/withdraw")).text)
            given = {"name": "A", "order": str(n), "contact": "victim@example.com", "form_token": form, "step": "confirm"}
            answer = await browser.post("/withdraw", data=given)
            assert answer.status_code == 200
    await shops.settle()
    assert len(shops.letters.mails) == 3


UNREADABLE = {
    "empty.md": b"", "blank.md": b"  \n\n", "bytes.md": b"\xff\xfe\xfa\x00\x80", "half.pdf": b"%PDF-1.4\n",
    "not.docx": b"PK\x03\x04nothing",
    "none.docx": b"", "none.pdf": b"", "tags.html": b"<html><script>alert(1)</script></html>", "odd.xyz": b"text", "../../etc/passwd": b"x",
    "": b"# A\n\nB",
}  # fmt: skip


@pytest.mark.parametrize("name", UNREADABLE)
async def test_a_policy_file_that_cannot_be_read_is_refused_by_name_and_changes_nothing(shops: TwoShops, name: str) -> None:
    backstage = Backstage(shops.house, tools())
    before = await backstage.run("knowledge_terms", {})
    given = {"files": [{"name": name, "data": base64.b64encode(UNREADABLE[name]).decode()}], "locale": "en"}
    with pytest.raises(CannotDo, match=r"\w+ \w+ \w+"):
        await backstage.run("knowledge_add", given)
    assert await backstage.run("knowledge_terms", {}) == before
