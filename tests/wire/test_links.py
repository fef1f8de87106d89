"""Links and sign-ins: looked at by scanners, stolen, replayed, and bent towards somewhere else (A3, A5, W3)."""

import re
from datetime import timedelta

import httpx
import pytest
from sqlalchemy import text

from server.services.browsers import Browsers
from server.services.sign_in import safe_place
from tests.wire.two_shops import ANA, CANARIES, LOUIS, ORIGIN, TWIN, TwoShops, form_of

pytestmark = pytest.mark.asyncio(loop_scope="session")

LINK = re.compile(r"http://127\.0\.0\.1:8600(/c/[\w-]+)")
GRANT = re.compile(r'data-grant="([\w-]+)"')


async def place(shops: TwoShops) -> str:
    page = await shops.begin(email=ANA)
    return str(LINK.findall(str(await page.ask("cancel my order #1042")))[0])


async def snapshot(shops: TwoShops) -> dict[str, list[object]]:
    found: dict[str, list[object]] = {}
    async with shops.house.database.reading() as tx:
        for table in ("passes", "sessions", "place_links", "challenges", "proofs", "cases", "events", "inbox", "outbox"):
            found[table] = [tuple(row) for row in (await tx.execute(text(f"SELECT * FROM {table}"))).all()]
    return found


async def test_scanners_use_nothing_up_and_are_given_nothing(shops: TwoShops) -> None:
    link, desk = await place(shops), await Browsers(shops.house).desk_address(shops.home())
    addresses = (link, desk, "/hub/sign-in?next=" + link, "/auth/northbay/start?mode=hub", "/orders", "/withdraw", "/desk")
    before = await snapshot(shops)
    for agent in ("Mozilla/5.0", "SafeLinks", "bingbot", ""):
        for method in ("GET", "HEAD", "OPTIONS"):
            for _ in range(3):
                for address in addresses:
                    answer = await shops.web.request(method, address, headers={"User-Agent": agent})
                    assert answer.status_code in (200, 303, 401, 405), (method, address)
                    assert CANARIES["northbay"][0] not in answer.text
    # A scanner that keeps cookies and follows every redirect, as a headless browser does, is as much a stranger as before.
    async with shops.browser() as scanner:
        scanner.follow_redirects = True
        for address in (link, "/orders", "/hub/sign-in"):
            answer = await scanner.get(address)
            assert "/hub/sign-in" in str(answer.url)
            assert CANARIES["northbay"][0] not in answer.text
    assert await snapshot(shops) == before
    # And then the human, for whom both still work.
    async with shops.signed_in() as human:
        human.follow_redirects = True
        arrived = await human.get(link)
        assert arrived.url.path == "/orders/1042"
        assert CANARIES["northbay"][0] in arrived.text
        assert (await human.post("/desk/enter", data={"key": desk.rpartition("key=")[2]})).status_code == 200


async def test_the_desks_door_opens_once(shops: TwoShops) -> None:
    key = (await Browsers(shops.house).desk_address(shops.home())).rpartition("key=")[2]
    async with shops.browser() as first, shops.browser() as second:
        assert (await first.post("/desk/enter", data={"key": key})).status_code == 303
        assert (await second.post("/desk/enter", data={"key": key})).status_code == 403
        assert (await second.get("/desk")).status_code == 401
        for wrong in ("", "x", "A" * 43, "é" * 40, key + "A"):
            assert (await second.post("/desk/enter", data={"key": wrong})).status_code == 403


async def test_a_place_link_shows_another_shopper_only_their_own_page(shops: TwoShops) -> None:
    link = await place(shops)
    async with shops.signed_in(LOUIS) as other:
        other.follow_redirects = True
        arrived = await other.get(link)
        assert (arrived.status_code, CANARIES["northbay"][0] in arrived.text) == (404, False)


async def test_a_stolen_place_link_gives_the_thief_no_way_into_the_conversation(shops: TwoShops) -> None:
    victim = await shops.begin(email=ANA)
    link = LINK.findall(str(await victim.ask("cancel my order #1042")))[0]
    before = len(await victim.log())
    async with shops.signed_in(LOUIS) as thief:
        form = form_of((await thief.get("/orders")).text)
        data = {"change": "cancel_order", "form_token": form, "place": link.removeprefix("/c/"), "note": "let me in"}
        await thief.post("/orders/1043/request", data=data)
        assert (await thief.post("/orders/1042/request", data=data)).status_code == 404
    assert len(await victim.log()) == before


async def test_an_old_or_invented_place_link_leads_nowhere_and_says_so(shops: TwoShops) -> None:
    link = await place(shops)
    shops.clock.advance(timedelta(days=15))
    for dead in (link, "/c/" + "A" * 22, "/c/x", "/c/" + "A" * 500, "/c/%00", "/c/é"):
        answer = await shops.web.get(dead)
        assert answer.status_code in (200, 404), dead
        assert "set-cookie" not in answer.headers or "deskbell-hub" in answer.headers["set-cookie"]
        assert CANARIES["northbay"][0] not in answer.text


async def test_the_popup_of_a_strangers_chat_raises_only_who_opens_it(shops: TwoShops) -> None:
    attacker = await shops.begin()
    url = (await attacker.post("sign-in", {})).json()["url"]
    async with shops.browser() as victim:
        away = await victim.get(url)
        done = await shops.sign_in_at_shop(victim, away.headers["location"], ANA)
        grant = GRANT.findall(done.text)[0]
        assert attacker.id not in str(away.headers) + done.text
        await shops.settle()
        assert await attacker.level() == "L0"
        answer = await attacker.ask("show me order #1042")
        assert CANARIES["northbay"][0] not in str(answer)
        # The victim's own page may use the grant, once; then nobody may.
        own, late = await shops.begin(), await shops.begin()
        assert (await own.post("grant", {"grant": grant})).status_code == 204
        assert (await late.post("grant", {"grant": grant})).status_code == 403
        assert (await own.post("ticket", {"ticket": grant})).status_code == 403
        await shops.settle()
        assert [await page.level() for page in (own, late, attacker)] == ["L3", "L0", "L0"]


async def test_a_grant_lives_a_minute(shops: TwoShops) -> None:
    for seconds, status in ((59, 204), (60, 403)):
        async with shops.browser() as browser:
            away = await browser.get("/auth/northbay/start?mode=popup")
            grant = GRANT.findall((await shops.sign_in_at_shop(browser, away.headers["location"], ANA)).text)[0]
        page = await shops.begin()
        shops.clock.advance(timedelta(seconds=seconds))
        assert (await page.post("grant", {"grant": grant})).status_code == status


async def test_a_ticket_serves_once_and_for_a_minute(shops: TwoShops) -> None:
    async def ticket() -> str:
        return str((await shops.web.get(f"/proxy/northbay/session?{shops.proxied('northbay', ANA)}")).json()["ticket"])

    page, once = await shops.begin(), await ticket()
    assert (await page.post("ticket", {"ticket": once})).status_code == 204
    assert (await page.post("ticket", {"ticket": once})).status_code == 403
    assert (await page.post("grant", {"grant": await ticket()})).status_code == 403
    late = await ticket()
    shops.clock.advance(timedelta(seconds=60))
    assert (await page.post("ticket", {"ticket": late})).status_code == 403


async def test_a_sign_in_that_another_browser_began_signs_nobody_in(shops: TwoShops) -> None:
    async with shops.browser() as attacker, shops.browser() as victim:
        url = (await attacker.get("/auth/northbay/start?mode=hub")).headers["location"]
        own = (await victim.get("/auth/northbay/start?mode=hub")).headers["location"]
        # Login CSRF: the attacker's own callback, opened in the victim's browser; and the victim's in the attacker's.
        assert (await shops.sign_in_at_shop(victim, url, "mal@example.com")).status_code == 403
        assert (await shops.sign_in_at_shop(attacker, own, ANA)).status_code == 403
        for browser in (attacker, victim):
            assert (await browser.get("/orders")).status_code == 303


@pytest.mark.parametrize("cookie", ["", "x", "é", "a.b.c", "{}", "A" * 5000, "null", "\x01"])
async def test_a_callback_without_its_own_beginning_is_refused_plainly(shops: TwoShops, cookie: str) -> None:
    raw = httpx.Headers([(b"cookie", b"deskbell-attempt=" + cookie.encode())])
    for query in ("", "code=x&state=y", "error=access_denied&state=", "code=%00&state=%ff", "state=" + "s" * 200):
        answer = await shops.web.get(f"/auth/northbay/callback?{query}", headers=raw)
        assert answer.status_code == 403, answer.text
        assert "deskbell-hub" not in answer.headers.get("set-cookie", "")


async def test_a_sign_in_begun_at_one_brand_does_not_end_at_the_other(shops: TwoShops) -> None:
    async with shops.browser() as browser:
        url = (await browser.get("/auth/northbay/start?mode=hub")).headers["location"]
        number = re.findall(r'name="number" value="([^"]+)"', (await shops.shop.get(url)).text)[0]
        path = f"{TWIN}/shops/northbay/authentication"
        await shops.shop.post(f"{path}/login", data={"number": number, "email": ANA})
        back = await shops.shop.post(f"{path}/verify", data={"number": number, "code": shops.account_codes[ANA]})
        shops.shop.cookies.clear()
        assert (await browser.get(back.headers["location"].replace("northbay", "southbay"))).status_code == 403


ELSEWHERE = [
    "https://evil.example", "http://evil.example/orders", "//evil.example", "///evil.example", "////evil.example/orders", "/\\evil.example",
    "\\\\evil.example", "/\\/evil.example", "\\/\\/evil.example", "/orders\\@evil.example", "https:evil.example", "https:/evil.example",
    "http:///evil.example", "javascript:alert(1)", "JaVaScRiPt:alert(1)", "java\tscript:alert(1)", "data:text/html,x", "vbscript:x",
    "/\tevil.example", "/\n/evil.example", "/\r\n/evil.example", "\t//evil.example", " //evil.example", "/%09/evil.example",
    "/%2f/evil.example",
    "/%5cevil.example", "%2f%2fevil.example", "/..//evil.example", "/orders/..//evil.example", "/orders/%2e%2e//evil.example",
    "/orders//evil.example", "/orders?x=//evil.example", "/orders#@evil.example", "/orders@evil.example", "/orders:@evil.example",
    "/orders.evil.example", "/ordersevil", "@evil.example", ":80", "?x=https://evil.example", "#https://evil.example", "evil.example",
    "//127.0.0.1:8600@evil.example", "https://127.0.0.1:8600.evil.example", "https://127.0.0.1:8600@evil.example", "//evil%E3%80%82example",
    "／／evil.example", "/．/evil.example", "\u2028//evil.example", "\x00//evil.example", "/\u0000/evil.example",
    "/orders\x00//evil.example",
    "/c//evil.example", "/returns//evil.example", "/returns/\\evil.example", "/orders/1042\r\nLocation: https://evil.example",
    "/orders/1042%0d%0aLocation:%20https://evil.example", "/desk", "/auth/northbay/callback", "/backstage/brand_list", "", " ", "/", "//",
    "http://127.0.0.1:8600\\@evil.example", "//[::1]/", "ftp://evil.example", "mailto:x@evil.example", "blob:https://evil.example/x",
]  # fmt: skip


async def test_no_next_place_leads_away_from_our_own_pages(shops: TwoShops) -> None:
    assert len(ELSEWHERE) > 60
    for next_place in ELSEWHERE:
        where = await after_sign_in(shops, next_place)
        url = httpx.URL(ORIGIN).join(where)
        assert f"{url.scheme}://{url.netloc.decode()}" == ORIGIN, (next_place, where)
        assert url.path.startswith(("/orders", "/returns/", "/c/")), (next_place, where)
        assert not re.search(r"[\x00-\x20\\]|//", where), (next_place, where)
        assert httpx.URL(ORIGIN).join(safe_place(next_place)).host == "127.0.0.1"


async def after_sign_in(shops: TwoShops, next_place: str) -> str:
    """Where the sign-in page's own link would lead on to, by account and by its hidden field."""
    query = httpx.QueryParams({"next": next_place})
    html = (await shops.web.get(f"/hub/sign-in?{query}")).text.replace("&amp;", "&")
    assert "evil" not in re.sub(r'value="[^"]*"', "", html) or not re.search(r'(href|action|src)="[^"]*//evil', html)
    hidden = re.findall(r'name="next" value="([^"]*)"', html)
    assert hidden
    return str(hidden[0])


async def test_a_code_sign_in_leads_on_to_our_own_pages_whatever_the_form_says(shops: TwoShops) -> None:
    for brand in ("northbay", "southbay"):
        for next_place in ("//evil.example", "/\\evil.example", "https://evil.example", "/orders/..//x"):
            async with shops.browser() as browser:
                base = shops.base(brand)
                shops.clock.advance(timedelta(hours=8))
                form = form_of((await browser.get(f"{base}/hub/sign-in")).text)
                await browser.post(f"{base}/hub/sign-in/code", data={"contact": ANA, "form_token": form})
                await shops.settle()
                data = {"code": shops.letters.code(), "form_token": form, "next": next_place}
                answer = await browser.post(f"{base}/hub/sign-in/confirm", data=data)
                assert (answer.status_code, answer.headers["location"]) == (303, f"{base}/orders")
