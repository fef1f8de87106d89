"""Sessions of chat, Hub and desk: what raises them, what ends them, and what never opens one (A8, INV-7)."""

from datetime import timedelta

import pytest
from sqlalchemy import text

from server.services.browsers import Browsers
from tests.wire.two_shops import ANA, CANARIES, LOUIS, TwoShops, form_of

pytestmark = pytest.mark.asyncio(loop_scope="session")

COOKIE = "deskbell-hub-northbay"


async def opens(shops: TwoShops, cookie: str) -> bool:
    """Whether this cookie opens the orders, without touching anything else."""
    answer = await shops.web.get("/orders", headers={"Cookie": f"{COOKIE}={cookie}"})
    return answer.status_code == 200 and CANARIES["northbay"][0] in answer.text


async def test_signing_in_gives_a_new_session_and_the_one_before_is_dead(shops: TwoShops) -> None:
    async with shops.browser() as browser:
        form = form_of((await browser.get("/hub/sign-in")).text)
        planted = browser.cookies[COOKIE]
        await browser.post("/hub/sign-in/code", data={"contact": ANA, "form_token": form})
        await shops.settle()
        await browser.post("/hub/sign-in/confirm", data={"code": shops.letters.code(), "form_token": form})
        first = browser.cookies[COOKIE]
        assert first != planted
        assert not await opens(shops, planted)
        assert await opens(shops, first)
        # Signing in with the account, in the browser that is signed in already: new again.
        away = await browser.get("/auth/northbay/start?mode=hub")
        await shops.sign_in_at_shop(browser, away.headers["location"], ANA)
        second = browser.cookies[COOKIE]
        assert second != first
        assert not await opens(shops, first)
        assert await opens(shops, second)
        # A form of the session before is no form of this one.
        assert (await browser.post("/hub/sign-out", data={"form_token": form})).status_code == 403
        mine = form_of((await browser.get("/orders")).text)
        assert (await browser.post("/hub/sign-out", data={"form_token": mine})).status_code == 303
        assert not await opens(shops, second)


async def test_a_session_ends_after_half_an_hour_of_silence(shops: TwoShops) -> None:
    async with shops.signed_in() as browser:
        for minutes, still in ((29, True), (29, True), (31, False)):
            shops.clock.advance(timedelta(minutes=minutes))
            assert await opens(shops, browser.cookies[COOKIE]) is still, minutes


async def test_a_session_ends_after_twelve_hours_however_busy(shops: TwoShops) -> None:
    async with shops.signed_in() as browser:
        cookie, open_for = browser.cookies[COOKIE], 0
        for _ in range(30):
            shops.clock.advance(timedelta(minutes=25))
            if not await opens(shops, cookie):
                break
            open_for += 25
        assert open_for == 12 * 60 - 720 % 25


async def test_the_chat_falls_back_by_itself_too(shops: TwoShops) -> None:
    page = await shops.begin(email=ANA)
    assert CANARIES["northbay"][0] in str(await page.ask("cancel my order #1042"))
    shops.clock.advance(timedelta(minutes=31))
    assert CANARIES["northbay"][0] not in str(await page.ask("cancel my order #1042"))
    assert (await shops.web.get("/api/chat/northbay/choices?order=x&line=y", headers=page.headers)).status_code == 403


async def test_cookies_are_kept_from_scripts_and_other_sites(shops: TwoShops) -> None:
    async with shops.browser() as browser:
        for path in ("/hub/sign-in", "/auth/northbay/start?mode=hub"):
            for cookie in (await browser.get(path)).headers.get_list("set-cookie"):
                assert "HttpOnly" in cookie
                assert "samesite=lax" in cookie.lower()
                assert "path=/" in cookie.lower()
                assert "domain" not in cookie.lower()


async def test_a_conversations_id_opens_nothing(shops: TwoShops) -> None:
    page = await shops.begin(email=ANA)
    await page.ask("cancel my order #1042")
    for headers in ({"Authorization": f"Bearer {page.id}"}, {"Cookie": f"{COOKIE}={page.id}"}, {"X-Conversation": page.id}, {}):
        for path in ("events?wait=0", f"events?wait=0&conversation={page.id}", f"events?wait=0&token={page.token}"):
            assert (await shops.web.get(f"/api/chat/northbay/{path}", headers=headers)).status_code == 401
    assert not await opens(shops, page.id)
    assert not await opens(shops, page.token)


async def test_the_token_of_one_conversation_reads_that_one_only(shops: TwoShops) -> None:
    ana, louis = await shops.begin(email=ANA), await shops.begin(email=LOUIS)
    await ana.ask("cancel my order #1042")
    await louis.ask("cancel my order #1043")
    assert CANARIES["northbay"][0] not in str(await louis.log())
    for query in (f"conversation={ana.id}", f"id={ana.id}", "after=0"):
        answer = await shops.web.get(f"/api/chat/northbay/events?wait=0&{query}", headers=louis.headers)
        assert CANARIES["northbay"][0] not in answer.text
    body = {"id": "x", "text": "hello", "conversation": ana.id, "level": "L3", "customer": "gid://shopify/Customer/1", "signed_in": True}
    before = len(await ana.log())
    assert (await louis.post("messages", body)).status_code == 202
    await shops.settle()
    assert len(await ana.log()) == before


@pytest.mark.parametrize(
    "given",
    [
        {"level": "L3"}, {"signed_in": True}, {"customer": "gid://shopify/Customer/1"}, {"proofs": [{"kind": "account"}]},
        {"proof": {"kind": "account", "customer": "1"}}, {"logged_in_customer_id": "1"}, {"contact": ANA}, {"channel": "whatsapp"},
    ],
)  # fmt: skip
async def test_no_field_and_no_header_of_a_request_raises_a_level(shops: TwoShops, given: dict[str, object]) -> None:
    headers = {"X-Logged-In-Customer-Id": "1", "X-Shopify-Customer-Id": "1", "X-Level": "L3", "X-Forwarded-User": ANA}
    begun = await shops.web.post("/api/chat/northbay/conversations?level=L3&logged_in_customer_id=1", json=given, headers=headers)
    assert (begun.json()["level"], begun.json()["signed_in"]) == ("L0", False)
    bearer = {"Authorization": f"Bearer {begun.json()['token']}", **headers}
    said = await shops.web.post("/api/chat/northbay/messages", json={"id": "1", "text": "cancel my order #1042", **given}, headers=bearer)
    assert said.status_code == 202
    await shops.settle()
    log = await shops.web.get("/api/chat/northbay/events?wait=0", headers=bearer)
    assert CANARIES["northbay"][0] not in log.text
    assert not [one for one in log.json()["events"] if one["kind"] == "level"]


async def test_no_token_is_stored_as_it_is(shops: TwoShops) -> None:
    page = await shops.begin(email=ANA)
    told = str(await page.ask("cancel my order #1042"))
    async with shops.signed_in() as browser:
        key = (await Browsers(shops.house).desk_address(shops.home())).rpartition("key=")[2]
        held = [page.token, browser.cookies[COOKIE], key]
    async with shops.house.database.reading() as tx:
        for table in ("conversations", "sessions", "passes", "place_links", "challenges", "proofs"):
            rows = str((await tx.execute(text(f"SELECT * FROM {table}"))).all())
            assert not [token for token in held if token in rows], table
    assert told


async def test_a_form_from_elsewhere_changes_nothing_even_with_the_right_cookie(shops: TwoShops) -> None:
    async with shops.signed_in() as browser:
        own = form_of((await browser.get("/orders")).text)
        forged = {"change": "cancel_order", "seen": "", "note": "x"}
        for headers, token, status in (
            ({"Origin": "https://evil.example", "Sec-Fetch-Site": "cross-site"}, own, 403),
            ({"Origin": "null", "Sec-Fetch-Site": "cross-site"}, own, 403),
            ({}, "", 403),
            ({}, "0" * 64, 403),
            ({}, "é", 403),
        ):
            answer = await browser.post("/orders/1042/request", data={**forged, "form_token": token}, headers=headers)
            assert answer.status_code == status, (headers, token)
            assert (await browser.post("/hub/sign-out", data={"form_token": token}, headers=headers)).status_code == status
        assert await opens(shops, browser.cookies[COOKIE])
