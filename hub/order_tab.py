"""What the Order tab shows: every line, what may still be done with it, until when and why. Pure; decided afresh at each look."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal, TypeAlias
from zoneinfo import ZoneInfo

from babel.dates import format_date, format_skeleton
from babel.numbers import format_currency

from channels.words import words
from knowledge.brand import Brand
from knowledge.document import Clause
from knowledge.terms import ChangeKind, Terms
from shop.order import LineState, Money, Order, OrderLine
from skills.order_editing.decision import decide
from skills.skill import Change, LineVerdict, Reason

Tone: TypeAlias = Literal["open", "waiting", "gone", "problem"]
Sign: TypeAlias = Literal["open", "waiting", "problem", "shut", "shipped", "delivered", "stopped"]
FindClause: TypeAlias = Callable[[str], Clause | None]

# What a line is asked about where no particular change is on the table, the one a shopper looks for first.
_ASKED = (ChangeKind.SWAP_VARIANT, ChangeKind.SET_QUANTITY, ChangeKind.REMOVE_LINES)
_ON_ITS_WAY = frozenset({LineState.IN_TRANSIT, LineState.DELIVERED})
_OVER = _ON_ITS_WAY | {LineState.REMOVED, LineState.CANCELLED}
_WITH_THE_WAREHOUSE = frozenset({LineState.REQUESTED, LineState.ACCEPTED, LineState.PACKING, LineState.HELD, LineState.SCHEDULED})


@dataclass(frozen=True, slots=True, kw_only=True)
class Why:
    """The policy sentence behind a verdict, with where it stands and when it last changed (V-25, N-26)."""

    text: str
    locale: str
    title: str
    changed: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class LineView:
    line: str
    title: str
    variant: str | None
    quantity: int
    image_url: str | None
    price: str | None
    state: str
    tone: Tone
    sign: Sign
    """Which picture stands beside the state: where the parcel is, else whether the line is open."""
    reason: str | None
    """Said where the line cannot be changed, or where the warehouse has to agree."""
    why: Why | None
    changes: tuple[ChangeKind, ...]
    tracking: tuple[tuple[str, str], ...]
    """(words, url)."""
    named: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderView:
    order: Order
    name: str
    placed: str
    total: str | None
    lines: tuple[LineView, ...]
    until: datetime | None
    until_words: str | None
    whole: tuple[ChangeKind, ...]
    """Changes that may be asked for the order as a whole: cancel, address."""
    returnable: bool
    cancelled: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class ReviewView:
    """One wished change, decided on what the shop says now."""

    kind: ChangeKind
    verdict: Literal["yes", "part", "no", "ask"]
    lines: tuple[LineView, ...]
    until_words: str | None
    verdicts: tuple[LineVerdict, ...]
    value: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Eyes:
    """In whose language and zone the page speaks."""

    locale: str
    zone: str
    now: datetime

    def moment(self, at: datetime) -> str:
        """e.g. `14:05 CET` today, `Nov 20, 14:05 CET` on other days: the same form the chat uses."""
        local, today = at.astimezone(ZoneInfo(self.zone)), self.now.astimezone(ZoneInfo(self.zone))
        clock = f"{local:%H:%M} {local.tzname()}"
        return clock if local.date() == today.date() else f"{format_skeleton('MMMd', local, locale=self.locale)}, {clock}"

    def day(self, at: datetime) -> str:
        return format_date(at.astimezone(ZoneInfo(self.zone)), "long", locale=self.locale)

    def money(self, money: Money) -> str:
        return format_currency(money.amount, money.currency, locale=self.locale)


def order_view(order: Order, terms: Terms, brand: Brand, eyes: Eyes, find: FindClause) -> OrderView:
    """The whole order, each line asked about every change there is."""
    decided = {kind: decide(Change(kind=kind), order, terms, eyes.now, brand=brand) for kind in ChangeKind}
    lines = tuple(
        _line(line, {kind: _of(line, decided[kind]) for kind in ChangeKind if _has_choice(kind, line, brand)}, eyes, find)
        for line in order.lines_present()
    )
    untils = [verdict.until for verdicts in decided.values() for verdict in verdicts if verdict.allowed and verdict.until]
    whole = tuple(
        kind
        for kind in (ChangeKind.SET_ADDRESS, ChangeKind.CANCEL_ORDER)
        if decided[kind] and all(verdict.allowed for verdict in decided[kind])
    )
    until = min(untils, default=None)
    return OrderView(
        order=order,
        name=order.name,
        placed=words(eyes.locale).say("hub.order.placed", date=eyes.moment(order.created_at)),
        total=eyes.money(order.total) if order.total else None,
        lines=lines,
        until=until,
        until_words=_until_words(until, eyes),
        whole=whole,
        returnable=brand.hub.returns and any(line.quantity_in(*_ON_ITS_WAY) for line in order.lines_present()),
        cancelled=order.cancelled_at is not None,
    )


def review(
    order: Order, kind: ChangeKind, lines: Sequence[str], value: str | None, terms: Terms, brand: Brand, eyes: Eyes, *, find: FindClause
) -> ReviewView:
    """One change on these lines (none: all of them), decided now."""
    named = tuple(line.id for line in order.lines_present() if line.id in lines)
    quantity = int(value) if kind is ChangeKind.SET_QUANTITY and value and value.isascii() and value.isdigit() else None
    present = {line.id: line.quantity for line in order.lines_present()}
    up = quantity is not None and any(quantity > present[line] for line in named)
    change = Change(kind=kind, lines=named, quantity=quantity, increases=up, value=value)
    verdicts = decide(change, order, terms, eyes.now, brand=brand)
    asked = [verdict for verdict in verdicts if verdict.named] or list(verdicts)
    allowed = [verdict for verdict in asked if verdict.allowed]
    until = min((verdict.until for verdict in allowed if verdict.until), default=None)
    by_line = {line.id: line for line in order.lines_present()}
    views = tuple(_line(by_line[verdict.line], {kind: verdict}, eyes, find) for verdict in asked if verdict.line in by_line)
    return ReviewView(
        kind=kind,
        verdict=_verdict(asked, allowed),
        lines=views,
        until_words=_until_words(until, eyes),
        verdicts=tuple(verdicts),
        value=value,
    )


def _verdict(asked: Sequence[LineVerdict], allowed: Sequence[LineVerdict]) -> Literal["yes", "part", "no", "ask"]:
    if not allowed:
        return "no"
    if len(allowed) < len(asked):
        return "part"
    return "ask" if any(verdict.reason is Reason.ASKS_WAREHOUSE for verdict in allowed) else "yes"


def _until_words(until: datetime | None, eyes: Eyes) -> str | None:
    return words(eyes.locale).say("hub.order.until", until=eyes.moment(until)) if until else None


def _has_choice(kind: ChangeKind, line: OrderLine, brand: Brand) -> bool:
    """Whether a control of this kind would hold anything to choose: no sizes on a bag, no lower quantity than one."""
    if kind is ChangeKind.SWAP_VARIANT:
        return line.variant_title is not None
    return kind is not ChangeKind.SET_QUANTITY or line.quantity > 1 or brand.hub.increase_quantity


def _of(line: OrderLine, verdicts: Sequence[LineVerdict]) -> LineVerdict | None:
    return next((verdict for verdict in verdicts if verdict.line == line.id), None)


def _line(line: OrderLine, decided: dict[ChangeKind, LineVerdict | None], eyes: Eyes, find: FindClause) -> LineView:
    kinds = [kind for kind in (_ASKED if len(decided) > 1 else tuple(decided)) if kind in decided]
    asked = [verdict for kind in kinds if (verdict := decided[kind])]
    changes = tuple(kind for kind in kinds if (verdict := decided[kind]) and verdict.allowed)
    speaks = next((verdict for verdict in asked if verdict.allowed), asked[0] if asked else None)
    asks = speaks is not None and speaks.reason is Reason.ASKS_WAREHOUSE
    say, tone = words(eyes.locale).say, _tone(speaks, bool(changes))
    return LineView(
        line=line.id,
        title=line.title,
        variant=line.variant_title,
        quantity=line.quantity,
        image_url=line.image_url,
        price=eyes.money(line.unit_price) if line.unit_price else None,
        state=_state_words(line, bool(changes), eyes.locale),
        tone=tone,
        sign=_sign(line, tone),
        reason=None if speaks is None or (speaks.allowed and not asks) else say(f"reason.{speaks.reason}"),
        why=_why(speaks, eyes, find),
        changes=changes,
        tracking=_tracking(line, eyes.locale),
        named=speaks.named if speaks else True,
    )


def _state_words(line: OrderLine, can: bool, locale: str) -> str:
    say = words(locale).say
    states = list(dict.fromkeys(units.state for units in line.units if units.state is not LineState.REMOVED)) or [LineState.UNKNOWN]
    if len(states) == 1 and can and states[0] in (LineState.OPEN, LineState.HELD, LineState.REQUESTED, LineState.SCHEDULED):
        return say("state.can_change")
    if len(states) == 1:
        return say(f"state.{states[0]}")
    return " · ".join(f"{line.quantity_in(state)} × {say(f'state.{state}')}" for state in states)


def _tone(verdict: LineVerdict | None, can: bool) -> Tone:
    if verdict is None:
        return "problem"
    if verdict.reason is Reason.ASKS_WAREHOUSE:
        return "waiting"
    if can:
        return "open"
    if verdict.state in _OVER:
        return "gone"
    return "waiting" if verdict.state in _WITH_THE_WAREHOUSE or verdict.reason is Reason.WINDOW_CLOSED else "problem"


_SIGNS: dict[LineState, Sign] = {
    LineState.IN_TRANSIT: "shipped",
    LineState.DELIVERED: "delivered",
    LineState.REMOVED: "stopped",
    LineState.CANCELLED: "stopped",
}


def _sign(line: OrderLine, tone: Tone) -> Sign:
    states = {units.state for units in line.units if units.state is not LineState.REMOVED}
    if len(states) == 1 and (found := _SIGNS.get(next(iter(states)))):
        return found
    return "shut" if tone == "gone" else tone


def _why(verdict: LineVerdict | None, eyes: Eyes, find: FindClause) -> Why | None:
    clause = next((found for found in map(find, verdict.clauses if verdict else ()) if found), None)
    if clause is None:
        return None
    changed = words(eyes.locale).say("hub.order.policy_changed", date=eyes.day(clause.changed_at)) if clause.changed_at else None
    return Why(text=clause.text, locale=clause.locale, title=clause.title, changed=changed)


def _tracking(line: OrderLine, locale: str) -> tuple[tuple[str, str], ...]:
    found = [tracking for units in line.units for tracking in units.tracking]
    label = words(locale).say("hub.order.track")
    return tuple(
        (f"{label} {tracking.number or ''}".strip(), tracking.url)
        for tracking in found
        if tracking.url and tracking.url.startswith("https://")
    )
