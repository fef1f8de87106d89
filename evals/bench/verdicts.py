"""Every state, wish and rule through the whole path, from world file to answer, held against the oracle.

`python -m evals.bench.verdicts [--cases N] [--show N]` prints n, the share that is right, and each case that is not.
"""

import argparse
import asyncio
import itertools
import logging
import random
import tempfile
import time as clocks
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, time, timedelta
from pathlib import Path
from typing import Any

import structlog
import yaml

from channels.message import Channel
from evals.bench.oracle import LineOf, OrderOf, Saying, Says, ShopOf, UnitsOf, judge
from evals.bench.plain_words import ASK, BAG_TYPE, HEADING, POLICY, TITLE
from identity.levels import Proof, ProofKind
from server.assembly import OneOff, Stand, open_one_off
from server.cli import shapes
from server.engine.turns import Answered
from server.services.chat import Chat

NOW = datetime(2026, 11, 18, 11, 0, tzinfo=UTC)  # a Wednesday, 12:00 in Paris
LANGUAGES = ("en", "fr", "ja", "es", "de")
STATE_WORDS = {"shipped": "in_transit", "unlisted": "unknown", "incomplete": "packing"}
SIZED = frozenset({"shirt", "coat"})
SWITCHES = ("swap_variant", "set_quantity", "remove_lines", "set_address", "cancel_order")


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    name: str
    shop: ShopOf
    language: str
    order: OrderOf
    wish: str
    channel: Channel = Channel.WEBCHAT
    named: tuple[int, ...] | None = None
    others: tuple[OrderOf, ...] = ()
    """Further orders of the same shopper, which must not matter."""


def saying(of: str, key: str, language: str, *, n: int = 0, title: str = "", approved: bool = True, **means: Any) -> Saying:
    return Saying(of=of, text=f"{key}|" + POLICY[key][language].format(n=n, title=title), approved=approved, **means)  # type: ignore[arg-type]


def edit(language: str, minutes: int = 60) -> Saying:
    return saying("edit", "edit_within", language, n=minutes, within=timedelta(minutes=minutes))


def cancel(language: str, hours: int = 2) -> Saying:
    return saying("cancel", "cancel_within", language, n=hours, within=timedelta(hours=hours))


def line(product: str, *units: UnitsOf, language: str, **more: Any) -> LineOf:
    marks = {
        "pen": {("kind", "personalised")},
        "tote": {("type", "bags"), ("title", "tote")},
        "coat": {("kind", "pre_order")},
        "scarf": {("kind", "final_sale")},
        "hat": {("tag", "clearance")},
    }
    return LineOf(
        title=TITLE[product][language],
        sku=product,
        units=units or (UnitsOf(state="open"),),
        marks=frozenset(marks.get(product, set())),
        gift_card=product == "card",
        digital=product == "pattern",
        plan="Pre-order" if product == "coat" else None,
        **more,
    )


AGO = timedelta(hours=20)
DELIVERED = NOW - timedelta(days=3)
STATES: dict[str, UnitsOf] = {
    "open": UnitsOf(state="open", n=2),
    "requested": UnitsOf(state="requested", n=2),
    "held_ours": UnitsOf(state="held", n=2, kind="ours"),
    "held_harmless": UnitsOf(state="held", n=2, kind="harmless"),
    "held_bad": UnitsOf(state="held", n=2, kind="bad"),
    "scheduled": UnitsOf(state="scheduled", n=2),
    "accepted": UnitsOf(state="accepted", n=2),
    "accepted_asked": UnitsOf(state="accepted", n=2, kind="asked"),
    "accepted_rejected": UnitsOf(state="accepted", n=2, kind="rejected"),
    "accepted_none": UnitsOf(state="accepted", n=2, kind="takes_none"),
    "packing": UnitsOf(state="packing", n=2),
    "incomplete": UnitsOf(state="incomplete", n=2),
    "shipped": UnitsOf(state="shipped", n=2, at=NOW - timedelta(minutes=10)),
    "delivered": UnitsOf(state="delivered", n=2, at=DELIVERED),
    "unlisted": UnitsOf(state="unlisted", n=2),
}


def cases() -> Iterator[Case]:
    """Without end of its own: families in turn, languages and channels going round."""
    languages = itertools.cycle(LANGUAGES)
    yield from _states(languages)
    yield from _mixed(languages)
    yield from _windows(languages)
    yield from _exclusions(languages)
    yield from _switches(languages)
    yield from _around(languages)


def _usual(language: str) -> ShopOf:
    return ShopOf(sayings=(edit(language), cancel(language)))


def _order(*lines: LineOf, ago: timedelta = timedelta(minutes=20), **more: Any) -> OrderOf:
    placed = NOW - ago
    old = any(units.state == "delivered" for one in lines for units in one.units)
    return OrderOf(placed=placed if not old else min(placed, DELIVERED - timedelta(days=2)), lines=lines, **more)


def _states(languages: Iterator[str]) -> Iterator[Case]:
    """Every row of 4.4 with every wish, inside the window and outside."""
    wishes = tuple(ASK)
    for wish in wishes:
        for name, units in STATES.items():
            for ago in (timedelta(minutes=20), timedelta(hours=5)):
                language = next(languages)
                product = "shirt"
                order = _order(line(product, units, language=language), ago=ago)
                yield Case(name=f"{name}/{ago}", shop=_usual(language), language=language, order=order, wish=wish, named=_one(wish))
        for special in ("cancelled", "gift_card", "digital", "pick_up", "pick_up_ready", "b2b", "app", "returns", "dispute", "risk", "old"):
            if wish == "swap" and special in ("gift_card", "digital"):
                continue
            language = next(languages)
            yield Case(
                name=special, shop=_usual(language), language=language, order=_special(special, language), wish=wish, named=_one(wish)
            )


def _special(name: str, language: str) -> OrderOf:
    shirt = line("shirt", UnitsOf(state="open", n=2), language=language)
    match name:
        case "cancelled":
            return _order(shirt, cancelled=True)
        case "gift_card":
            return _order(line("card", UnitsOf(state="open", n=2), language=language))
        case "digital":
            return _order(line("pattern", UnitsOf(state="open", n=2), language=language))
        case "pick_up":
            return _order(shirt, pick_up=True)
        case "pick_up_ready":
            return _order(line("shirt", UnitsOf(state="ready_for_pickup", n=2), language=language), pick_up=True)
        case "old":
            return _order(shirt, ago=timedelta(days=61))
        case "returns":
            return _order(shirt, line("tote", UnitsOf(state="delivered", at=DELIVERED), language=language), unusual="returns")
        case _:
            return _order(shirt, unusual=name)


def _one(wish: str, place: int = 0) -> tuple[int, ...] | None:
    return (place,) if wish in ("swap", "more", "less", "remove", "cancel_lines") else None


def _mixed(languages: Iterator[str]) -> Iterator[Case]:
    """Orders whose lines, or units of a line, are in different states."""
    pairs = (
        ("open", "shipped"),
        ("shipped", "open"),
        ("open", "delivered"),
        ("open", "packing"),
        ("accepted", "open"),
        ("open", "accepted"),
        ("accepted", "shipped"),
        ("accepted_asked", "open"),
        ("held_bad", "open"),
        ("open", "unlisted"),
        ("shipped", "delivered"),
        ("packing", "shipped"),
        ("scheduled", "held_ours"),
    )
    for wish in ("cancel_order", "remove", "less", "address", "return", "status", "payment", "cancel_lines", "swap"):
        for first, second in pairs:
            language = next(languages)
            order = _order(line("shirt", STATES[first], language=language), line("tote", STATES[second], language=language))
            yield Case(name=f"{first}+{second}", shop=_usual(language), language=language, order=order, wish=wish, named=_one(wish))
        language = next(languages)
        split = (UnitsOf(state="open", n=1), UnitsOf(state="shipped", n=2, at=NOW - timedelta(minutes=5)))
        order = _order(line("shirt", *split, language=language), line("tote", STATES["open"], language=language))
        yield Case(name="split line", shop=_usual(language), language=language, order=order, wish=wish, named=_one(wish))


def _windows(languages: Iterator[str]) -> Iterator[Case]:
    """The deadline and the seconds around it (P-20), shortest first (P-17), hours of the wall (P-02), states."""
    second = timedelta(seconds=1)
    for wish, hold in (
        ("swap", 60),
        ("less", 60),
        ("address", 60),
        ("remove", 60),
        ("cancel_lines", 60),
        ("cancel_order", 120),
        ("payment", 120),
    ):
        for off in (-second, timedelta(), second):
            language = next(languages)
            order = _order(line("shirt", STATES["open"], language=language), ago=timedelta(minutes=hold) + off)
            yield Case(name=f"edge {off}", shop=_usual(language), language=language, order=order, wish=wish, named=_one(wish))
    two_in, hour_in, bound_in, only_in = next(languages), next(languages), next(languages), next(languages)
    for wish in ("swap", "remove", "cancel_order", "address"):
        for minutes in (29, 31):
            language = two_in
            two = ShopOf(sayings=(edit(language), saying("both", "both_within", language, n=30, within=timedelta(minutes=30))))
            order = _order(line("shirt", STATES["open"], language=language), ago=timedelta(minutes=minutes))
            yield Case(name=f"two windows {minutes}", shop=two, language=language, order=order, wish=wish, named=_one(wish))
        for ago in (timedelta(hours=1), timedelta(hours=21), timedelta(hours=23)):
            language = hour_in
            hour = ShopOf(sayings=(saying("both", "both_until_hour", language, hour=time(14, 0)),))
            order = _order(line("shirt", STATES["open"], language=language), ago=ago)
            yield Case(name=f"hour {ago}", shop=hour, language=language, order=order, wish=wish, named=_one(wish))
        for state in ("open", "packing", "accepted", "shipped"):
            language = bound_in
            bound = ShopOf(
                sayings=(
                    saying("edit", "edit_until_packed", language, until="packed"),
                    saying("cancel", "cancel_until_shipped", language, until="shipped"),
                )
            )
            order = _order(line("shirt", STATES[state], language=language), ago=AGO)
            yield Case(name=f"until state, {state}", shop=bound, language=language, order=order, wish=wish, named=_one(wish))
    for wish in ("remove", "cancel_lines", "cancel_order"):
        for minutes in (100, 130):
            language = only_in
            only = ShopOf(sayings=(cancel(language),))
            lines = (line("shirt", STATES["open"], language=language), line("tote", STATES["shipped"], language=language))
            order = _order(*lines, ago=timedelta(minutes=minutes))
            yield Case(name=f"cancel cut-off only {minutes}", shop=only, language=language, order=order, wish=wish, named=_one(wish))


def _exclusions(languages: Iterator[str]) -> Iterator[Case]:
    kinds = (
        ("no_personalised", "both", ("kind", "personalised"), "pen"),
        ("no_final_sale", "both", ("kind", "final_sale"), "scarf"),
        ("no_pre_order", "both", ("kind", "pre_order"), "coat"),
        ("no_tag", "both", ("tag", "clearance"), "hat"),
        ("no_type", "edit", ("type", "bags"), "tote"),
        ("no_title", "cancel", ("title", "tote"), "tote"),
    )
    for key, of, mark, product in kinds:
        language = next(languages)
        for wish in ("less", "remove", "cancel_order", "cancel_lines", "address"):
            for alone in (True, False):
                barred = saying(of, key, language, title=TITLE[product][language], except_for=mark)
                shop = ShopOf(sayings=(edit(language), cancel(language), barred))
                state = STATES["scheduled"] if product == "coat" else STATES["open"]
                lines = [line(product, state, language=language)]
                if not alone:
                    lines.append(line("shirt", STATES["open"], language=language))
                yield Case(name=key, shop=shop, language=language, order=_order(*lines), wish=wish, named=_one(wish))


def _switches(languages: Iterator[str]) -> Iterator[Case]:
    """F-12 where no rule speaks, F-02, drafts (F-14), and a Hub that is not there (4.7)."""
    for wish in ("swap", "more", "less", "remove", "cancel_lines", "address", "cancel_order", "payment"):
        for on in (True, False):
            for state in ("open", "accepted"):
                language = "en" if on else "ja"
                shop = ShopOf(sayings=(), switches=frozenset(SWITCHES if on else ()), increase=on)
                order = _order(line("shirt", STATES[state], language=language), ago=AGO)
                yield Case(name=f"switch {on} {state}", shop=shop, language=language, order=order, wish=wish, named=_one(wish))
        language = "fr"
        drafts = ShopOf(sayings=tuple(replace(one, approved=False) for one in (edit(language), cancel(language))))
        order = _order(line("shirt", STATES["open"], language=language))
        yield Case(name="drafts", shop=drafts, language=language, order=order, wish=wish, named=_one(wish))
        for state in ("open", "shipped", "accepted", "packing"):
            language = "de"
            order = _order(line("shirt", STATES[state], language=language))
            none = replace(_usual(language), hub=False)
            yield Case(name=f"no hub {state}", shop=none, language=language, order=order, wish=wish, named=_one(wish))


def _around(languages: Iterator[str]) -> Iterator[Case]:
    """Countries (F-05), adding, returns, several orders, and the other channels."""
    for country in ("FR", "NO", "CH", "GB", "US", None):
        for wish, state in (("cancel_order", "shipped"), ("cancel_order", "packing"), ("swap", "open"), ("return", "delivered")):
            language = next(languages)
            order = _order(line("shirt", STATES[state], language=language), ago=timedelta(hours=3), country=country)
            yield Case(name=f"country {country}", shop=_usual(language), language=language, order=order, wish=wish, named=_one(wish))
    for key, of in (("add_yes", "add_yes"), ("add_no", "add_no")):
        language = next(languages)
        for state in ("open", "shipped", "packing", "accepted"):
            within = timedelta(hours=1) if of == "add_yes" else None
            shop = ShopOf(sayings=(edit(language), saying(of, key, language, within=within)))
            order = _order(line("shirt", STATES[state], language=language))
            yield Case(name=f"{key} {state}", shop=shop, language=language, order=order, wish="add_item")
    for days in (2, 3, 4, 30):
        for approved in (True, False):
            language = next(languages)
            back = saying("returns", "returns_within", language, n=days, within=timedelta(days=days), approved=approved)
            order = _order(line("shirt", STATES["delivered"], language=language))
            yield Case(name=f"returns {days}", shop=ShopOf(sayings=(back,)), language=language, order=order, wish="return")
    for channel in (Channel.SMS, Channel.WHATSAPP, Channel.EMAIL):
        for wish in ASK:
            for state in ("open", "shipped", "accepted", "packing"):
                language = next(languages)
                order = _order(line("shirt", STATES[state], language=language), line("tote", STATES["open"], language=language))
                other = _order(line("pen", STATES["open"], language=language), ago=timedelta(minutes=50))
                shop = _usual(language)
                yield Case(
                    name=f"{channel.value} {state}",
                    shop=shop,
                    language=language,
                    order=order,
                    wish=wish,
                    channel=channel,
                    named=_one(wish),
                    others=(other,),
                )


# World files


def _world(shop: ShopOf, language: str, group: Sequence[tuple[int, Case]]) -> dict[str, Any]:
    policies = []
    for place, one in enumerate(shop.sayings):
        key, text = one.text.split("|", 1)
        topic = "except" if one.except_for else key.split("_")[0] if key.split("_")[0] in HEADING else one.of
        heading = HEADING[topic][language]
        policies.append({"id": f"p{place}_{key}", "locale": language, "title": heading, "text": text, "approved": one.approved})
    return {
        "clock": NOW.isoformat(),
        "brand": {
            "id": "oak",
            "name": "Oak & Pine",
            "shop": "oak.myshopify.com",
            "site": "https://oak.example.com",
            "currency": "EUR",
            "time_zone": shop.zone,
            "locales": [language],
            "channels": ["webchat", "sms", "whatsapp", "email"],
            "all_orders": shop.all_orders,
            "hub": {"active": shop.hub, "changes": sorted(shop.switches), "increase_quantity": shop.increase},
        },
        "policies": policies,
        "warehouses": [{"name": "Depot"}, {"name": "Fort", "takes_cancellations": False}],
        "products": _products(language),
        "customers": [
            {"id": f"c{n}", "name": "Ana Torres", "email": f"shopper{n}@example.com", "phone": f"+1202555{n:04d}", "locale": language}
            for n, _ in group
        ],
        "orders": [entry for n, case in group for entry in _orders(n, case)],
    }


def _products(language: str) -> list[dict[str, Any]]:
    def of(key: str, **more: Any) -> dict[str, Any]:
        return {"id": key, "title": TITLE[key][language], "variants": [{"sku": key, "price": "25.00", "stock": 40}], **more}

    sizes = [{"sku": sku, "options": [size], "price": "59.00", "stock": 9} for sku, size in (("shirt", "M"), ("shirt-l", "L"))]
    return [
        of("shirt", type="Shirts", options=["Size"], variants=sizes),
        of("tote", type=BAG_TYPE[language]),
        of("pen", type="Gifts", tags=["personalised"]),
        of("coat", type="Coats", tags=["pre-order"]),
        of("scarf", type="Scarves", tags=["final-sale"]),
        of("hat", type="Hats", tags=["clearance"]),
        of("card", type="Gift cards", gift_card=True, ships=False),
        of("pattern", type="Downloads", ships=False),
    ]


def _orders(n: int, case: Case) -> Iterator[dict[str, Any]]:
    for k, order in enumerate((case.order, *case.others)):
        entry: dict[str, Any] = {
            "name": f"#{number(n, k)}",
            "customer": f"c{n}",
            "createdAt": order.placed.isoformat(),
            "lines": [_line(one, order) for one in order.lines],
        }
        if order.country is not None:
            entry["address"] = {
                "name": "Ana Torres",
                "address1": "12 Example Street",
                "city": "Town",
                "zip": "75011",
                "country": order.country,
            }
        if order.cancelled:
            entry |= {"cancelledAt": (NOW - timedelta(minutes=5)).isoformat(), "financial": "REFUNDED"}
        if order.pick_up:
            entry["shipping"] = {"title": "Boutique", "method": "pick_up"}
        else:
            entry["shipping"] = {"title": "Standard", "method": "shipping", "price": "4.90"}
        keys = {"b2b": ("b2b", True), "app": ("app", "Other"), "returns": ("returns", "open"), "dispute": ("dispute", True)}
        if order.unusual:
            key, value = keys.get(order.unusual, ("risk", "INVESTIGATE"))
            entry[key] = value
        yield entry


def number(n: int, k: int = 0) -> int:
    return 10000 + 10 * n + k


def _line(one: LineOf, order: OrderOf) -> dict[str, Any]:
    entry: dict[str, Any] = {"sku": one.sku, "quantity": sum(units.n for units in one.units)}
    if one.plan:
        entry["selling_plan"] = one.plan
    if order.cancelled:
        return entry
    if len(one.units) == 1:
        return {**entry, **_units(one.units[0])}
    return {**entry, "parts": [{"n": units.n, **_units(units)} for units in one.units]}


def _units(units: UnitsOf) -> dict[str, Any]:
    told: dict[str, Any] = {"state": units.state}
    if units.state in ("shipped", "delivered") and units.at is not None:
        told |= {"at": units.at.isoformat(), "tracking": {"company": "Colissimo", "number": f"6A00{units.state}"}}
    if units.state == "held":
        ways = {"ours": ("OTHER", "deskbell"), "harmless": ("UNKNOWN_DELIVERY_DATE", "shop"), "bad": ("INCORRECT_ADDRESS", "shop")}
        told["reason"], told["handle"] = ways[units.kind]
    if units.state == "scheduled":
        told["at"] = (NOW + timedelta(days=20)).isoformat()
    if units.state in ("requested", "accepted"):
        told["warehouse"] = "Fort" if units.kind == "takes_none" else "Depot"
    if units.state == "accepted" and units.kind in ("asked", "rejected"):
        told["cancel"] = {"asked": "requested", "rejected": "rejected"}[units.kind]
    return told


# Running


@dataclass(frozen=True, slots=True, kw_only=True)
class Wrong:
    case: Case
    message: str
    what: tuple[str, ...]
    row: dict[str, Any]
    expected: Says


async def run(chosen: Sequence[Case], show: int = 0) -> list[Wrong]:
    encoder = await asyncio.to_thread(_encoder)
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.ERROR))
    worlds: dict[tuple[str, ShopOf], list[tuple[int, Case]]] = {}
    for n, case in enumerate(chosen):
        worlds.setdefault((case.language, case.shop), []).append((n, case))
    wrong: list[Wrong] = []
    with tempfile.TemporaryDirectory(prefix="deskbell-verdicts-") as folder:
        for place, ((language, shop), group) in enumerate(worlds.items()):
            file = Path(folder) / f"world{place}.yaml"
            file.write_text(yaml.safe_dump(_world(shop, language, group), allow_unicode=True), encoding="utf-8")
            async with open_one_off(file, stand=Stand(encoder=encoder)) as one:
                await one.house.ready()
                for n, case in group:
                    found = await _case(one, n, case)
                    wrong += found
                    if found and len(wrong) <= show:
                        _tell(found[0])
    return wrong


async def _case(one: OneOff, n: int, case: Case) -> list[Wrong]:
    words = ASK[case.wish][case.language]
    message = words[n % len(words)].format(title=case.order.lines[(case.named or (0,))[0]].title, n=number(n))
    row = await ask(one, message, email=f"shopper{n}@example.com", phone=f"+1202555{n:04d}", channel=case.channel, locale=case.language)
    expected = judge(case.shop, case.order, case.wish, case.named, NOW)
    what = tuple(_differences(case, expected, row))
    return [Wrong(case=case, message=message, what=what, row=row, expected=expected)] if what else []


async def ask(one: OneOff, message: str, *, email: str, phone: str, channel: Channel, locale: str) -> dict[str, Any]:
    """One turn of a signed-in shopper, as `deskbell ask --json` prints it."""
    from server.store import conversations

    home, chat = one.house.first, Chat(one.house)
    customer = await _customer(one, email)
    now = one.house.clock.now()
    kind = ProofKind.ACCOUNT if channel is Channel.WEBCHAT else ProofKind.CODE
    contact = {Channel.WEBCHAT: None, Channel.EMAIL: email}.get(channel, phone)
    proof = Proof(kind=kind, contact=email, customer=customer, at=now, seen_at=now)
    begun = await chat.begin(home, locale=locale, channel=channel, contact=contact, proof=proof)
    async with one.house.database.reading() as tx:
        thread = await conversations.thread(tx, home.brand, begun.conversation)
    assert thread is not None
    answered: list[Answered] = []
    one.house.watchers.append(answered.append)
    await chat.say(home, thread, message="m1", text=message, locale=locale)
    await one.house.engine.settle()
    one.house.watchers.remove(answered.append)
    last = answered[-1]
    return shapes.turn(message, last.result, channel=channel, to=contact or "", clauses=home.clauses, ms=last.all_ms)


async def _customer(one: OneOff, email: str) -> str:
    from shop.reading import ReadMeter

    found = await one.house.first.shop.customer_by_email(email, ReadMeter())
    assert found is not None
    return found.id


def _differences(case: Case, expected: Says, row: dict[str, Any]) -> Iterator[str]:
    if len(row["outcomes"]) != 1:
        yield f"{len(row['outcomes'])} outcomes"
        return
    got = row["outcomes"][0]
    if got["kind"] not in expected.kinds:
        yield f"kind {got['kind']} not {sorted(expected.kinds)}"
    if got["because"] not in expected.because:
        yield f"because {got['because']} not {sorted(expected.because)}"
    if expected.lines and len(got["lines"]) != len(expected.lines):
        yield f"{len(got['lines'])} lines, not {len(expected.lines)}"
    for place, (says, verdict) in enumerate(zip(expected.lines, got["lines"], strict=False)):
        yield from _line_differences(place, says, verdict)
    yield from _block_differences(case, expected, got, row)


def _line_differences(place: int, says: Any, verdict: dict[str, Any]) -> Iterator[str]:
    if verdict["allowed"] is not says.allowed:
        yield f"line {place} allowed {verdict['allowed']} not {says.allowed}"
    elif verdict["reason"] not in says.reasons:
        yield f"line {place} reason {verdict['reason']} not {sorted(says.reasons)}"
    until = datetime.fromisoformat(verdict["until"]) if verdict["until"] else None
    if says.allowed and until != says.until:
        yield f"line {place} until {until} not {says.until}"
    if not says.allowed and until is not None:
        yield f"line {place} has a deadline though it is not allowed"


def _block_differences(case: Case, expected: Says, got: dict[str, Any], row: dict[str, Any]) -> Iterator[str]:
    blocks = row["reply"]["blocks"]
    card = next((block for block in blocks if block["kind"] == "order_card"), None)
    links = [block for block in blocks if block["kind"] == "deep_link"]
    primary = [link for link in links if link["action"] != "withdraw"] + ([card["primary"]] if card and card.get("primary") else [])
    withdraw = any(link["action"] == "withdraw" for link in links)
    if got["kind"] in expected.kinds and expected.link and not primary:
        yield "no link"
    if got["kind"] in ("hand_off", "refuse", "explain", "choose") and any(
        link["action"] not in ("return", "open", "track") for link in primary
    ):
        yield f"a link {[link['action'] for link in primary]} beside {got['kind']}"
    if case.channel is Channel.WEBCHAT and expected.card and card is None:
        yield "no card"
    if expected.withdrawal is not None and withdraw is not expected.withdrawal:
        yield f"withdrawal route {withdraw}"
    if got["kind"] == "offer" and card is not None:
        for place, (says, shown) in enumerate(zip(expected.lines, card["lines"], strict=False)):
            spoken_of = case.named is None or place in case.named
            if says.allowed and spoken_of and shown["quantity_allowed"] != says.n:
                yield f"card line {place} quantity {shown['quantity_allowed']} not {says.n}"
    if got["kind"] == "hand_off":
        state = row["handoff"]["state"] if row["handoff"] else None
        wanted = "made" if case.channel is Channel.EMAIL else "offered"
        if state != wanted:
            yield f"handoff {state} not {wanted}"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--cases", type=int, default=0, help="a sample of this size; 0: all")
    parser.add_argument("--show", type=int, default=60, help="how many wrong ones to print")
    parser.add_argument("--only", default="", help="cases whose name or wish holds this")
    given = parser.parse_args()
    every = [case for case in cases() if given.only in f"{case.wish} {case.name} {case.language} {case.channel.value}"]
    if given.cases and given.cases < len(every):
        every = random.Random(7).sample(every, given.cases)
    begun = clocks.perf_counter()
    wrong = asyncio.run(run(every, given.show))
    seconds = clocks.perf_counter() - begun
    for what, n in Counter(_class(one) for one in wrong).most_common(30):
        print(f"{n:4} {what}")
    right = len(every) - len(wrong)
    print(f"verdicts: n = {len(every)}, right {right} ({right / max(len(every), 1):.1%}), {seconds:.0f} s")


def _tell(one: Wrong) -> None:
    case = one.case
    print(f"✗ {case.wish} · {case.name} · {case.language} · {case.channel.value}\n  {one.message}")
    outcomes = [(o["wish"], o["kind"], o["because"]) for o in one.row["outcomes"]]
    print(f"  got {outcomes}; {'; '.join(one.what)}", flush=True)


def _encoder() -> Any:
    from knowledge.embedding import BuiltInEmbeddings, load_e5

    return BuiltInEmbeddings(load_e5())


def _class(one: Wrong) -> str:
    return f"{one.case.wish} · {one.what[0]}"


if __name__ == "__main__":
    main()
