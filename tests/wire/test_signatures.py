"""What claims to come from Shopify: twelve ways in which it may not, at the app proxy and at the webhook (W4)."""

import base64
import hmac
import json
from collections.abc import AsyncIterator, Iterator
from dataclasses import replace
from urllib.parse import quote, urlencode

import httpx
import pytest
import pytest_asyncio
from sqlalchemy import text

from server.web.guards import MAX_BODY
from tests.server.stage import NOON, SECRET, Stage, stage

pytestmark = pytest.mark.asyncio(loop_scope="module")

OLD = "secret-before"
Pairs = list[tuple[str, str]]
GENUINE: Pairs = [
    ("logged_in_customer_id", "1"),
    ("path_prefix", "/apps/deskbell"),
    ("shop", "northbay.myshopify.com"),
    ("timestamp", str(int(NOON.timestamp()))),
]


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def house(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Stage]:
    """One house for all: what is refused must leave nothing in it."""
    async with stage(tmp_path_factory.mktemp("house")) as open_house:
        home = open_house.house.residences.popitem()[1]
        open_house.house.residences[home.brand.id] = replace(home, proxy_secrets=(SECRET, OLD))
        yield open_house


def hexed(pairs: Pairs, secret: str = SECRET, algorithm: str = "sha256") -> str:
    """Shopify's own rule, written apart from ours."""
    joined: dict[str, list[str]] = {}
    for key, value in pairs:
        joined.setdefault(key, []).append(value)
    message = "".join(sorted(f"{key}={','.join(values)}" for key, values in joined.items()))
    return hmac.new(secret.encode(), message.encode(), algorithm).hexdigest()


def query(pairs: Pairs = GENUINE, *, secret: str = SECRET, algorithm: str = "sha256") -> str:
    return urlencode([*pairs, ("signature", hexed(pairs, secret, algorithm))])


def having(**changed: str) -> Pairs:
    return [(key, changed.get(key, value)) for key, value in GENUINE]


def at(seconds: int) -> Pairs:
    return having(timestamp=str(int(NOON.timestamp()) + seconds))


FORGED_QUERIES = {
    "no query": "",
    "no signature": urlencode(GENUINE),
    "an empty signature": urlencode(GENUINE) + "&signature=",
    "another secret": query(secret="read-secret-of-another-app"),
    "no secret at all": query(secret=""),
    "another shop, well signed": query(having(shop="evil.myshopify.com")),
    "no shop, well signed": query(GENUINE[:2] + GENUINE[3:]),
    "too old, well signed": query(at(-91)),
    "from the future, well signed": query(at(91)),
    "no time, well signed": query(GENUINE[:3]),
    "a time that is none": query(having(timestamp="1e9")),
    "a time in other digits": query(having(timestamp="١٢٣٤٥٦٧٨٩٠")),
    "a negative time": query(having(timestamp="-1")),
    "an endless time": query(having(timestamp="9" * 400)),
    "a repeated customer, unsigned": query() + "&logged_in_customer_id=2",
    "a repeated customer, well signed": query([*GENUINE, ("logged_in_customer_id", "2")]),
    "a repeated shop, well signed": query([*GENUINE, ("shop", "northbay.myshopify.com")]),
    "two signatures": query() + "&signature=" + hexed(GENUINE),
    "a changed customer": query().replace("logged_in_customer_id=1", "logged_in_customer_id=2"),
    "an added parameter": query() + "&admin=true",
    "a parameter taken away": "&".join(query().split("&")[1:]),
    "an encoded twice value": query().replace("%2Fapps", "%252Fapps"),
    "a value in another case": query().replace("northbay", "Northbay"),
    "a signature in capitals": urlencode([*GENUINE, ("signature", hexed(GENUINE).upper())]),
    "a signature cut short": query()[:-1],
    "a signature in base64": urlencode([*GENUINE, ("signature", base64.b64encode(bytes.fromhex(hexed(GENUINE))).decode())]),
    "SHA-1": query(algorithm="sha1"),
    "SHA-512": query(algorithm="sha512"),
    "bytes that are no UTF-8": query() + "&x=%ff%fe",
    "a signature of other letters": urlencode(GENUINE) + "&signature=" + quote("ｄ" * 64),
    "a NUL": query() + "&x=%00",
    "separators inside": query().replace("&", ";"),
    "no values": "shop&timestamp&signature",
    "a flood of parameters": query() + "&x=1" * 200,
    "a question mark before": "?" + query(),
}


@pytest.mark.parametrize("forged", FORGED_QUERIES.values(), ids=FORGED_QUERIES)
async def test_a_storefront_request_that_is_not_shopifys_is_refused(house: Stage, forged: str) -> None:
    answer = await house.web.get(f"/proxy/northbay/session?{forged}")
    assert (answer.status_code, answer.json()["error"]["code"]) == (401, "bad_signature")


@pytest.mark.parametrize(
    "genuine",
    [
        query(),
        query(secret=OLD),
        query(at(90)),
        query(at(-90)),
        query([*GENUINE, ("x", "é 日本"), ("l", "1"), ("l", "2")]),
        query(GENUINE[::-1]),
    ],
)
async def test_what_shopify_signs_is_accepted_whatever_order_it_comes_in(house: Stage, genuine: str) -> None:
    answer = await house.web.get(f"/proxy/northbay/session?{genuine}")
    assert (answer.status_code, answer.json()["signed_in"]) == (200, True)


@pytest.mark.parametrize("customer", ["", "gid://shopify/Customer/1", "1.0", "-1", "１", "1 OR 1=1", "null"])
async def test_a_customer_that_is_no_number_is_nobody(house: Stage, customer: str) -> None:
    answer = await house.web.get(f"/proxy/northbay/session?{query(having(logged_in_customer_id=customer))}")
    assert (answer.status_code, answer.json()["signed_in"]) == (200, False)


async def test_signed_pairs_cannot_be_cut_anew_into_another_customer(house: Stage) -> None:
    """The signature covers pairs without separators, so `x=1` + `y=2` and `x=1y=2` are signed alike; only one may be read."""
    asked: Pairs = [("a", ""), ("logged_in_customer_id=5o", ""), *having(logged_in_customer_id="")]
    signature = hexed(asked)
    recut: Pairs = [("a", "logged_in_customer_id="), ("logged_in_customer_id", "5"), ("o", ""), *GENUINE[1:]]
    assert hexed(recut) == signature
    answer = await house.web.get("/proxy/northbay/session?" + urlencode([*recut, ("signature", signature)]))
    assert answer.status_code == 401


BODY = json.dumps({"id": 1042, "note": "caf\u00e9 \U0001f6cd", "total": "59.00"}, ensure_ascii=True).encode()


def signed(body: bytes = BODY, secret: str = SECRET, algorithm: str = "sha256") -> str:
    return base64.b64encode(hmac.new(secret.encode(), body, algorithm).digest()).decode()


def sent(body: bytes = BODY, **headers: str | None) -> tuple[bytes, dict[str, str]]:
    given: dict[str, str | None] = {
        "X-Shopify-Topic": "orders/updated",
        "X-Shopify-Hmac-Sha256": signed(),
        "X-Shopify-Shop-Domain": "northbay.myshopify.com",
        "X-Shopify-Webhook-Id": "w-1",
        "X-Shopify-Event-Id": "e-1",
        **{f"X-Shopify-{name.replace('_', '-')}": value for name, value in headers.items()},
    }
    return body, {name: value for name, value in given.items() if value is not None}


FORGED_WEBHOOKS = {
    "no signature": sent(Hmac_Sha256=None),
    "an empty signature": sent(Hmac_Sha256=""),
    "another secret": sent(Hmac_Sha256=signed(secret="other")),
    "no secret at all": sent(Hmac_Sha256=signed(secret="")),
    "another shop": sent(Shop_Domain="southbay.myshopify.com"),
    "no shop": sent(Shop_Domain=None),
    "a shop that only begins alike": sent(Shop_Domain="northbay.myshopify.com.evil.example"),
    "a body written anew": sent(json.dumps(json.loads(BODY), ensure_ascii=False).encode()),
    "a body with a blank more": sent(BODY + b" "),
    "a body cut short": sent(BODY[:-1]),
    "an empty body": sent(b""),
    "a signature in capitals": sent(Hmac_Sha256=signed().upper()),
    "a signature in hex": sent(Hmac_Sha256=hmac.new(SECRET.encode(), BODY, "sha256").hexdigest()),
    "a signature cut short": sent(Hmac_Sha256=signed()[:-4]),
    "a signature with letters around it": sent(Hmac_Sha256=f"sha256={signed()}"),
    "SHA-1": sent(Hmac_Sha256=signed(algorithm="sha1")),
    "SHA-512": sent(Hmac_Sha256=signed(algorithm="sha512")),
    "another header": sent(Hmac_Sha256=None, Hmac_Sha512=signed()),
    "two signatures in one": sent(Hmac_Sha256=f"{signed()}, {signed()}"),
    "the signature of nothing": sent(Hmac_Sha256=signed(b"")),
    "the app proxy's signature": sent(Hmac_Sha256=hexed(GENUINE)),
}


@pytest.mark.parametrize("forged", FORGED_WEBHOOKS.values(), ids=FORGED_WEBHOOKS)
async def test_a_webhook_that_is_not_shopifys_is_refused_and_leaves_no_trace(house: Stage, forged: tuple[bytes, dict[str, str]]) -> None:
    body, headers = forged
    answer = await house.web.post("/webhooks/shopify/northbay", content=body, headers=headers)
    assert (answer.status_code, answer.json()["error"]["code"]) == (401, "bad_signature")
    assert await kept(house, "w-1") == 0


async def test_a_signature_of_letters_outside_ascii_is_refused(house: Stage) -> None:
    raw = [(b"x-shopify-hmac-sha256", "é日".encode()), (b"x-shopify-shop-domain", b"northbay.myshopify.com")]
    answer = await house.web.post("/webhooks/shopify/northbay", content=BODY, headers=httpx.Headers(raw))
    assert answer.status_code == 401


@pytest.mark.parametrize("secret", [SECRET, OLD])
async def test_a_webhook_signed_with_either_secret_of_a_rotation_is_kept_once(house: Stage, secret: str) -> None:
    body, headers = sent(Hmac_Sha256=signed(secret=secret), Webhook_Id=f"signed with {secret}")
    for again in range(3):
        shouted = {name.upper() if again % 2 else name: value for name, value in headers.items()}
        assert (await house.web.post("/webhooks/shopify/northbay", content=body, headers=shouted)).status_code == 200
    assert await kept(house, f"signed with {secret}") == 1


async def test_a_webhook_is_for_the_brand_in_its_address(house: Stage) -> None:
    body, headers = sent()
    answer = await house.web.post("/webhooks/shopify/southbay", content=body, headers=headers)
    assert (answer.status_code, answer.json()["error"]["code"]) == (404, "unknown_brand")


@pytest.mark.parametrize("said", ["honestly", "too little", "nothing", "nonsense", "other digits"])
async def test_a_body_that_is_too_large_is_refused_before_anything_is_made_of_it(
    house: Stage, said: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    import server.web.storefront

    def never(*_: object) -> bool:
        raise AssertionError("the signature was computed")

    monkeypatch.setattr(server.web.storefront, "is_signed", never)
    parts = [b"x" * 65536] * 4 + [b"x"]
    assert sum(map(len, parts)) == MAX_BODY + 1

    async def streamed() -> AsyncIterator[bytes]:
        for part in parts:
            yield part

    lengths = {"honestly": str(MAX_BODY + 1), "too little": "10", "nonsense": "ten", "other digits": "²"}
    headers = [(b"content-length", lengths[said].encode("latin-1"))] if said in lengths else []
    answer = await house.web.post("/webhooks/shopify/northbay", content=streamed(), headers=httpx.Headers(headers))
    assert (answer.status_code, answer.json()["error"]["code"]) == (413, "too_large")


async def test_a_request_that_breaks_off_half_way_is_none(house: Stage) -> None:
    from server.web.app import make_app

    app, answers = make_app(house.house), []
    parts: Iterator[dict[str, object]] = iter(
        [{"type": "http.request", "body": b'{"locale": "en"}', "more_body": True}, {"type": "http.disconnect"}]
    )

    async def receive() -> dict[str, object]:
        return next(parts)

    async def send(message: dict[str, object]) -> None:
        answers.append(message)

    scope = {
        "type": "http", "http_version": "1.1", "method": "POST", "path": "/api/chat/northbay/conversations", "raw_path": b"",
        "query_string": b"", "headers": [], "root_path": "", "scheme": "http", "client": ("127.0.0.1", 1), "server": ("127.0.0.1", 80),
    }  # fmt: skip
    await app(scope, receive, send)  # type: ignore[arg-type]
    assert answers == []
    async with house.house.database.reading() as tx:
        assert (await tx.execute(text("SELECT count(*) FROM conversations"))).scalar_one() == 0


async def kept(house: Stage, delivery: str) -> int:
    async with house.house.database.reading() as tx:
        query = text("SELECT count(*) FROM inbox WHERE provider = 'shopify' AND message = :delivery")
        return int((await tx.execute(query, {"delivery": delivery})).scalar_one())
