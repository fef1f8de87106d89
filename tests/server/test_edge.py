"""The edge: signatures, headers, declared addresses, and what a wrong setting or file is told."""

import base64
import hashlib
import hmac
from pathlib import Path

import pytest
from fastapi import FastAPI
from pydantic import SecretStr, ValidationError
from sqlalchemy import text

from server.assembly import compiled
from server.logs import redacted
from server.settings import DEVELOPMENT_SECRET, Settings
from server.web.app import make_app
from server.web.guards import Access, UndeclaredRoute, declare, served
from server.world_brand import WorldError, read_world_brand
from tests.server.stage import SECRET, Stage

GOOD_KEY = "k" * 40


def signed(body: bytes, secret: str = SECRET, **more: str) -> dict[str, str]:
    mac = base64.b64encode(hmac.new(secret.encode(), body, hashlib.sha256).digest()).decode()
    return {
        "X-Shopify-Hmac-Sha256": mac,
        "X-Shopify-Topic": "orders/updated",
        "X-Shopify-Shop-Domain": "northbay.myshopify.com",
        "X-Shopify-Webhook-Id": "w-1",
        **more,
    }


async def test_a_webhook_is_kept_once_and_acknowledged_each_time(house: Stage) -> None:
    body = '{"id": 1, "note": "caf\\u00e9 🎁"}'.encode()
    for _ in range(3):
        assert (await house.web.post("/webhooks/shopify/northbay", content=body, headers=signed(body))).status_code == 200
    async with house.house.database.reading() as tx:
        assert await tx.scalar(text("SELECT count(*) FROM inbox WHERE provider = 'shopify'")) == 1


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"X-Shopify-Hmac-Sha256": ""},
        {"X-Shopify-Hmac-Sha256": "é"},
        signed(b"{}", secret="other"),
        signed(b'{"other": 1}'),
        signed(b"{}", **{"X-Shopify-Shop-Domain": "evil.myshopify.com"}),
    ],
)
async def test_a_webhook_that_is_not_signed_is_refused_and_leaves_nothing(house: Stage, headers: dict[str, str]) -> None:
    raw = {name.encode(): value.encode() for name, value in headers.items()}
    answer = await house.web.post("/webhooks/shopify/northbay", content=b"{}", headers=list(raw.items()))
    assert answer.status_code == 401
    async with house.house.database.reading() as tx:
        assert await tx.scalar(text("SELECT count(*) FROM inbox")) == 0


def test_an_undeclared_address_stops_the_start(house: Stage) -> None:
    app = FastAPI(docs_url=None, redoc_url=None, openapi_url=None)
    app.add_api_route("/secret", lambda: None, methods=["GET"])
    with pytest.raises(UndeclaredRoute, match="GET /secret is served but not declared"):
        declare(app, {})
    app = make_app(house.house)
    every = {route: Access.PUBLIC for route in served(app.routes)}
    with pytest.raises(UndeclaredRoute, match=r"GET /gone is declared in .* but not served"):
        declare(app, {**every, ("GET", "/gone"): Access.PUBLIC})


@pytest.mark.parametrize("path", ["/widget/frame?brand=northbay", "/widget/loader.js", "/orders", "/withdraw", "/desk", "/nothing"])
async def test_every_answer_carries_its_guards(house: Stage, path: str) -> None:
    answer = await house.web.get(path)
    policy = answer.headers["content-security-policy"]
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert "frame-ancestors" in policy


async def test_the_chat_may_be_framed_by_the_brand_and_nobody_else(house: Stage) -> None:
    policy = (await house.web.get("/widget/frame?brand=northbay&locale=ja")).headers["content-security-policy"]
    assert "frame-ancestors 'self' http://127.0.0.1:8601 https://northbay.example.com" in policy
    assert "myshopify.com" not in policy


@pytest.mark.parametrize("name", ["../../settings.py", "..%2f..%2fsettings.py", "nothing.js", "loader.js%00.css", "README.md"])
async def test_no_other_file_is_served(house: Stage, name: str) -> None:
    assert (await house.web.get(f"/widget/static/{name}")).status_code == 404


async def test_the_hub_asks_for_sign_in_and_changes_nothing_by_looking(house: Stage) -> None:
    answer = await house.web.get("/orders")
    assert answer.status_code == 303
    assert answer.headers["location"].startswith("/hub/sign-in")
    async with house.house.database.reading() as tx:
        assert await tx.scalar(text("SELECT count(*) FROM sessions")) == 0


async def test_a_form_of_another_site_reaches_neither_hub_nor_desk(house: Stage) -> None:
    for path in ("/withdraw", "/hub/sign-in/code", "/desk/enter"):
        for headers in ({}, {"Origin": "https://evil.example"}, {"Origin": "null", "Sec-Fetch-Site": "cross-site"}):
            assert (await house.web.post(path, data={"a": "b"}, headers=headers)).status_code == 403
        own = await house.web.post(path, data={"a": "b"}, headers={"Origin": "null", "Sec-Fetch-Site": "same-origin"})
        assert own.json()["error"]["code"] != "wrong_origin" if own.headers["content-type"].endswith("json") else True


async def test_health_and_measures_are_told(house: Stage) -> None:
    page = await house.begin()
    await page.say("hello")
    await house.settle()
    health = (await house.web.get("/health")).json()
    assert health["store"] == "ok"
    assert "deskbell_turn_own_seconds_count" in (await house.web.get("/metrics")).text


def test_a_default_secret_is_accepted_on_loopback_in_development_only(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("DESKBELL_SECRET_KEY", "DESKBELL_DEV"):
        monkeypatch.delenv(name, raising=False)
    bare = {"_env_file": None}
    with pytest.raises(ValidationError, match="DESKBELL_SECRET_KEY is not set"):
        Settings(**bare)  # type: ignore[arg-type]  # pydantic-settings' own keyword
    with pytest.raises(ValidationError, match="loopback only"):
        Settings(dev=True, host="0.0.0.0", desk=False, public_url="https://chat.example.com")
    with pytest.raises(ValidationError, match="too short"):
        Settings(secret_key=SecretStr("short"))
    with pytest.raises(ValidationError, match="one-time address"):
        Settings(secret_key=SecretStr(GOOD_KEY), host="0.0.0.0", public_url="https://chat.example.com")
    with pytest.raises(ValidationError, match="https"):
        Settings(secret_key=SecretStr(GOOD_KEY), host="0.0.0.0", public_url="http://chat.example.com", desk=False)
    assert Settings(secret_key=SecretStr(GOOD_KEY), host="0.0.0.0", public_url="https://chat.example.com", desk=False).public
    assert DEVELOPMENT_SECRET not in repr(Settings(dev=True))


def test_each_purpose_has_a_key_of_its_own() -> None:
    settings = Settings(dev=True)
    assert len({settings.key_for(name) for name in ("codes", "vault", "forms", "attempt")}) == 4


def test_logs_name_nobody_and_open_nothing() -> None:
    said = redacted(
        "ana.torres@example.com +1 202 555 0123 gid://shopify/Customer/12345 /c/TYUYMagPnZJNNkzhgQ4ZCg k=9CbkkVskE5RfouT0G5z0YTWsWTtBd"
    )
    assert said == "(e-mail) (phone) (customer) /c/(token) k=(token)"


WORLD = """
brand:
  id: northbay
  name: Northbay
  shop: northbay.myshopify.com
  site: https://northbay.example.com
  currency: EUR
  time_zone: Europe/Paris
  locales: [en, fr]
policies:
  - {id: edit, locale: en, title: Editing, text: You can edit an order for 60 minutes after checkout.}
"""


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        ("Europe/Paris", "Paris", "brand.time_zone: no time zone 'Paris'"),
        ("locales: [en, fr]", "locales: [en, tlh]", "brand.locales: no catalogue for 'tlh'"),
        ("northbay.myshopify.com", "evil.example", "brand.shop"),
        ("name: Northbay", "nam: Northbay", "brand"),
        ("text: You can edit an order for 60 minutes after checkout.", "path: gone.md", "policies[0].path: there is no file 'gone.md'"),
        ("title: Editing, text", "titel: Editing, text", "policies[0].titel: is not a key"),
        ("text: You can edit an order for 60 minutes after checkout.", "text: ''", "policies[0]"),
        ("brand:", "brand: [", "is not YAML"),
    ],
)
def test_a_mistake_in_a_world_file_is_named_with_its_place(tmp_path: Path, old: str, new: str, says: str) -> None:
    path = tmp_path / "world.yaml"
    path.write_text(WORLD.replace(old, new, 1), encoding="utf-8")
    with pytest.raises(WorldError) as told:
        read_world_brand(path)
    assert says in str(told.value)


def test_a_world_file_gives_brand_and_policies(tmp_path: Path) -> None:
    path = tmp_path / "world.yaml"
    path.write_text(WORLD, encoding="utf-8")
    read = read_world_brand(path)
    assert read.brand.locales == ("en", "fr")
    assert [document.id for document in read.documents] == ["edit"]
    assert read.counts(read.documents[0])


def test_a_rules_file_that_does_not_fit_its_policy_is_named(tmp_path: Path) -> None:
    (tmp_path / "edit.rules.yaml").write_text("rules:\n  - {quote: words that are not there, window: {changes: edits, within: 1 hour}}\n")
    path = tmp_path / "world.yaml"
    path.write_text(WORLD.replace("checkout.}", "checkout., rules: edit.rules.yaml}"), encoding="utf-8")
    with pytest.raises(WorldError, match=r"edit\.rules\.yaml: rules\[0\]\.quote"):
        compiled(read_world_brand(path))
