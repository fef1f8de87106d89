"""Every address the app serves, tried by everybody who has no business there (A6, A7, W2)."""

import re
from collections.abc import Iterator
from typing import Any

import httpx
import pytest
from fastapi import FastAPI

from server.web.app import make_app
from server.web.guards import Access, UndeclaredRoute, declare, served
from tests.wire.two_shops import ANA, BRANDS, CANARIES, LOUIS, ORIGIN, Page, TwoShops, form_of

pytestmark = pytest.mark.asyncio(loop_scope="session")

FOREIGN = ("https://evil.example", "null", f"{ORIGIN}.evil.example", "http://127.0.0.1:8601", "")
PLACES = {
    "brand": "northbay",
    "name": "1042",
    "room": "hub",
    "token": "T" * 22,
    "reference": "NO-AAAAA",
    "command": "brand_list",
}


def addresses(shops: TwoShops) -> Iterator[tuple[str, str, Access]]:
    """(method, address, who may use it) of everything that is served, its slots filled."""
    guard = next(one for one in shops.app.user_middleware if one.cls.__name__ == "Guard")  # type: ignore[attr-defined]
    declared: Any = guard.kwargs["declared"]
    for (method, path), access in declared.routes.items():
        yield method, re.sub(r"{(\w+)}", lambda slot: PLACES[slot.group(1)], path), access


async def knock(web: httpx.AsyncClient, method: str, path: str, **headers: str) -> httpx.Response:
    body = (
        {"json": {"id": "x", "text": "hello"}} if path.startswith("/api") else {"data": {"form_token": "0" * 64, "change": "cancel_order"}}
    )
    return await web.request(method, path, headers=headers, **({} if method == "GET" else body))  # type: ignore[arg-type]


def nothing_private(answer: httpx.Response) -> bool:
    return not any(word in answer.text for brand in BRANDS for word in CANARIES[brand])


async def test_everything_served_is_declared(shops: TwoShops) -> None:
    declared = {(method, path) for method, path, _ in addresses(shops)}
    assert len(declared) > 50
    assert len(declared) == len({re.sub(r"{\w+}", "*", f"{method} {path}") for method, path in served(shops.app.routes)})


async def test_an_address_nobody_declared_stops_the_start() -> None:
    app = FastAPI()
    app.get("/debug/orders")(lambda: {})
    with pytest.raises(UndeclaredRoute, match="GET /debug/orders is served but not declared"):
        declare(app, {})


async def test_without_a_session_no_address_gives_more_than_it_declares(shops: TwoShops) -> None:
    seen: dict[Access, set[int]] = {}
    for method, path, access in addresses(shops):
        answer = await knock(shops.web, method, path)
        assert nothing_private(answer), path
        assert answer.status_code < 500, (method, path, answer.text)
        seen.setdefault(access, set()).add(answer.status_code)
    assert seen[Access.BEARER] == {401}
    # 404: the doors of channels these brands have not switched on.
    assert seen[Access.SIGNED] == {401, 404}
    # A machine without browser headers is turned away from pages' forms; pages themselves lead to the sign-in.
    assert seen[Access.SESSION] <= {200, 303, 403}
    assert seen[Access.STAFF] <= {200, 401, 403}


async def test_a_session_of_one_brand_is_nobody_in_the_other(shops: TwoShops) -> None:
    async with shops.signed_in(ANA) as browser:
        # The very same cookie under the other brand's name.
        cookie = next(one for one in browser.cookies.jar if one.name == "deskbell-hub-northbay")
        browser.cookies.set("deskbell-hub-southbay", cookie.value or "", domain="127.0.0.1")
        assert "Zorvexinlinen" in (await browser.get("/orders")).text
        for path in ("/orders", "/orders/1042", "/returns/1042", "/orders/1042?change=cancel_order"):
            answer = await browser.get(f"/b/southbay{path}")
            assert (answer.status_code, "sign-in" in answer.headers["location"]) == (303, True), path
        form = form_of((await browser.get("/b/southbay/hub/sign-in")).text)
        data = {"change": "cancel_order", "form_token": form}
        assert (await browser.post("/b/southbay/orders/1042/request", data=data)).status_code == 303


async def test_a_chat_of_one_brand_is_nobody_in_the_other(shops: TwoShops) -> None:
    page = await shops.begin("northbay", email=ANA)
    await page.ask("where is my order #1042")
    crossed = Page(shops, "southbay", page.begun)
    for method, path, access in addresses(shops):
        if access is Access.BEARER:
            answer = await shops.web.request(method, path.replace("northbay", "southbay"), headers=crossed.headers, json={})
            assert answer.status_code == 401, path
    ticket = (await shops.web.get(f"/proxy/northbay/session?{shops.proxied('northbay', ANA)}")).json()["ticket"]
    assert (await shops.web.post("/api/chat/southbay/conversations", json={"ticket": ticket})).status_code == 403
    assert (await shops.web.get(f"/proxy/southbay/session?{shops.proxied('northbay', ANA)}")).status_code == 401


async def test_two_brands_with_the_same_numbers_and_people_never_mix(shops: TwoShops) -> None:
    for mine, other in (BRANDS, BRANDS[::-1]):
        page = await shops.begin(mine, email=ANA)
        for text in (
            "cancel my order #1042",
            "change the size of my last order",
            "where is my parcel",
            "I want to talk to a person",
            "yes",
        ):
            await page.ask(text)
        told = str(await page.log())
        assert CANARIES[mine][0] in told
        assert not [word for word in CANARIES[other] if word in told]
        base = shops.base(mine)
        async with shops.signed_in(ANA, mine) as browser:
            for path in ("/orders", "/orders/1042", "/orders/1042?change=cancel_order", "/returns/1042"):
                shown = (await browser.get(f"{base}{path}")).text
                assert CANARIES[mine][0] in shown, path
                assert not [word for word in CANARIES[other] if word in shown], path


async def test_a_place_link_of_one_brand_leads_nowhere_in_the_other(shops: TwoShops) -> None:
    page = await shops.begin("southbay", email=ANA)
    links = re.findall(r"http://127\.0\.0\.1:8600(/\S*/c/[\w-]+)", str(await page.ask("cancel my order #1042")))
    assert {link[:14] for link in links} == {"/b/southbay/c/"}
    async with shops.signed_in(ANA, "northbay") as browser:
        for link in links:
            answer = await browser.get(link.removeprefix("/b/southbay"))
            assert answer.status_code == 200
            assert nothing_private(answer)


async def test_a_case_of_one_brand_is_not_on_the_others_desk(shops: TwoShops) -> None:
    from server.services.browsers import Browsers

    page = await shops.begin("southbay", email=ANA)
    await page.ask("I want to talk to a person")
    await page.ask("yes please")
    cases = [one["reference"] for one in await page.log() if one["kind"] == "case" and one["reference"]]
    assert cases
    browsers = Browsers(shops.house)
    async with shops.browser() as browser:
        key = (await browsers.desk_address(shops.home("northbay"))).rpartition("key=")[2]
        assert (await browser.post("/b/southbay/desk/enter", data={"key": key})).status_code == 403
        assert (await browser.post("/desk/enter", data={"key": key})).status_code == 303
        assert cases[-1] not in (await browser.get("/desk")).text
        assert (await browser.get(f"/desk/cases/{cases[-1]}")).status_code == 404
        assert (await browser.get(f"/b/southbay/desk/cases/{cases[-1]}")).status_code == 401


async def test_another_shoppers_order_is_the_same_nothing_as_one_that_never_was(shops: TwoShops) -> None:
    async with shops.signed_in(LOUIS) as browser:
        answers = []
        for name in ("1042", "9999", "1042%22%20OR%20name:%221042", "%231042", "gid:shopify:Order:1", "*"):
            for path in (f"/orders/{name}", f"/returns/{name}", f"/orders/{name}?change=cancel_order"):
                answer = await browser.get(path)
                assert nothing_private(answer) or CANARIES["northbay"][6] in answer.text
                answers.append((answer.status_code, answer.text))
        assert len(set(answers)) == 1, {status for status, _ in answers}
        assert answers[0][0] == 404
        page = await shops.begin(email=LOUIS)
        foreign, invented = await page.ask("cancel order #1042"), await page.ask("cancel order #9942")
        assert nothing_private(httpx.Response(200, text=str(foreign)))
        assert foreign[0]["text"].replace("1042", "9942") == invented[0]["text"]


async def test_choices_of_another_shoppers_order_are_none(shops: TwoShops) -> None:
    ana, louis = await shops.begin(email=ANA), await shops.begin(email=LOUIS)
    card = next(block for one in await ana.ask("cancel my order #1042") for block in one["blocks"] if block["kind"] == "order_card")
    query = httpx.QueryParams(order=card["order"], line=card["lines"][0]["line"])
    mine = await shops.web.get(f"/api/chat/northbay/choices?{query}", headers=ana.headers)
    theirs = await shops.web.get(f"/api/chat/northbay/choices?{query}", headers=louis.headers)
    nobody = await shops.web.get(f"/api/chat/northbay/choices?{query}", headers=(await shops.begin()).headers)
    assert mine.json()["options"]
    assert theirs.json() == {"options": []}
    assert nobody.status_code == 403


async def test_unsafe_requests_from_foreign_pages_are_refused_everywhere(shops: TwoShops) -> None:
    tried = 0
    for method, path, access in addresses(shops):
        if method == "GET":
            continue
        for origin in FOREIGN:
            answer = await knock(shops.web, method, path, Origin=origin, **{"Sec-Fetch-Site": "cross-site"})
            assert (answer.status_code, answer.json()["error"]["code"]) == (403, "wrong_origin"), (path, origin)
            tried += 1
        missing = await knock(shops.web, method, path)
        refused = missing.status_code == 403 and "wrong_origin" in missing.text
        assert refused is (access in (Access.SESSION, Access.STAFF)), path
    assert tried > 60


async def test_every_page_comes_with_its_security_headers(shops: TwoShops) -> None:
    async with shops.signed_in() as browser:
        pages = 0
        for method, path, _ in [
            *addresses(shops),
            ("GET", "/nowhere", Access.PUBLIC),
            ("GET", "/widget/frame?brand=northbay", Access.PUBLIC),
        ]:
            answer = await knock(browser, method, path)
            assert answer.headers["x-content-type-options"] == "nosniff", path
            assert answer.headers["referrer-policy"] in ("no-referrer", "same-origin"), path
            policy = answer.headers["content-security-policy"]
            assert policy.startswith("default-src 'none'"), path
            assert "frame-ancestors" in policy, path
            assert "base-uri 'none'" in policy, path
            assert not re.search(r"unsafe|[ ]\*", policy), path
            if "text/html" in answer.headers.get("content-type", ""):
                pages += 1
                assert not re.search(r"<script(?![^>]*\b(?:src=|type=.application/json))|\son\w+=|style=|javascript:", answer.text), path
                assert "frame-ancestors 'none'" in policy or path.startswith("/widget/frame"), path
                assert answer.headers["cache-control"] == "no-store", path
        assert pages > 15


async def test_an_answer_about_our_own_fault_has_them_too(shops: TwoShops) -> None:
    app = make_app(shops.house)

    def broken(*_: object, **__: object) -> None:
        raise RuntimeError(f"{ANA} is in this message")

    app.state.chat.begin = broken
    inside = httpx.ASGITransport(app, raise_app_exceptions=False)
    async with httpx.AsyncClient(transport=inside, base_url=ORIGIN) as web:
        answer = await web.post("/api/chat/northbay/conversations", json={})
    assert (answer.status_code, answer.json()["error"]["code"]) == (500, "our_fault")
    assert ANA not in answer.text
    assert answer.headers["content-security-policy"].startswith("default-src 'none'")


async def test_links_never_take_their_origin_from_the_host_header(shops: TwoShops) -> None:
    evil = {"Host": "evil.example", "X-Forwarded-Host": "evil.example", "X-Forwarded-Proto": "https", "Forwarded": "host=evil.example"}
    page = await shops.begin(email=ANA)
    page.headers |= evil
    told = str(await page.ask("cancel my order #1042")) + str((await page.post("sign-in", {})).json())
    for path in ("/orders", "/hub/sign-in", "/withdraw", "/auth/northbay/start", "/widget/frame?brand=northbay", "/desk", "/orders/"):
        answer = await shops.web.get(path, headers=evil)
        told += answer.text + str(answer.headers)
    await shops.settle()
    told += str(shops.letters.mails)
    assert "evil.example" not in told
