"""A shopper signs in at the shop with a code from the mail, and the app learns who it was, once."""

import base64
import hashlib
import re
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest
from fastapi import FastAPI

from demo.accounts.pages import add_error_page, router
from demo.accounts.provider import CLIENT_ID, Accounts
from identity.customer_account import Attempt, SignInRefused, authorization_url, complete, discover

TWIN = "http://twin.test"
SHOP = f"{TWIN}/shops/northbay"
BACK = "http://app.test/auth/northbay/callback"
NOW = datetime(2026, 11, 20, 14, tzinfo=UTC)
VERIFIER = "v" * 43


class OneCustomer:
    def customer_for(self, shop: str, email: str) -> str:
        return "7001" if email == "ana.torres@example.com" else "7999"


@dataclass
class Desk:
    http: httpx.AsyncClient
    accounts: Accounts
    codes: list[str] = field(default_factory=list)
    now: datetime = NOW


@pytest.fixture
async def desk() -> Desk:
    app, codes = FastAPI(), list[str]()
    made = Desk(http=httpx.AsyncClient(), accounts=Accounts(directory=OneCustomer(), now=lambda: made.now, redirects={BACK}), codes=codes)

    async def send(shop: str, address: str, code: str) -> None:
        codes.append(code)

    app.include_router(router(made.accounts, lambda request: TWIN, send), prefix="/shops/{handle}")
    add_error_page(app)
    made.http = httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url=TWIN)
    return made


def attempt(**changed: str) -> Attempt:
    return Attempt(**({"state": "s1", "nonce": "n1", "verifier": VERIFIER} | changed), started_at=NOW)


async def sign_in(desk: Desk, begun: Attempt, typed: str | None = None) -> httpx.Response:
    provider = await discover(desk.http, SHOP)
    page = await desk.http.get(authorization_url(provider, begun, client_id=CLIENT_ID, redirect_uri=BACK))
    number = re.findall(r'name="number" value="([^"]+)"', page.text)[0]
    await desk.http.post(f"{SHOP}/authentication/login", data={"number": number, "email": "Ana.Torres@example.com"})
    return await desk.http.post(f"{SHOP}/authentication/verify", data={"number": number, "code": typed or desk.codes[-1]})


def code_of(back: httpx.Response) -> str:
    assert back.status_code == 303, back.text
    return parse_qs(urlsplit(back.headers["location"]).query)["code"][0]


async def finish(desk: Desk, begun: Attempt, code: str, state: str = "s1") -> str:
    provider = await discover(desk.http, SHOP)
    return (
        await complete(desk.http, provider, begun, code=code, state=state, client_id=CLIENT_ID, redirect_uri=BACK, now=desk.now)
    ).customer


async def test_a_code_from_the_mail_signs_the_shopper_in(desk: Desk) -> None:
    back = await sign_in(desk, attempt())
    assert back.headers["location"].startswith(f"{BACK}?code=")
    assert await finish(desk, attempt(), code_of(back)) == "gid://shopify/Customer/7001"


async def test_a_wrong_code_signs_nobody_in(desk: Desk) -> None:
    page = await sign_in(desk, attempt(), typed="no code")
    assert page.status_code == 200
    assert "wrong or no longer valid" in page.text


async def test_a_browser_that_signed_in_is_not_asked_again_unless_a_fresh_proof_is_wanted(desk: Desk) -> None:
    await sign_in(desk, attempt())
    provider = await discover(desk.http, SHOP)
    straight = await desk.http.get(authorization_url(provider, attempt(), client_id=CLIENT_ID, redirect_uri=BACK))
    asked = await desk.http.get(authorization_url(provider, attempt(), client_id=CLIENT_ID, redirect_uri=BACK, again=True))
    assert (straight.status_code, asked.status_code) == (303, 200)


async def test_an_authorisation_code_serves_once(desk: Desk) -> None:
    code = code_of(await sign_in(desk, attempt()))
    await finish(desk, attempt(), code)
    with pytest.raises(SignInRefused):
        await finish(desk, attempt(), code)


@pytest.mark.parametrize(
    ("begun", "state"),
    [(attempt(), "another browser's"), (attempt(verifier="w" * 43), "s1"), (attempt(nonce="n2"), "s1"), (attempt(), "")],
)
async def test_a_sign_in_of_another_browser_is_refused(desk: Desk, begun: Attempt, state: str) -> None:
    code = code_of(await sign_in(desk, attempt()))
    with pytest.raises(SignInRefused):
        await finish(desk, begun, code, state)


async def test_a_token_from_yesterday_is_refused(desk: Desk) -> None:
    code = code_of(await sign_in(desk, attempt()))
    provider = await discover(desk.http, SHOP)
    with pytest.raises(SignInRefused):
        await complete(
            desk.http,
            provider,
            attempt(),
            code=code,
            state="s1",
            client_id=CLIENT_ID,
            redirect_uri=BACK,
            now=desk.now + timedelta(days=1),
        )


async def test_an_unregistered_redirect_is_shown_an_error_and_not_followed(desk: Desk) -> None:
    provider = await discover(desk.http, SHOP)
    answer = await desk.http.get(authorization_url(provider, attempt(), client_id=CLIENT_ID, redirect_uri="https://evil.example"))
    assert answer.status_code == 400
    assert "location" not in answer.headers


async def test_the_challenge_is_the_verifiers_sha256(desk: Desk) -> None:
    url = authorization_url(await discover(desk.http, SHOP), attempt(), client_id=CLIENT_ID, redirect_uri=BACK)
    made = base64.urlsafe_b64encode(hashlib.sha256(VERIFIER.encode()).digest()).rstrip(b"=").decode()
    assert parse_qs(urlsplit(url).query)["code_challenge"] == [made]
