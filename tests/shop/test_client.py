"""Ten ways a shop can fail, and what the client makes of each (F-06, R9)."""

import asyncio
import json
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import httpx
import pytest

from shop.reading import ReadMeter, ShopRejected, ShopThrottled, ShopUnavailable
from shop.shopify.access import ClientCredentials, FixedToken
from shop.shopify.client import ReadClient
from shop.shopify.documents import ReadDocument
from shop.shopify.pacing import Breaker, Bucket
from shop.shopify.transport import new_http_client

ASK = ReadDocument("query Shop { shop { id } }")
DATA = {"shop": {"id": "gid://shopify/Shop/1"}}
BASE = "http://127.0.0.1/shops/northbay"


def cost(requested: int = 100, available: float = 1900) -> dict[str, Any]:
    status = {"maximumAvailable": 2000, "currentlyAvailable": available, "restoreRate": 100}
    return {"cost": {"requestedQueryCost": requested, "actualQueryCost": requested, "throttleStatus": status}}


def good(**more: Any) -> httpx.Response:
    return httpx.Response(200, json={"data": DATA, "extensions": cost(), **more}, headers={"X-Shopify-API-Version": "2026-07"})


def throttled(available: float = 90) -> httpx.Response:
    body = {"errors": [{"message": "Throttled", "extensions": {"code": "THROTTLED"}}], "extensions": cost(100, available)}
    return httpx.Response(200, json=body)


def reset() -> httpx.Response:
    raise httpx.ReadError("connection reset by peer")


def hang() -> httpx.Response:
    raise httpx.ReadTimeout("no answer")


Reply = Callable[[], httpx.Response]


@dataclass
class Scripted:
    """A shop that answers as told, and a clock that moves only by sleeping."""

    replies: list[Reply]
    at: float = 0.0
    slept: list[float] = field(default_factory=list)
    seen: list[httpx.Request] = field(default_factory=list)

    def client(self, **more: Any) -> ReadClient:
        http = new_http_client(transport=httpx.MockTransport(self.answer))
        return ReadClient(http, BASE, FixedToken("key"), monotonic=lambda: self.at, sleep=self.sleep, jitter=lambda: 0.5, **more)

    def answer(self, request: httpx.Request) -> httpx.Response:
        self.seen.append(request)
        return (self.replies.pop(0) if len(self.replies) > 1 else self.replies[0])()

    async def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.at += seconds


async def test_a_good_answer_costs_one_query_and_is_counted() -> None:
    shop, meter = Scripted([good]), ReadMeter()
    answer = await shop.client().ask(ASK, {}, meter)
    assert answer.data == DATA
    assert (meter.queries, meter.cost, meter.operations) == (1, 100, ["Shop"])
    assert shop.seen[0].headers["X-Shopify-Access-Token"] == "key"
    assert str(shop.seen[0].url) == f"{BASE}/admin/api/2026-07/graphql.json"


FAULTS: dict[str, Reply] = {
    "500": lambda: httpx.Response(500),
    "503": lambda: httpx.Response(503),
    "429": lambda: httpx.Response(429, headers={"Retry-After": "0.5"}),
    "throttled": throttled,
    "reset": reset,
    "hang": hang,
    "half JSON": lambda: httpx.Response(200, content=b'{"data": {"shop": {"id'),
    "no object": lambda: httpx.Response(200, json=[]),
    "no data": lambda: httpx.Response(200, json={"data": None}),
    "internal error": lambda: httpx.Response(200, json={"data": None, "errors": [{"extensions": {"code": "INTERNAL_SERVER_ERROR"}}]}),
}


@pytest.mark.parametrize("fault", FAULTS)
async def test_a_passing_fault_is_ridden_out(fault: str) -> None:
    shop = Scripted([FAULTS[fault], FAULTS[fault], good])
    assert (await shop.client().ask(ASK, {}, ReadMeter())).data == DATA
    assert len(shop.slept) >= 2
    assert shop.at < 3


@pytest.mark.parametrize("fault", FAULTS)
async def test_after_two_retries_the_shop_is_unavailable(fault: str) -> None:
    shop, meter = Scripted([FAULTS[fault]]), ReadMeter()
    with pytest.raises(ShopUnavailable) as caught:
        await shop.client().ask(ASK, {}, meter)
    assert len(shop.seen) == 3 == meter.queries
    assert isinstance(caught.value, ShopThrottled) is (fault in ("429", "throttled"))
    assert shop.at < 3


async def test_waiting_never_takes_longer_than_three_seconds() -> None:
    shop = Scripted([lambda: httpx.Response(429, headers={"Retry-After": "20"})])
    with pytest.raises(ShopThrottled):
        await shop.client().ask(ASK, {}, ReadMeter())
    assert (len(shop.seen), shop.at) == (1, 0)


async def test_a_throttled_question_waits_for_what_is_missing() -> None:
    shop = Scripted([lambda: throttled(20), good])
    await shop.client().ask(ASK, {}, ReadMeter())
    assert shop.slept[0] == pytest.approx(0.8)


async def test_our_own_load_never_asks_for_more_than_the_bucket_holds() -> None:
    shop = Scripted([lambda: httpx.Response(200, json={"data": DATA, "extensions": cost(190, 100)})])
    client = shop.client()
    await client.ask(ASK, {}, ReadMeter())
    await client.ask(ASK, {}, ReadMeter())
    assert shop.slept == [pytest.approx(0.9)]


@pytest.mark.parametrize(
    ("status", "kind"), [(400, ShopRejected), (403, ShopRejected), (404, ShopRejected), (402, ShopUnavailable), (423, ShopUnavailable)]
)
async def test_a_refusal_is_not_repeated(status: int, kind: type[Exception]) -> None:
    shop = Scripted([lambda: httpx.Response(status, json={"errors": "no"})])
    with pytest.raises(kind):
        await shop.client().ask(ASK, {}, ReadMeter())
    assert len(shop.seen) == 1


async def test_a_question_the_shop_does_not_understand_is_a_developers_matter() -> None:
    body = {"errors": [{"message": "Field 'x' doesn't exist on type 'Shop'", "extensions": {"code": "undefinedField"}}]}
    with pytest.raises(ShopRejected, match="doesn't exist"):
        await Scripted([lambda: httpx.Response(200, json=body)]).client().ask(ASK, {}, ReadMeter())


async def test_good_data_beside_an_error_is_kept() -> None:
    denied = {"message": "denied", "path": ["shop", "email"], "extensions": {"code": "ACCESS_DENIED"}}
    shop = Scripted([lambda: good(errors=[denied])])
    answer = await shop.client().ask(ASK, {}, ReadMeter())
    assert (answer.data, answer.errors) == (DATA, (denied,))


async def test_an_answer_that_is_wholly_withheld_is_not_taken_for_nothing_found() -> None:
    denied = {"message": "Access denied for customer", "path": ["shop"], "extensions": {"code": "ACCESS_DENIED"}}
    shop = Scripted([lambda: httpx.Response(200, json={"data": {"shop": None}, "errors": [denied]})])
    with pytest.raises(ShopRejected, match="Access denied"):
        await shop.client().ask(ASK, {}, ReadMeter())


async def test_after_three_errors_the_shop_is_left_alone_and_one_question_waits_to_try_it_again() -> None:
    shop, gate = Scripted([lambda: httpx.Response(500)]), asyncio.Event()
    client = shop.client()
    with pytest.raises(ShopUnavailable):
        await client.ask(ASK, {}, ReadMeter())

    async def sleep(seconds: float) -> None:
        await gate.wait()
        await shop.sleep(seconds)

    client.sleep = sleep
    waiting = asyncio.create_task(client.ask(ASK, {}, ReadMeter()))
    await asyncio.sleep(0)
    refused = ReadMeter()
    with pytest.raises(ShopUnavailable):
        await client.ask(ASK, {}, refused)
    assert (refused.queries, len(shop.seen)) == (0, 3)
    shop.replies[:] = [good]
    gate.set()
    assert (await waiting).data == DATA
    assert shop.slept[-1] == pytest.approx(2.0)
    assert (await client.ask(ASK, {}, ReadMeter())).data == DATA


async def test_a_question_that_waited_in_vain_is_refused_within_its_three_seconds() -> None:
    shop = Scripted([lambda: httpx.Response(500)])
    client = shop.client()
    with pytest.raises(ShopUnavailable):
        await client.ask(ASK, {}, ReadMeter())
    began, meter = shop.at, ReadMeter()
    with pytest.raises(ShopUnavailable):
        await client.ask(ASK, {}, meter)
    assert meter.queries == 1
    assert shop.at - began < 3


async def test_questions_that_must_wait_for_points_wait_behind_each_other() -> None:
    shop = Scripted([lambda: httpx.Response(200, json={"data": DATA, "extensions": cost()})])
    client = shop.client()
    await client.ask(ASK, {}, ReadMeter())
    waits: list[float] = []

    async def sleep(seconds: float) -> None:
        waits.append(seconds)

    async def slowly(request: httpx.Request) -> httpx.Response:
        for _ in range(100):
            await asyncio.sleep(0)
        return shop.answer(request)

    client.sleep, client.http = sleep, new_http_client(transport=httpx.MockTransport(slowly))
    await asyncio.gather(*(client.ask(ASK, {}, ReadMeter()) for _ in range(21)))
    assert waits == [pytest.approx(1.0), pytest.approx(2.0)]


async def test_a_version_that_is_not_ours_is_reported_once(caplog: pytest.LogCaptureFixture) -> None:
    shop = Scripted([lambda: httpx.Response(200, json={"data": DATA}, headers={"X-Shopify-API-Version": "2026-10"})])
    client = shop.client()
    await client.ask(ASK, {}, ReadMeter())
    await client.ask(ASK, {}, ReadMeter())
    assert [record.getMessage() for record in caplog.records if "2026-10" in record.getMessage()] != []
    assert len([record for record in caplog.records if "2026-10" in record.getMessage()]) == 1


async def test_no_address_and_no_key_reach_the_log(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level("DEBUG")
    await Scripted([good]).client().ask(ASK, {}, ReadMeter())
    assert BASE not in caplog.text
    assert "key" not in repr(FixedToken("key"))


class Door:
    """A shop's token endpoint and API in one."""

    def __init__(self, *answers: httpx.Response) -> None:
        self.answers = list(answers)
        self.tokens = 0

    def __call__(self, request: httpx.Request) -> httpx.Response:
        if request.url.path.endswith("/access_token"):
            self.tokens += 1
            given = json.loads(request.content)
            assert (given["client_id"], given["client_secret"], given["grant_type"]) == (
                "deskbell-read",
                "read-secret",
                "client_credentials",
            )
            return (
                self.answers.pop(0) if self.answers else httpx.Response(200, json={"access_token": f"t{self.tokens}", "expires_in": 86399})
            )
        return good() if request.headers["X-Shopify-Access-Token"] == f"t{self.tokens}" else httpx.Response(401, json={"errors": "no"})


def keyed(door: Door, clock: Callable[[], float]) -> ReadClient:
    http = new_http_client(transport=httpx.MockTransport(door))

    async def no_pause(seconds: float) -> None:
        return None

    return ReadClient(http, BASE, ClientCredentials(http, BASE, "deskbell-read", "read-secret", clock), monotonic=clock, sleep=no_pause)


async def test_a_token_is_fetched_once_and_renewed_before_its_day_is_over() -> None:
    now, door = [0.0], Door()
    client = keyed(door, lambda: now[0])
    await client.ask(ASK, {}, ReadMeter())
    await client.ask(ASK, {}, ReadMeter())
    assert door.tokens == 1
    now[0] = 86399 - 299
    await client.ask(ASK, {}, ReadMeter())
    assert door.tokens == 2


async def test_a_token_the_shop_no_longer_takes_is_fetched_anew() -> None:
    door = Door()
    client = keyed(door, lambda: 0.0)
    await client.ask(ASK, {}, ReadMeter())
    door.tokens += 1  # the shop has turned the old one off
    assert (await client.ask(ASK, {}, ReadMeter())).data == DATA


async def test_wrong_credentials_say_what_to_check() -> None:
    client = keyed(Door(*[httpx.Response(401, json={})] * 3), lambda: 0.0)
    with pytest.raises(ShopRejected, match="check id, secret"):
        await client.ask(ASK, {}, ReadMeter())


def test_the_bucket_believes_the_shop_and_refills() -> None:
    now = [0.0]
    bucket = Bucket(lambda: now[0])
    bucket.reserve(150)
    bucket.settle(150, available=50.0, capacity=1000.0, restore=50.0)
    assert bucket.wait_for(200) == pytest.approx(3.0)
    now[0] = 4.0
    assert bucket.wait_for(200) == 0


def test_the_breaker_forgets_old_errors() -> None:
    now = [0.0]
    breaker = Breaker(lambda: now[0])
    for moment in (0.0, 1.0, 2.0):
        now[0] = moment
        breaker.failed()
    assert not breaker.lets_through()
    now[0] = 10.5
    assert breaker.lets_through()
