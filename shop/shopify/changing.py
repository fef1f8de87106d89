"""Saying a change to Shopify, once. Only the Hub's and the desk's writing port imports this (house.md 2).

A change is never sent twice by itself: what did not run (refused token, limit, connection never opened) is a plain error, what may have
run is `Unconfirmed`. Only a change with an idempotency key may be sent again.
"""

import asyncio
import json
import logging
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

import httpx
from graphql import OperationDefinitionNode, OperationType, parse
from graphql.error import GraphQLSyntaxError

from shop.reading import ReadMeter, ShopRejected, ShopThrottled, ShopUnavailable
from shop.shopify.client import ReadClient
from shop.shopify.documents import OPERATIONS, assembled
from shop.shopify.fields import Node, node, nodes, text, texts
from shop.writing import LookUp, Refused, Unconfirmed, UserError

log = logging.getLogger(__name__)

CHANGES = OPERATIONS / "changes"
TOTAL = 10.0
"""Seconds for one change: longer than a read, for nothing is worse than not knowing."""
AGAIN = 2
"""How often a change with a key is sent again."""
COST = 50.0
"""Points a change is believed to cost: the dearest of ours costs 43."""
UNOPENED = (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout)
"""The call never left."""
MAY_HAVE_RUN = frozenset({"INTERNAL_SERVER_ERROR", "TIMEOUT", "SERVICE_UNAVAILABLE"})


class NotAChange(ShopRejected):
    """The document is no single named mutation with one root field."""


@dataclass(frozen=True, slots=True)
class WriteDocument:
    """One GraphQL mutation with one root field."""

    text: str
    operation: str = field(init=False, default="")
    root: str = field(init=False, default="")

    def __post_init__(self) -> None:
        try:
            operations = [one for one in parse(self.text).definitions if isinstance(one, OperationDefinitionNode)]
        except GraphQLSyntaxError as error:
            raise NotAChange(f"not a GraphQL document: {error.message}") from error
        if len(operations) != 1 or operations[0].operation is not OperationType.MUTATION or operations[0].name is None:
            raise NotAChange("a document must be exactly one named mutation")
        roots = [getattr(selection, "name", None) for selection in operations[0].selection_set.selections]
        if len(roots) != 1 or roots[0] is None:
            raise NotAChange("a change has one root field")
        object.__setattr__(self, "operation", operations[0].name.value)
        object.__setattr__(self, "root", roots[0].value)


@lru_cache(maxsize=64)
def write_document(name: str) -> WriteDocument:
    """`operations/changes/{name}.graphql`. Raises NotAChange, FileNotFoundError."""
    return WriteDocument(assembled(CHANGES, name))


def change_names() -> tuple[str, ...]:
    """Every change there is, by file name without ending."""
    return tuple(sorted(path.stem for path in CHANGES.glob("*.graphql") if not path.stem.startswith("00_")))


class _DidNotRun(Exception):
    """The shop turned the call away before it ran; it may be sent again after so many seconds."""

    def __init__(self, why: str, after: float) -> None:
        self.after = after
        super().__init__(why)


class _Lost(Exception):
    """The call may have run."""


@dataclass(slots=True)
class WriteClient:
    """Speaks to one shop with the credential that may change it. `reads` holds that app's key, address and bucket: never the agent's."""

    reads: ReadClient
    total: float = TOTAL

    async def change(
        self, name: str, variables: Mapping[str, Any], meter: ReadMeter, look_up: LookUp | None, *, keyed: bool = False
    ) -> Node:
        """The payload of one change. `look_up` None: it changes nothing anybody sees, so a lost answer is only ShopUnavailable.

        Raises ShopUnavailable, ShopThrottled, ShopRejected: nothing was changed; Refused: the shop's no; Unconfirmed.
        """
        document, ends = write_document(name), self.reads.monotonic() + self.total
        for attempt in range(1 + AGAIN):
            last = attempt == AGAIN
            try:
                return _accepted(document, await self._attempt(document, variables, meter, ends))
            except _DidNotRun as turned_away:
                if last or self.reads.monotonic() + turned_away.after >= ends:
                    raise ShopThrottled(str(turned_away)) from None
                await self.reads.sleep(turned_away.after)
            except _Lost as lost:
                log.warning("no answer to %s: %s", document.operation, lost)
                if look_up is None:
                    raise ShopUnavailable(str(lost)) from None
                if last or not keyed or self.reads.monotonic() >= ends:
                    raise Unconfirmed(document.operation, look_up, str(lost)) from None
        raise ShopUnavailable("no time left")

    async def _attempt(self, document: WriteDocument, variables: Mapping[str, Any], meter: ReadMeter, ends: float) -> Node:
        wait = self.reads.bucket.wait_for(COST)
        if self.reads.monotonic() + wait >= ends:
            raise ShopThrottled("the shop's limit is used up for now")
        if wait > 0:
            await self.reads.sleep(wait)
        token = await self.reads.tokens.token()
        self.reads.bucket.reserve(COST)
        meter.queries += 1
        meter.operations.append(document.operation)
        available: float | None = None
        try:
            async with asyncio.timeout(max(0.01, ends - self.reads.monotonic())):
                answer = await self._post(document, variables, token)
            body = self._read(answer, token)
            available = _available(body)
            return _payload(document, body)
        except UNOPENED as error:
            raise ShopUnavailable(f"the connection failed: {type(error).__name__}") from error
        except TimeoutError as error:
            raise _Lost("the shop did not answer in time") from error
        except httpx.HTTPError as error:
            raise _Lost(f"the connection failed: {type(error).__name__}") from error
        finally:
            self.reads.bucket.settle(COST, spent=COST, available=available)

    async def _post(self, document: WriteDocument, variables: Mapping[str, Any], token: str) -> httpx.Response:
        return await self.reads.http.post(
            f"{self.reads.base_url}/admin/api/{self.reads.version}/graphql.json",
            json={"query": document.text, "variables": dict(variables), "operationName": document.operation},
            headers={"X-Shopify-Access-Token": token},
            timeout=self.total,
        )

    def _read(self, answer: httpx.Response, token: str) -> Node:
        match answer.status_code:
            case 200:
                pass
            case 401:
                self.reads.tokens.refused(token)
                raise _DidNotRun("the shop no longer took our token", 0.0)
            case 429:
                raise _DidNotRun("the shop asks us to wait (HTTP 429)", _seconds(answer.headers.get("Retry-After")))
            case 402 | 423:
                raise ShopUnavailable(f"the shop is frozen or locked (HTTP {answer.status_code})")
            case status if status >= 500 or status == 408:
                raise _Lost(f"the shop failed (HTTP {status})")
            case status:
                raise ShopRejected(f"the shop refused the request (HTTP {status})")
        try:
            body = json.loads(answer.content)
        except ValueError:
            raise _Lost("the shop's answer was cut short") from None
        if not isinstance(body, dict):
            raise _Lost("the shop's answer was no object")
        return body


def _payload(document: WriteDocument, body: Node) -> Node:
    """What the mutation gave. An error below it takes nothing back: the change was applied and part of the answer withheld (recorded)."""
    errors = nodes(body.get("errors"))
    codes = {text(node(error.get("extensions")).get("code")) for error in errors}
    if "THROTTLED" in codes:
        raise _DidNotRun("the shop asks us to wait", _wait(body))
    payload = node(body.get("data")).get(document.root)
    if isinstance(payload, Mapping):
        return payload
    if codes & MAY_HAVE_RUN or not errors:
        raise _Lost("the shop answered without data")
    message = text(errors[0].get("message")) or "refused"
    log.warning("shop refused %s: %s", document.operation, message)
    raise ShopRejected(message[:200])


def _accepted(document: WriteDocument, payload: Node) -> Node:
    errors = nodes(payload.get("userErrors")) or nodes(payload.get("orderCancelUserErrors"))
    if errors:
        raise Refused(document.operation, [_user_error(error) for error in errors])
    return payload


def _user_error(told: Node) -> UserError:
    return UserError(message=text(told.get("message")) or "", field=tuple(texts(told.get("field"))), code=text(told.get("code")))


def _status(body: Node) -> tuple[Node, Node]:
    cost = node(node(body.get("extensions")).get("cost"))
    return cost, node(cost.get("throttleStatus"))


def _available(body: Node) -> float | None:
    value = _status(body)[1].get("currentlyAvailable")
    return float(value) if isinstance(value, int | float) else None


def _wait(body: Node) -> float:
    cost, status = _status(body)
    wanted, there, restore = cost.get("requestedQueryCost"), status.get("currentlyAvailable"), status.get("restoreRate")
    if isinstance(wanted, int | float) and isinstance(there, int | float) and isinstance(restore, int | float) and restore:
        return max(0.05, (wanted - there) / restore)
    return 1.0


def _seconds(value: str | None) -> float:
    try:
        return max(0.0, float(value)) if value else 1.0
    except ValueError:
        return 1.0
