"""A second opinion on every line: what product.md 4.4, 4.5, 4.6 and 5.2 say, written from those pages alone.

Nothing of `skills/` is used here. It speaks of orders and policies as world files state them, so that it can be held beside the
whole path from file to answer.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, time, timedelta
from typing import Literal
from zoneinfo import ZoneInfo

WISHES = ("swap", "more", "less", "remove", "cancel_lines", "address", "cancel_order", "add_item", "payment", "return", "status")
CANCEL, EDIT = "cancel", "edit"
_COUNTRIES = frozenset("AT BE BG HR CY CZ DK EE FI FR DE GR HU IE IT LV LT LU MT NL PL PT RO SK SI ES SE IS LI NO".split())  # noqa: SIM905

_GONE = {"shipped": "already_shipped", "delivered": "already_delivered"}
_SWITCH = {
    "swap": "swap_variant",
    "more": "set_quantity",
    "less": "set_quantity",
    "remove": "remove_lines",
    "cancel_lines": "remove_lines",
    "address": "set_address",
    "cancel_order": "cancel_order",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Saying:
    """One plain policy statement and what it means. `of`: edit, cancel, both, or another subject."""

    of: Literal["edit", "cancel", "both", "add_yes", "add_no", "returns", "size_only", "fee"]
    text: str
    within: timedelta | None = None
    until: Literal["packed", "shipped"] | None = None
    hour: time | None = None
    except_for: tuple[str, str] | None = None
    """(what, value): an exclusion of lines of this tag, type, title, or kind."""
    approved: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class UnitsOf:
    """Some units of a line in a state of the world file."""

    state: str
    n: int = 1
    kind: Literal["plain", "ours", "harmless", "bad", "asked", "rejected", "takes_none"] = "plain"
    """Which hold, or what the third party said."""
    at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class LineOf:
    title: str
    sku: str
    units: tuple[UnitsOf, ...]
    marks: frozenset[tuple[str, str]] = frozenset()
    """(tag|type|title|kind, value) that hold for it."""
    gift_card: bool = False
    digital: bool = False
    plan: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderOf:
    placed: datetime
    lines: tuple[LineOf, ...]
    cancelled: bool = False
    country: str | None = "FR"
    pick_up: bool = False
    unusual: Literal["", "b2b", "app", "returns", "dispute", "risk"] = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ShopOf:
    """What the brand has said and switched on."""

    sayings: tuple[Saying, ...]
    zone: str = "Europe/Paris"
    hub: bool = True
    switches: frozenset[str] = frozenset()
    increase: bool = False
    all_orders: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class LineSays:
    allowed: bool
    reasons: frozenset[str]
    until: datetime | None = None
    n: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Says:
    """What the answer must come to: any of `kinds` with any of `because`."""

    kinds: frozenset[str]
    because: frozenset[str]
    lines: tuple[LineSays, ...] = ()
    withdrawal: bool | None = None
    """None: the page leaves it open."""
    link: bool = False
    card: bool = False
    notes: tuple[str, ...] = field(default=())


def judge(shop: ShopOf, order: OrderOf, wish: str, named: Sequence[int] | None, now: datetime) -> Says:
    """named: the places of the lines the wish speaks of; None for the whole order."""
    eu = _withdrawal(order)
    if wish == "add_item":
        return _add(shop, order, now)
    if not shop.all_orders and now - order.placed > timedelta(days=60):
        return _says("explain", "order_not_found")
    if wish == "status":
        return _status(order)
    if wish == "payment":
        return _payment(shop, order, now, eu)
    if wish == "return":
        return _return(shop, order, now, eu, named)
    if wish == "address":
        return _address(shop, order, now, eu)
    return _change(shop, order, wish, named, now, eu)


def _says(kind: str, because: str | Iterable[str], **more: object) -> Says:
    reasons = {because} if isinstance(because, str) else because
    return Says(kinds=frozenset({kind}), because=frozenset(reasons), **more)  # type: ignore[arg-type]


def _withdrawal(order: OrderOf) -> bool:
    return order.unusual != "b2b" and (order.country is None or (order.country in _COUNTRIES))


# One group of units: the row of 4.4 and the letter of 4.5 for wishes about content


def _stands(order: OrderOf, line: LineOf, units: UnitsOf) -> tuple[str, str]:
    """(letter, reason) by state alone: G, Q, R, S, D or H."""
    if order.cancelled or units.state == "removed":
        return "D", "already_cancelled"
    if units.state == "held" and units.kind == "bad":
        return "H", "on_hold"
    if order.unusual:
        return "H", "unusual_order"
    if line.gift_card:
        return "H", "gift_card"
    if line.digital:
        return "H", "digital"
    if line.plan and "order" not in line.plan.lower():
        return "H", "unusual_order"
    if units.state in _GONE:
        return "R", _GONE[units.state]
    if units.state == "accepted":
        by = {"asked": ("S", "already_asked"), "rejected": ("H", "cancellation_rejected"), "takes_none": ("H", "being_packed")}
        return by.get(units.kind, ("Q", "asks_warehouse"))
    told = {
        "packing": "being_packed",
        "incomplete": "being_packed",
        "ready_for_pickup": "ready_for_pickup",
        "unlisted": "state_unknown",
    }
    if units.state in told:
        return "H", told[units.state]
    return "G", "not_shipped_yet"


# Policy: 4.6 and 5.2


def _policy(shop: ShopOf, order: OrderOf, line: LineOf, wish: str, letter: str, now: datetime) -> LineSays:
    """What the approved sayings leave of a G or a Q."""
    sayings = [one for one in shop.sayings if one.approved]
    subjects = _subjects(wish)
    barred = [one for one in sayings if one.except_for and one.except_for in line.marks and _covers(one, subjects)]
    if wish == "more" and not shop.increase:
        return LineSays(allowed=False, reasons=frozenset({"not_on_existing_order"}))
    if barred:
        return LineSays(allowed=False, reasons=frozenset({"excluded"}))
    speaking = [one for one in sayings if not one.except_for and one.of in (EDIT, CANCEL, "both") and _covers(one, subjects)]
    ends = [end for one in speaking for end in _ends(one, order, shop)]
    if ends and min(ends) <= now:
        return LineSays(allowed=False, reasons=frozenset({"window_closed"}))
    if speaking:
        reason = "asks_warehouse" if letter == "Q" else "within_window"
        return LineSays(allowed=True, reasons=frozenset({reason}), until=min(ends, default=None))
    if _SWITCH[wish] in shop.switches:
        return LineSays(allowed=True, reasons=frozenset({"asks_warehouse" if letter == "Q" else "no_window_set"}))
    return LineSays(allowed=False, reasons=frozenset({"change_off"}))


def _subjects(wish: str) -> frozenset[str]:
    """F-09: of "remove line" both the edit window and the cancel cut-off speak, and the stricter governs."""
    if wish == "cancel_order":
        return frozenset({CANCEL})
    return frozenset({EDIT, CANCEL}) if wish in ("remove", "cancel_lines") else frozenset({EDIT})


def _covers(one: Saying, subjects: frozenset[str]) -> bool:
    return one.of == "both" or one.of in subjects


def _ends(one: Saying, order: OrderOf, shop: ShopOf) -> Iterable[datetime]:
    if one.within is not None:
        yield order.placed + one.within
    if one.hour is not None:
        local = order.placed.astimezone(ZoneInfo(shop.zone))
        end = local.replace(hour=one.hour.hour, minute=one.hour.minute, second=0, microsecond=0)
        yield end if end > local else end + timedelta(days=1)


# Per wish


def _line(shop: ShopOf, order: OrderOf, line: LineOf, wish: str, now: datetime) -> tuple[LineSays, set[str]]:
    """The verdict of a line, and the letters its units came to."""
    found: list[tuple[str, LineSays]] = []
    for units in line.units:
        letter, reason = _stands(order, line, units)
        if letter in "GQ":
            found.append((letter, _with(units, _policy(shop, order, line, wish, letter, now))))
        else:
            found.append((letter, LineSays(allowed=False, reasons=frozenset({reason}), n=units.n)))
    for letter in "GQ":
        may = [says for at, says in found if at == letter and says.allowed]
        if may:
            return LineSays(allowed=True, reasons=may[0].reasons, until=may[0].until, n=sum(one.n for one in may)), {letter}
    if len({at for at, _ in found}) > 1 and any(at == "H" for at, _ in found):
        found = [pair for pair in found if pair[0] == "H"]
    reasons = frozenset(reason for _, says in found for reason in says.reasons)
    return LineSays(allowed=False, reasons=reasons, n=sum(units.n for units in line.units)), {_refused(at, says) for at, says in found}


def _with(units: UnitsOf, says: LineSays) -> LineSays:
    return LineSays(allowed=says.allowed, reasons=says.reasons, until=says.until, n=units.n)


def _refused(letter: str, says: LineSays) -> str:
    return "N" if letter in "GQ" else letter


def _change(shop: ShopOf, order: OrderOf, wish: str, named: Sequence[int] | None, now: datetime, eu: bool) -> Says:
    verdicts = [_line(shop, order, line, wish, now) for line in order.lines]
    if wish == "cancel_order" and not order.cancelled:
        counts = [sum(units.n for units in line.units) for line in order.lines]
        whole = all(says.allowed and says.n == n and at == {"G"} for (says, at), n in zip(verdicts, counts, strict=True))
        whole = whole or all(says.allowed and says.n == n and at == {"Q"} for (says, at), n in zip(verdicts, counts, strict=True))
        if not whole and any(says.allowed for says, _ in verdicts):
            verdicts = [_line(shop, order, line, "remove", now) for line in order.lines]
    chosen = [verdicts[place] for place in named] if named is not None else verdicts
    lines = tuple(says for says, _ in verdicts)
    return _together(shop, chosen, lines, eu)


def _together(shop: ShopOf, chosen: Sequence[tuple[LineSays, set[str]]], lines: tuple[LineSays, ...], eu: bool) -> Says:
    may = [says for says, _ in chosen if says.allowed]
    stops = [(says, at) for says, at in chosen if not says.allowed]
    closed = any(reason in ("window_closed", "excluded", "change_off") for says, _ in stops for reason in says.reasons)
    if may:
        by_hub = [says for says, at in chosen if says.allowed and at == {"G"}] or may
        because = {reason for says in by_hub for reason in says.reasons}
        if not shop.hub:
            return _says("hand_off", "hub_unavailable", lines=lines, withdrawal=eu)
        gone = any(at & {"R", "H"} for _, at in stops) or closed
        return _says("offer", because, lines=lines, link=True, card=True, withdrawal=None if not gone else eu)
    letters = set().union(*(at for _, at in stops))
    reasons = {reason for says, _ in stops for reason in says.reasons}
    withdrawal = eu if closed or letters & {"R", "H"} else False if "not_on_existing_order" not in reasons else None
    if "H" in letters:
        return _says("hand_off", reasons, lines=lines, withdrawal=withdrawal)
    if letters <= {"D"}:
        return _says("explain", reasons, lines=lines, withdrawal=False, card=True)
    if letters <= {"S"}:
        return _says("explain", reasons, lines=lines, withdrawal=False, card=True)
    if letters <= {"R"}:
        if not shop.hub:
            return _says("hand_off", "hub_unavailable", lines=lines, withdrawal=withdrawal)
        return _says("redirect", reasons, lines=lines, withdrawal=withdrawal, link=True)
    kinds = {"refuse"} | ({"redirect"} if "R" in letters else set()) | ({"explain"} if "S" in letters else set())
    return Says(kinds=frozenset(kinds), because=frozenset(reasons), lines=lines, withdrawal=withdrawal, card=True)


def _address(shop: ShopOf, order: OrderOf, now: datetime, eu: bool) -> Says:
    states = {units.state for line in order.lines for units in line.units if not line.gift_card and not line.digital}
    if order.cancelled:
        return _says("explain", "already_cancelled", withdrawal=False)
    hard = [_stands(order, line, units) for line in order.lines for units in line.units]
    if order.unusual or any(letter == "H" and why == "on_hold" for letter, why in hard):
        return Says(kinds=frozenset({"hand_off"}), because=frozenset(why for letter, why in hard if letter == "H"), withdrawal=eu)
    if states and states <= {"shipped"}:
        return Says(kinds=frozenset({"explain", "hand_off"}), because=frozenset({"already_shipped"}), withdrawal=None)
    if states & {"shipped", "delivered"}:
        because = frozenset(why for letter, why in hard if letter in "RH")
        if states <= {"shipped", "delivered"}:
            # All gone, some of it still under way: T or H, the page leaves it open.
            return Says(kinds=frozenset({"hand_off", "explain"}), because=because)
        return Says(kinds=frozenset({"hand_off"}), because=because, withdrawal=eu)
    if order.pick_up and not any(letter in "HSD" for letter, _ in hard):
        return Says(kinds=frozenset({"hand_off"}), because=frozenset({"unusual_order"}), withdrawal=eu)
    carried = [line for line in order.lines if not line.gift_card and not line.digital] or list(order.lines)
    verdicts = [_line(shop, order, line, "address", now) for line in carried]
    stops = [(says, at) for says, at in verdicts if not says.allowed]
    if stops:
        return _together(shop, stops, (), eu)
    return _together(shop, verdicts, (), eu)


def _add(shop: ShopOf, order: OrderOf, now: datetime) -> Says:
    sayings = [one for one in shop.sayings if one.approved]
    allowed = any(one.of == "add_yes" for one in sayings) and not any(one.of == "add_no" for one in sayings)
    if not allowed:
        return _says("refuse", "not_on_existing_order", withdrawal=False)
    open_left = not order.cancelled and any(
        units.state not in ("shipped", "delivered", "removed", "ready_for_pickup") for line in order.lines for units in line.units
    )
    over = any(one.of == "add_yes" and one.within is not None and now >= order.placed + one.within for one in sayings)
    kinds = {"hand_off"} if open_left and not over else {"hand_off", "refuse"}
    return Says(kinds=frozenset(kinds), because=frozenset({"not_on_existing_order"}))


def _status(order: OrderOf) -> Says:
    told = {
        "open": "not_shipped_yet",
        "requested": "not_shipped_yet",
        "scheduled": "not_shipped_yet",
        "packing": "being_packed",
        "incomplete": "being_packed",
        "ready_for_pickup": "ready_for_pickup",
        "shipped": "already_shipped",
        "delivered": "already_delivered",
        "unlisted": "state_unknown",
    }
    reasons: set[str] = set()
    for line in order.lines:
        for units in line.units:
            by = {"asked": "already_asked", "rejected": "cancellation_rejected"}
            accepted = by.get(units.kind, "asks_warehouse")
            held = "on_hold" if units.kind == "bad" else "not_shipped_yet"
            plain = told.get(units.state) or (accepted if units.state == "accepted" else held)
            gone = units.state in _GONE
            reasons.add("gift_card" if line.gift_card and not gone else "digital" if line.digital and not gone else plain)
    if order.cancelled:
        reasons = {"already_cancelled"}
    return _says("explain", reasons, withdrawal=False)


def _payment(shop: ShopOf, order: OrderOf, now: datetime, eu: bool) -> Says:
    if order.cancelled:
        return _says("explain", "already_cancelled", withdrawal=False)
    cancel = _change(shop, order, "cancel_order", None, now, eu)
    letters = {letter for line in order.lines for units in line.units for letter, _ in [_stands(order, line, units)]}
    whole = letters == {"G"} and all(says.allowed for says in cancel.lines) and cancel.kinds == {"offer"}
    whole = whole and all(_policy(shop, order, line, "cancel_order", "G", now).allowed for line in order.lines)
    if whole:
        return _says("offer", "payment_fixed", link=True, withdrawal=None)
    because = {"payment_fixed", "hub_unavailable"} if not shop.hub else {"payment_fixed"}
    return Says(kinds=frozenset({"hand_off"}), because=frozenset(because), withdrawal=eu)


def _return(shop: ShopOf, order: OrderOf, now: datetime, eu: bool, named: Sequence[int] | None) -> Says:
    letters = [(_stands(order, line, units), line, units) for line in order.lines for units in line.units]
    at = {letter for (letter, _), _, _ in letters}
    if order.cancelled:
        return _says("explain", "already_cancelled", withdrawal=False)
    if at <= {"R"}:
        return _returned(shop, letters, now, eu)
    cancel = _change(shop, order, "cancel_order", None, now, eu)
    if cancel.kinds == {"offer"}:
        because = cancel.because if cancel.because == {"asks_warehouse"} else {"not_shipped_yet"}
        return Says(kinds=cancel.kinds, because=frozenset(because), link=True, withdrawal=cancel.withdrawal)
    if "R" in at and "H" not in at and cancel.kinds != {"hand_off"}:
        back = _returned(shop, [one for one in letters if one[0][0] == "R"], now, eu)
        return Says(kinds=back.kinds | cancel.kinds, because=back.because | cancel.because, withdrawal=None)
    return cancel


def _returned(shop: ShopOf, letters: Sequence[tuple[tuple[str, str], LineOf, UnitsOf]], now: datetime, eu: bool) -> Says:
    periods = [one.within for one in shop.sayings if one.of == "returns" and one.approved and one.within]
    over = [
        units.state == "delivered" and units.at is not None and bool(periods) and now >= units.at + min(periods) for _, _, units in letters
    ]
    if over and all(over):
        return _says("refuse", "window_closed", withdrawal=eu)
    if not shop.hub:
        return _says("hand_off", "hub_unavailable", withdrawal=eu)
    return Says(kinds=frozenset({"redirect"}), because=frozenset(why for (_, why), _, _ in letters), withdrawal=eu, link=True)
