"""One shop's Admin API, for reading: careful with its limits, patient for three seconds, and honest about what is missing.

Shopify answers HTTP 200 for almost every error; good data beside an error is kept, never thrown away (facts.md 1, 6).
"""

import asyncio
import json
import logging
import random
import time
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import httpx

from shop.reading import ReadMeter, ShopError, ShopRejected, ShopThrottled, ShopUnavailable
from shop.shopify.access import Tokens
from shop.shopify.documents import ReadDocument
from shop.shopify.pacing import Breaker, Bucket
from shop.shopify.transport import TOTAL

log = logging.getLogger(__name__)

API_VERSION = "2026-07"
RETRIES = 2
PAUSE = 0.15
"""Seconds before the first retry, doubled for the second, with jitter."""
FIRST_COST = 200.0
"""Points a question is believed to cost until the shop has said what it does."""
FAULTS = frozenset({"INTERNAL_SERVER_ERROR", "TIMEOUT", "SERVICE_UNAVAILABLE"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What came back. `data` may be partial; `errors` says what is missing and why."""

    data: Mapping[str, Any]
    errors: tuple[Mapping[str, Any], ...] = ()
    cost: int = 0
    """Points, as requested."""


class _TryAgain(Exception):
    """This attempt came to nothing; `after` seconds from now another may."""

    def __init__(self, why: str, *, after: float | None = None, throttled: bool = False) -> None:
        super().__init__(why)
        self.after = after
        self.throttled = throttled


@dataclass(slots=True)
class ReadClient:
    """Speaks to one shop with one read-only credential. Make one per shop and app: it holds that pair's bucket."""

    http: httpx.AsyncClient
    base_url: str
    """`https://{shop}`; no path, no closing slash."""
    tokens: Tokens
    version: str = API_VERSION
    total: float = TOTAL
    monotonic: Callable[[], float] = time.monotonic
    sleep: Callable[[float], Awaitable[None]] = asyncio.sleep
    jitter: Callable[[], float] = random.random
    bucket: Bucket = field(init=False)
    breaker: Breaker = field(init=False)
    _costs: dict[str, float] = field(init=False, default_factory=dict)
    _warned: bool = field(init=False, default=False)

    def __post_init__(self) -> None:
        self.bucket = Bucket(self.monotonic)
        self.breaker = Breaker(self.monotonic)

    async def ask(self, document: ReadDocument, variables: Mapping[str, Any], meter: ReadMeter) -> Answer:
        """One question, with at most two retries, all inside three seconds (F-06).

        Raises ShopUnavailable, ShopThrottled (a kind of it) or ShopRejected. Partial data is an answer.
        """
        started = self.monotonic()
        try:
            return await self._with_retries(document, variables, meter, started + self.total)
        finally:
            meter.waited_ms += (self.monotonic() - started) * 1000

    async def _with_retries(self, document: ReadDocument, variables: Mapping[str, Any], meter: ReadMeter, ends: float) -> Answer:
        last = _TryAgain("no time left")
        for attempt in range(1 + RETRIES):
            if not self.breaker.lets_through() and not await self._is_the_probe(ends):
                raise ShopUnavailable("the shop failed several times in a row; not asking again yet")
            try:
                return await self._attempt(document, variables, meter, ends)
            except _TryAgain as fault:
                last = fault
                if not fault.throttled:
                    self.breaker.failed()
            pause = last.after if last.after is not None else PAUSE * 2**attempt * (0.75 + self.jitter() / 2)
            if attempt == RETRIES or self.monotonic() + pause >= ends:
                break
            await self.sleep(pause)
        raise (ShopThrottled if last.throttled else ShopUnavailable)(str(last))

    async def _is_the_probe(self, ends: float) -> bool:
        """Waits, as the one question that may, until the shop is looked at again: who asks once it is mended is answered."""
        wait = self.breaker.probe_in()
        if wait is None or self.monotonic() + wait >= ends:
            return False
        self.breaker.awaited = True
        try:
            await self.sleep(wait)
        finally:
            self.breaker.awaited = False
        return self.breaker.lets_through()

    async def _attempt(self, document: ReadDocument, variables: Mapping[str, Any], meter: ReadMeter, ends: float) -> Answer:
        cost = self._costs.get(document.operation, FIRST_COST)
        await self._take_turn(cost, ends)
        told: _Told = _Told()
        try:
            async with asyncio.timeout(max(0.01, ends - self.monotonic())):
                answer = await self._send(document, variables, meter)
            told, result = _read(answer)
        except TimeoutError as error:
            raise _TryAgain("the shop did not answer in time") from error
        except httpx.HTTPError as error:
            raise _TryAgain(f"the connection failed: {type(error).__name__}") from error
        except ShopUnavailable as error:
            raise _TryAgain(str(error)) from error
        finally:
            self.bucket.settle(cost, spent=cost, available=told.available, capacity=told.capacity, restore=told.restore)
        self._check_version(answer)
        if told.requested:
            self._costs[document.operation] = told.requested
        meter.cost += int(told.requested)
        if isinstance(result, ShopError | _TryAgain):
            if isinstance(result, ShopRejected):
                log.warning("shop refused %s: %s", document.operation, result)
            raise result
        self.breaker.succeeded()
        return result

    async def _take_turn(self, cost: float, ends: float) -> None:
        """Reserves `cost` points and waits until they are there. Raises ShopThrottled when they will not be in time."""
        wait = self.bucket.wait_for(cost)
        if wait > 0 and self.monotonic() + wait >= ends:
            raise ShopThrottled("the shop's limit is used up for now")
        # Before the wait: whoever asks meanwhile waits behind this question, not beside it, or all would ask at the same moment.
        self.bucket.reserve(cost)
        if wait <= 0:
            return
        try:
            await self.sleep(wait)
        except asyncio.CancelledError:
            self.bucket.settle(cost)
            raise

    async def _send(self, document: ReadDocument, variables: Mapping[str, Any], meter: ReadMeter) -> httpx.Response:
        token = await self.tokens.token()
        meter.queries += 1
        meter.operations.append(document.operation)
        answer = await self.http.post(
            f"{self.base_url}/admin/api/{self.version}/graphql.json",
            json={"query": document.text, "variables": dict(variables), "operationName": document.operation},
            headers={"X-Shopify-Access-Token": token},
        )
        if answer.status_code == 401:
            self.tokens.refused(token)
        return answer

    def _check_version(self, answer: httpx.Response) -> None:
        """Shopify falls forward when a version has ended: fields may then mean something else."""
        served = answer.headers.get("X-Shopify-API-Version")
        if served and served != self.version and not self._warned:
            self._warned = True
            log.warning("the shop serves API version %s where %s was asked for: raise the pinned version", served, self.version)


@dataclass(frozen=True, slots=True)
class _Told:
    """What the shop said about its limits."""

    requested: float = 0.0
    available: float | None = None
    capacity: float | None = None
    restore: float | None = None


_Result = Answer | ShopError | _TryAgain


def _read(answer: httpx.Response) -> tuple[_Told, _Result]:
    """One HTTP answer as an answer, a refusal, or a reason to try again. Raises nothing."""
    status = answer.status_code
    if status != 200:
        return _Told(), _by_status(status, answer)
    try:
        body = json.loads(answer.content)
    except ValueError:
        return _Told(), _TryAgain("the shop's answer was cut short")
    if not isinstance(body, dict):
        return _Told(), _TryAgain("the shop's answer was no object")
    errors = tuple(error for error in _list(body.get("errors")) if isinstance(error, dict))
    told = _told(body)
    data = body.get("data")
    codes = {str((error.get("extensions") or {}).get("code", "")) for error in errors if isinstance(error.get("extensions") or {}, dict)}
    if "THROTTLED" in codes:
        return told, _TryAgain("the shop asks us to wait", after=_wait(told), throttled=True)
    if not isinstance(data, dict):
        return told, _without_data(errors, codes)
    if _root_missing(data, errors):
        return told, ShopRejected(_first_message(errors))
    return told, Answer(data=data, errors=errors, cost=int(told.requested))


def _by_status(status: int, answer: httpx.Response) -> _Result:
    match status:
        case 429:
            return _TryAgain("the shop asks us to wait (HTTP 429)", after=_seconds(answer.headers.get("Retry-After")), throttled=True)
        case 401:
            return _TryAgain("the shop no longer took our token", after=0.0)
        case 402 | 423:
            return ShopUnavailable(f"the shop is frozen or locked (HTTP {status})")
        case _ if status >= 500 or status == 408:
            return _TryAgain(f"the shop failed (HTTP {status})")
        case _:
            return ShopRejected(f"the shop refused the request (HTTP {status})")


def _without_data(errors: tuple[Mapping[str, Any], ...], codes: set[str]) -> _Result:
    if not errors or codes & FAULTS:
        return _TryAgain("the shop answered without data")
    return ShopRejected(_first_message(errors))


def _root_missing(data: Mapping[str, Any], errors: tuple[Mapping[str, Any], ...]) -> bool:
    """The whole answer was withheld: that is no "not found"."""
    roots = {str(path[0]) for error in errors if (path := _list(error.get("path"))) and len(path) == 1}
    return any(data.get(root) is None for root in roots)


def _told(body: Mapping[str, Any]) -> _Told:
    extensions = body.get("extensions")
    cost = extensions.get("cost") if isinstance(extensions, dict) else None
    if not isinstance(cost, dict):
        return _Told()
    status = cost.get("throttleStatus")
    status = status if isinstance(status, dict) else {}
    return _Told(
        requested=_number(cost.get("requestedQueryCost")) or 0.0,
        available=_number(status.get("currentlyAvailable")),
        capacity=_number(status.get("maximumAvailable")),
        restore=_number(status.get("restoreRate")),
    )


def _wait(told: _Told) -> float | None:
    if told.available is None or not told.restore:
        return None
    return max(0.05, (told.requested - told.available) / told.restore)


def _number(value: object) -> float | None:
    return float(value) if isinstance(value, int | float) and not isinstance(value, bool) else None


def _seconds(value: str | None) -> float | None:
    try:
        return max(0.0, float(value)) if value else None
    except ValueError:
        return None


def _list(value: object) -> list[Any]:
    return value if isinstance(value, list) else []


def _first_message(errors: tuple[Mapping[str, Any], ...]) -> str:
    return str(errors[0].get("message", "refused"))[:200] if errors else "refused"
