"""What every WriteShop promises, asked of the Admin API client against the twin, over HTTP in process."""

import time
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal
from typing import Any

import httpx
import pytest

from demo.shopify.app import make_app
from demo.shopify.records import Order as TwinOrder
from demo.shopify.state import TwinSettings, TwinState
from demo.world import world_from
from shop.order import Address, CustomerId, Financial, LineId, Money, OrderId, VariantId
from shop.reading import ReadMeter, ShopRejected, ShopUnavailable
from shop.shopify.access import ClientCredentials
from shop.shopify.changing import WriteClient
from shop.shopify.client import ReadClient
from shop.shopify.transport import new_http_client
from shop.shopify.writing import ShopifyWriteShop
from shop.writing import (
    AddVariant,
    Cancellation,
    CancelReason,
    CancelState,
    LookUp,
    RefundLine,
    RefundMethod,
    Refused,
    Restock,
    ReturnLine,
    SetQuantity,
    Standing,
    Unconfirmed,
    WriteShop,
    plan_refund,
)
from tests.contracts.test_read_shop import WORLD, no_pause

PLACED = {"customer": "ana", "createdAt": "2026-11-20T14:00:00+01:00"}
ADDRESS = {"name": "Ana Torres", "address1": "1 Example Street", "city": "Paris", "zip": "75011", "country": "FR"}
SIZES = [
    {"sku": "S-M", "options": ["M"], "price": "59.00", "stock": 3},
    {"sku": "S-L", "options": ["L"], "price": "59.00", "stock": 0},
    {"sku": "S-S", "options": ["S"], "price": "49.00", "stock": 5},
    {"sku": "S-XL", "options": ["XL"], "price": "69.00", "stock": 5},
]
SHOP = {
    **WORLD,
    "products": [{"id": "shirt", "title": "Shirt", "options": ["Size"], "variants": SIZES}],
    "orders": [
        {
            "name": "#1",
            **PLACED,
            "address": ADDRESS,
            "shipping": {"title": "Standard", "price": "5.00"},
            "lines": [{"sku": "S-M", "quantity": 2, "state": "open"}, {"sku": "S-XL", "quantity": 1, "state": "open"}],
        },
        {
            "name": "#2",
            **PLACED,
            "lines": [{"sku": "S-M", "quantity": 2, "parts": [{"n": 1, "state": "open"}, {"n": 1, "state": "delivered"}]}],
        },
        {"name": "#3", **PLACED, "lines": [{"sku": "S-M", "quantity": 1, "state": "requested", "warehouse": "North Depot"}]},
        {"name": "#4", **PLACED, "customer": "louis", "lines": [{"sku": "S-M", "quantity": 1, "state": "open"}]},
    ],
}


@dataclass
class Store:
    shop: WriteShop
    twin: TwinState
    control: httpx.AsyncClient

    def order(self, name: str) -> TwinOrder:
        found = next(iter(self.twin.shops.values())).order(name)
        assert found is not None
        return found

    def id(self, name: str) -> OrderId:
        return OrderId(self.order(name).gid)

    def line(self, name: str, index: int = 0) -> LineId:
        return LineId(f"gid://shopify/LineItem/{self.order(name).lines[index].number}")

    def variant(self, sku: str) -> VariantId:
        return VariantId(f"gid://shopify/ProductVariant/{next(iter(self.twin.shops.values())).stock.variants[sku].number}")

    async def standing(self, name: str) -> Standing:
        customer = self.order(name).customer
        assert customer is not None
        found = await self.shop.standing(CustomerId(customer.gid), self.id(name), ReadMeter())
        assert found is not None
        return found

    async def happens(self, name: str, verb: str, **given: Any) -> None:
        (await self.control.post(f"/__sim/orders/{name.lstrip('#')}/{verb}", json=given)).raise_for_status()

    async def plan(self, **fault: Any) -> None:
        (await self.control.post("/__sim/faults", json={"times": 1, **fault})).raise_for_status()

    async def jobs(self) -> None:
        (await self.control.post("/__sim/jobs/run")).raise_for_status()

    def swap(self, name: str, to: str, left: int = 1) -> list[SetQuantity | AddVariant]:
        return [SetQuantity(line=self.line(name), quantity=left), AddVariant(variant=self.variant(to), quantity=1)]


@pytest.fixture
async def store() -> AsyncIterator[Store]:
    app = make_app([world_from(SHOP)], settings=TwinSettings(job_seconds=None))
    transport = httpx.ASGITransport(app)
    async with new_http_client(transport=transport) as http, httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1") as control:
        base = "http://127.0.0.1/shops/northbay"
        reads = ReadClient(http, base, ClientCredentials(http, base, "deskbell-hub", "hub-secret", time.monotonic), sleep=no_pause)
        yield Store(ShopifyWriteShop(WriteClient(reads)), app.state.twin, control)


def eur(amount: str) -> Money:
    return Money(amount=Decimal(amount), currency="EUR")


async def committed(store: Store, name: str, changes: Sequence[SetQuantity | AddVariant]) -> Standing:
    staged = await store.shop.stage(store.id(name), changes, ReadMeter())
    await store.shop.commit(staged.id, ReadMeter(), note="action 7")
    return await store.standing(name)


async def test_an_order_stands_for_its_owner_alone(store: Store) -> None:
    louis = store.order("#4").customer
    assert louis is not None
    assert await store.shop.standing(CustomerId(louis.gid), store.id("#1"), ReadMeter()) is None
    assert await store.shop.standing(CustomerId(louis.gid), OrderId("gid://shopify/Order/1"), ReadMeter()) is None
    assert (await store.standing("#4")).complete


async def test_a_staged_edit_shows_what_it_would_cost_and_changes_nothing(store: Store) -> None:
    before = await store.standing("#1")
    staged = await store.shop.stage(store.id("#1"), store.swap("#1", "S-XL"), ReadMeter())
    assert (staged.total, staged.balance) == (eur("202.0"), eur("10.0"))
    assert [(line.variant_title, line.quantity, line.unit_price) for line in staged.lines] == [
        ("M", 1, eur("59.0")),
        ("XL", 1, eur("69.0")),
    ]
    assert await store.standing("#1") == before


async def test_a_swap_to_a_cheaper_size_leaves_the_order_with_the_new_line_and_a_refund_due(store: Store) -> None:
    after = await committed(store, "#1", store.swap("#1", "S-S"))
    assert [(line.variant, line.quantity) for line in after.lines] == [
        (store.variant("S-M"), 1),
        (store.variant("S-XL"), 1),
        (store.variant("S-S"), 1),
    ]
    assert (after.balance, after.refunded, after.payment_url) == (eur("-10.0"), eur("0.0"), None)
    suggestion = await store.shop.suggest_refund(store.id("#1"), ReadMeter())
    assert suggestion.overpaid == eur("10.0")
    done = await store.shop.refund(plan_refund(suggestion, suggestion.overpaid), "action-7", ReadMeter(), note="action-7")
    assert done.amount == eur("10.0")
    after = await store.standing("#1")
    assert (after.balance, after.refunded, after.financial) == (eur("0.0"), eur("10.0"), Financial.PARTIALLY_REFUNDED)


async def test_a_swap_of_the_same_price_owes_nobody_anything(store: Store) -> None:
    store.twin.shops["northbay"].stock.variants["S-L"].stock = 1
    after = await committed(store, "#1", store.swap("#1", "S-L"))
    assert (after.balance, after.financial) == (eur("0.0"), Financial.PAID)


async def test_a_dearer_size_can_keep_the_price_that_was_agreed(store: Store) -> None:
    change = AddVariant(variant=store.variant("S-XL"), quantity=1, off=eur("10.00"))
    after = await committed(store, "#1", [SetQuantity(line=store.line("#1"), quantity=1), change])
    assert (after.balance, after.lines[-1].unit_price) == (eur("0.0"), eur("59.0"))


async def test_a_swap_to_a_dearer_size_comes_with_shopifys_own_link_to_pay(store: Store) -> None:
    staged = await store.shop.stage(store.id("#1"), store.swap("#1", "S-XL"), ReadMeter())
    done = await store.shop.commit(staged.id, ReadMeter(), notify=True)
    assert (done.balance, done.messages) == (eur("10.0"), ("Order updated", "Invoice sent"))
    assert done.payment_url is not None
    assert (await store.standing("#1")).financial is Financial.PARTIALLY_PAID
    await store.shop.send_invoice(store.id("#1"), ReadMeter())
    await store.happens("#1", "pay")
    after = await store.standing("#1")
    assert (after.balance, after.payment_url, after.financial) == (eur("0.0"), None, Financial.PAID)


async def test_a_size_that_is_sold_out_is_refused(store: Store) -> None:
    with pytest.raises(Refused, match="out of stock"):
        await store.shop.stage(store.id("#1"), store.swap("#1", "S-L"), ReadMeter())


async def test_what_was_bought_by_others_between_review_and_confirm_is_refused(store: Store) -> None:
    staged = await store.shop.stage(store.id("#1"), store.swap("#1", "S-S"), ReadMeter())
    store.twin.shops["northbay"].stock.variants["S-S"].stock = 0
    before = await store.standing("#1")
    with pytest.raises(Refused):
        await store.shop.commit(staged.id, ReadMeter())
    assert await store.standing("#1") == before


async def test_a_removed_line_stays_with_nothing_in_it_and_its_units_go_back_into_stock(store: Store) -> None:
    stock = store.twin.shops["northbay"].stock.variants["S-M"]
    after = await committed(store, "#1", [SetQuantity(line=store.line("#1"), quantity=0)])
    assert [line.quantity for line in after.lines] == [0, 1]
    assert (after.balance, stock.stock) == (eur("-118.0"), 5)


async def test_of_a_partly_shipped_line_only_the_open_units_can_go(store: Store) -> None:
    with pytest.raises(Refused) as no:
        await store.shop.stage(store.id("#2"), [SetQuantity(line=store.line("#2"), quantity=0)], ReadMeter())
    assert [error.field for error in no.value.errors] == [("quantity",)]
    after = await committed(store, "#2", [SetQuantity(line=store.line("#2"), quantity=1)])
    assert after.lines[0].quantity == 1


async def test_a_line_the_warehouse_accepted_meanwhile_is_refused_with_shopifys_error(store: Store) -> None:
    staged = await store.shop.stage(store.id("#1"), store.swap("#1", "S-S"), ReadMeter())
    await store.happens("#1", "request")
    await store.happens("#1", "accept")
    with pytest.raises(Refused, match=r"The order cannot be edited\."):
        await store.shop.commit(staged.id, ReadMeter())
    assert (await store.standing("#1")).balance == eur("0.0")


async def test_an_edit_reviewed_before_another_was_committed_is_stale(store: Store) -> None:
    first = await store.shop.stage(store.id("#1"), store.swap("#1", "S-S"), ReadMeter())
    second = await store.shop.stage(store.id("#1"), store.swap("#1", "S-S"), ReadMeter())
    await store.shop.commit(second.id, ReadMeter())
    for late in (first, second):
        with pytest.raises(Refused, match=r"The calculated order does not exist\."):
            await store.shop.commit(late.id, ReadMeter())


async def test_a_commit_whose_reply_was_lost_is_not_sent_again_and_can_be_looked_up(store: Store) -> None:
    staged = await store.shop.stage(store.id("#1"), store.swap("#1", "S-S"), ReadMeter())
    await store.plan(kind="half_json", operation="OrderEditCommit")
    meter = ReadMeter()
    with pytest.raises(Unconfirmed) as lost:
        await store.shop.commit(staged.id, meter)
    assert (lost.value.look_up, meter.operations) == (LookUp.STANDING, ["OrderEditCommit"])
    assert [line.quantity for line in (await store.standing("#1")).lines] == [1, 1, 1]


async def test_a_commit_that_never_arrived_is_unconfirmed_too_and_shows_as_not_done(store: Store) -> None:
    staged = await store.shop.stage(store.id("#1"), store.swap("#1", "S-S"), ReadMeter())
    await store.plan(kind="reset", operation="OrderEditCommit")
    before = await store.standing("#1")
    with pytest.raises(Unconfirmed):
        await store.shop.commit(staged.id, ReadMeter())
    assert await store.standing("#1") == before
    await store.shop.commit(staged.id, ReadMeter())


async def test_a_lost_reply_while_staging_has_no_effect_and_says_so(store: Store) -> None:
    await store.plan(kind="half_json", operation="OrderEditAddVariant")
    with pytest.raises(ShopUnavailable):
        await store.shop.stage(store.id("#1"), store.swap("#1", "S-S"), ReadMeter())


@pytest.mark.parametrize("kind", ["throttled", "http_429", "http_401"])
async def test_a_change_that_was_turned_away_is_sent_once_more_and_done_once(store: Store, kind: str) -> None:
    staged = await store.shop.stage(store.id("#1"), store.swap("#1", "S-S"), ReadMeter())
    await store.plan(kind=kind, operation="OrderEditCommit", seconds=0)
    await store.shop.commit(staged.id, ReadMeter())
    assert len((await store.standing("#1")).lines) == 3


async def test_a_new_address_stands_on_the_order(store: Store) -> None:
    new = Address(name="Ana Maria Torres", address1="2 Other Street", city="Lyon", zip="69001", country="FR")
    await store.shop.readdress(store.id("#1"), new, ReadMeter())
    assert (await store.standing("#1")).address == new


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"zip": "7"}, "zip"),
        ({"city": None}, "city"),
        ({"name": ""}, "lastName"),
        ({"country": "US", "zip": "10001", "province": "ZZ"}, "province"),
        ({"country": "US", "zip": "", "province": "NY"}, "zip"),
    ],
)
async def test_an_address_that_cannot_be_one_in_its_country_is_refused(store: Store, wrong: dict[str, Any], field: str) -> None:
    given = replace(Address(**ADDRESS), **wrong)
    with pytest.raises(Refused) as no:
        await store.shop.readdress(store.id("#1"), given, ReadMeter())
    assert no.value.errors[0].field == ("shippingAddress", field)
    assert (await store.standing("#1")).address == Address(**ADDRESS)


def whole(store: Store, name: str, refund: RefundMethod | None = RefundMethod.ORIGINAL) -> Cancellation:
    return Cancellation(order=store.id(name), reason=CancelReason.CUSTOMER, refund=refund, note="action 9")


async def test_a_cancel_is_not_done_until_its_job_is(store: Store) -> None:
    job = await store.shop.cancel(whole(store, "#1"), ReadMeter())
    running = await store.shop.cancel_progress(store.id("#1"), job, ReadMeter())
    assert (running.state, running.refunded) == (CancelState.RUNNING, eur("0.0"))
    await store.jobs()
    done = await store.shop.cancel_progress(store.id("#1"), job, ReadMeter())
    assert (done.state, done.refunded, done.financial) == (CancelState.CANCELLED, eur("192.0"), Financial.REFUNDED)
    assert done.cancelled_at == datetime.fromisoformat("2026-11-20T15:00:00+01:00")


async def test_a_parcel_that_left_before_the_job_ran_leaves_the_order_as_it_is(store: Store) -> None:
    job = await store.shop.cancel(whole(store, "#1"), ReadMeter())
    await store.happens("#1", "ship", sku="S-M", quantity=1)
    await store.jobs()
    told = await store.shop.cancel_progress(store.id("#1"), job, ReadMeter())
    assert (told.state, told.cancelled_at, told.refunded) == (CancelState.NOT_CANCELLED, None, eur("0.0"))


async def test_a_cancel_asked_twice_is_refused_the_second_time(store: Store) -> None:
    await store.shop.cancel(whole(store, "#1"), ReadMeter())
    with pytest.raises(Refused, match="Cancellation is already in progress"):
        await store.shop.cancel(whole(store, "#1"), ReadMeter())
    await store.jobs()
    with pytest.raises(Refused) as no:
        await store.shop.cancel(whole(store, "#1"), ReadMeter())
    assert [error.code for error in no.value.errors] == ["INVALID"]


async def test_a_cancel_whose_reply_was_lost_can_be_followed_without_its_job(store: Store) -> None:
    await store.plan(kind="half_json", operation="OrderCancel")
    with pytest.raises(Unconfirmed) as lost:
        await store.shop.cancel(whole(store, "#1"), ReadMeter())
    assert lost.value.look_up is LookUp.STANDING
    assert (await store.shop.cancel_progress(store.id("#1"), None, ReadMeter())).state is CancelState.RUNNING
    await store.jobs()
    assert (await store.shop.cancel_progress(store.id("#1"), None, ReadMeter())).state is CancelState.CANCELLED


async def test_a_partly_shipped_order_cannot_be_cancelled_whole(store: Store) -> None:
    with pytest.raises(Refused, match="outstanding fulfillments"):
        await store.shop.cancel(whole(store, "#2"), ReadMeter())


@pytest.mark.parametrize(("method", "credit", "back"), [(RefundMethod.STORE_CREDIT, "192", "192.0"), (None, "0", "0.0")])
async def test_a_cancelled_order_gives_the_money_back_as_chosen(store: Store, method: RefundMethod | None, credit: str, back: str) -> None:
    job = await store.shop.cancel(whole(store, "#1", method), ReadMeter())
    await store.jobs()
    told = await store.shop.cancel_progress(store.id("#1"), job, ReadMeter())
    customer = store.order("#1").customer
    assert customer is not None
    assert (told.state, told.refunded, customer.store_credit) == (CancelState.CANCELLED, eur(back), Decimal(credit))


async def test_the_refund_of_cancelled_lines_is_the_shops_sum_less_the_brands_fee(store: Store) -> None:
    lines = [RefundLine(line=store.line("#1"), quantity=1)]
    suggestion = await store.shop.suggest_refund(store.id("#1"), ReadMeter(), lines=lines)
    assert (suggestion.amount, suggestion.maximum) == (eur("59.0"), eur("192.0"))
    await store.shop.refund(plan_refund(suggestion, eur("54.00")), "action-1", ReadMeter())
    after = await store.standing("#1")
    assert (after.refunded, after.balance, [line.quantity for line in after.lines]) == (eur("54.0"), eur("0.0"), [1, 1])
    assert sum(n for warehouse in after.warehouses for _, n in warehouse.units) == 2


async def test_the_same_refund_asked_twice_is_one_refund(store: Store) -> None:
    suggestion = await store.shop.suggest_refund(store.id("#1"), ReadMeter(), lines=[RefundLine(line=store.line("#1"), quantity=1)])
    plan = plan_refund(suggestion, suggestion.amount)
    first = await store.shop.refund(plan, "action-1", ReadMeter(), note="n")
    assert await store.shop.refund(plan, "action-1", ReadMeter(), note="n") == first
    with pytest.raises(Refused):
        await store.shop.refund(replace(plan, amount=eur("1.00"), shares=((plan.shares[0][0], Decimal(1)),)), "action-1", ReadMeter())
    after = await store.standing("#1")
    assert ([refund.id for refund in after.refunds], after.refunded) == ([first.id], eur("59.0"))


@pytest.mark.parametrize("kind", ["half_json", "reset", "http_500"])
async def test_a_refund_whose_reply_was_lost_is_asked_again_with_its_key_and_given_once(store: Store, kind: str) -> None:
    suggestion = await store.shop.suggest_refund(store.id("#1"), ReadMeter(), lines=[RefundLine(line=store.line("#1"), quantity=1)])
    await store.plan(kind=kind, operation="RefundCreate")
    done = await store.shop.refund(plan_refund(suggestion, suggestion.amount), "action-1", ReadMeter())
    assert [refund.id for refund in (await store.standing("#1")).refunds] == [done.id]


async def test_a_refund_that_stays_unconfirmed_names_its_key_as_the_way_out(store: Store) -> None:
    suggestion = await store.shop.suggest_refund(store.id("#1"), ReadMeter(), lines=[RefundLine(line=store.line("#1"), quantity=1)])
    plan = plan_refund(suggestion, suggestion.amount)
    await store.plan(kind="half_json", operation="RefundCreate", times=3)
    with pytest.raises(Unconfirmed) as lost:
        await store.shop.refund(plan, "action-1", ReadMeter())
    assert lost.value.look_up is LookUp.SAME_KEY
    await store.shop.refund(plan, "action-1", ReadMeter())
    assert (await store.standing("#1")).refunded == eur("59.0")


async def test_more_than_is_refundable_cannot_even_be_planned_and_is_refused_by_the_shop(store: Store) -> None:
    suggestion = await store.shop.suggest_refund(store.id("#1"), ReadMeter())
    for wrong in (eur("192.01"), eur("0.00"), eur("-1.00"), Money(amount=Decimal(1), currency="USD")):
        with pytest.raises(ValueError, match="refund"):
            plan_refund(suggestion, wrong)
    plan = plan_refund(suggestion, eur("192.00"))
    with pytest.raises(Refused, match=r"is greater than net payment received €192\.00"):
        await store.shop.refund(replace(plan, shares=((plan.shares[0][0], Decimal("999.00")),)), "k", ReadMeter())
    assert (await store.standing("#1")).refunded == eur("0.0")


async def test_units_that_are_not_there_are_not_refunded(store: Store) -> None:
    with pytest.raises(ShopRejected):
        await store.shop.suggest_refund(store.id("#1"), ReadMeter(), lines=[RefundLine(line=store.line("#1"), quantity=3)])


async def test_a_refund_can_go_to_store_credit(store: Store) -> None:
    lines = [RefundLine(line=store.line("#1"), quantity=1, restock=Restock.NO_RESTOCK)]
    suggestion = await store.shop.suggest_refund(store.id("#1"), ReadMeter(), lines=lines, method=RefundMethod.STORE_CREDIT)
    plan = plan_refund(suggestion, suggestion.amount)
    assert plan.shares == ()
    assert (await store.shop.refund(plan, "action-1", ReadMeter())).amount == eur("59.0")
    customer = store.order("#1").customer
    assert customer is not None
    assert customer.store_credit == Decimal("59.00")


async def test_what_has_left_can_be_asked_to_come_back_once(store: Store) -> None:
    [part] = await store.shop.returnable(store.id("#2"), ReadMeter())
    assert (part.line, part.quantity) == (store.line("#2"), 1)
    reasons = await store.shop.return_reasons(ReadMeter())
    small = next(reason for reason in reasons if reason.handle == "size-too-small")
    wanted = [ReturnLine(id=part.id, quantity=1, reason=small.id, note="Too tight")]
    made = await store.shop.request_return(store.id("#2"), wanted, ReadMeter())
    assert made.status == "REQUESTED"
    assert (await store.standing("#2")).returns == (made,)
    assert await store.shop.returnable(store.id("#2"), ReadMeter()) == ()
    with pytest.raises(Refused) as no:
        await store.shop.request_return(store.id("#2"), wanted, ReadMeter())
    assert no.value.errors[0].code == "INVALID"


async def test_a_hold_of_ours_is_found_by_its_handle_and_ends_alone(store: Store) -> None:
    await store.happens("#1", "hold", reason="HIGH_RISK_OF_FRAUD")
    [warehouse] = (await store.standing("#1")).warehouses
    placed = await store.shop.hold(warehouse.id, "deskbell-42", ReadMeter())
    with pytest.raises(Refused) as no:
        await store.shop.hold(warehouse.id, "deskbell-42", ReadMeter())
    assert no.value.errors[0].code == "DUPLICATE_FULFILLMENT_HOLD_HANDLE"
    [warehouse] = (await store.standing("#1")).warehouses
    assert [(hold.handle, hold.ours) for hold in warehouse.holds] == [(None, False), ("deskbell-42", True)]
    for _ in range(2):
        await store.shop.release(warehouse.id, [placed], ReadMeter())
    [warehouse] = (await store.standing("#1")).warehouses
    assert (warehouse.status, [hold.reason for hold in warehouse.holds]) == ("ON_HOLD", ["HIGH_RISK_OF_FRAUD"])
    with pytest.raises(ValueError, match="every hold would end"):
        await store.shop.release(warehouse.id, [], ReadMeter())


async def test_an_order_can_be_edited_under_our_own_hold(store: Store) -> None:
    [warehouse] = (await store.standing("#1")).warehouses
    placed = await store.shop.hold(warehouse.id, "deskbell-42", ReadMeter())
    after = await committed(store, "#1", store.swap("#1", "S-S"))
    assert after.balance == eur("-10.0")
    await store.shop.release(warehouse.id, [placed], ReadMeter())
    assert {each.status for each in (await store.standing("#1")).warehouses} == {"OPEN"}


async def test_a_request_the_warehouse_has_not_accepted_is_withdrawn_before_the_edit(store: Store) -> None:
    remove = [SetQuantity(line=store.line("#3"), quantity=0)]
    with pytest.raises(Refused):
        await store.shop.stage(store.id("#3"), remove, ReadMeter())
    [warehouse] = (await store.standing("#3")).warehouses
    instead = await store.shop.withdraw(warehouse.id, ReadMeter())
    assert {each.id: each.status for each in (await store.standing("#3")).warehouses}[instead] == "OPEN"
    assert (await committed(store, "#3", remove)).balance == eur("-59.0")


async def test_a_warehouse_that_accepted_is_asked_to_stop_once(store: Store) -> None:
    await store.happens("#3", "accept")
    [warehouse] = (await store.standing("#3")).warehouses
    assert "REQUEST_CANCELLATION" in warehouse.actions
    with pytest.raises(Refused):
        await store.shop.withdraw(warehouse.id, ReadMeter())
    await store.shop.ask_to_stop(warehouse.id, ReadMeter(), message="The shopper changed their mind")
    assert "REQUEST_CANCELLATION" not in (await store.standing("#3")).warehouses[0].actions
    with pytest.raises(Refused):
        await store.shop.ask_to_stop(warehouse.id, ReadMeter())


async def test_the_agents_key_changes_nothing(store: Store) -> None:
    assert isinstance(store.shop, ShopifyWriteShop)
    reads = store.shop.client.reads
    reads.tokens = ClientCredentials(reads.http, reads.base_url, "deskbell-read", "read-secret", time.monotonic)
    with pytest.raises(ShopRejected, match="Access denied"):
        await store.shop.cancel(whole(store, "#1"), ReadMeter())
    with pytest.raises(ShopRejected, match="Access denied"):
        await store.shop.stage(store.id("#1"), store.swap("#1", "S-S"), ReadMeter())
