"""What the brand's approved rules say about one change to one line, at one moment.

An exclusion beats a permission (P-16), the shortest deadline wins (P-17), a fact that cannot be read counts as an exclusion that a
person must look at (P-21), and where no rule speaks the Hub's own switches decide (F-12).
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import TypeVar

from knowledge.brand import Brand
from knowledge.document import ClauseId
from knowledge.terms import (
    CANCELS,
    AddItems,
    Body,
    ChangeKind,
    Exclusion,
    HandOffWhen,
    PartialShipment,
    Permit,
    RefundMethod,
    RefundTime,
    RestockingFee,
    Rule,
    Terms,
    Window,
)
from shop.order import Order, OrderLine, Units
from skills.order_editing.change import bounding_kinds
from skills.order_editing.deadline import REACHED, Unreadable, deadline
from skills.order_editing.eligibility import Uncommon, is_part_shipped
from skills.order_editing.scope import Verdict, applies, names_product, says
from skills.skill import Change, Reason

B = TypeVar("B", bound=Body)

_SUBSCRIPTION_WORDS = ("subscription", "subscribe", "abonnement", "abo", "suscripción", "定期")
_BUNDLE_WORDS = ("bundle", "set", "pack", "coffret", "lot", "セット", "conjunto")
_DAYS = {"days": 1, "weeks": 7}
_OPTIONS_OF: dict[ChangeKind, frozenset[str]] = {
    ChangeKind.SWAP_VARIANT: frozenset({"size", "colour"}),
    ChangeKind.SET_QUANTITY: frozenset({"quantity_up", "quantity_down"}),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Ruling:
    """What policy says about one line. `rules`: the ones it stands on, the governing one first."""

    allowed: bool
    reason: Reason
    rules: tuple[Rule, ...] = ()
    until: datetime | None = None
    closed_at: datetime | None = None

    @property
    def clauses(self) -> tuple[ClauseId, ...]:
        return cited(self.rules)


def cited(rules: Iterable[Rule]) -> tuple[ClauseId, ...]:
    """The clauses these rules stand on, each rule's own first, then its copies in other languages."""
    rules = tuple(rules)
    copies = (copy.clause for rule in rules for copy in rule.copies)
    return tuple(dict.fromkeys((*(rule.source.clause for rule in rules), *copies)))


@dataclass(frozen=True, slots=True, kw_only=True)
class RuleBook:
    """The live rules of one brand at one moment, in an order that does not depend on how they were stored."""

    rules: tuple[Rule, ...]
    zone: str
    now: datetime
    brand: Brand

    _weighed: dict[int, list[tuple[Rule, Verdict]]] = field(default_factory=dict, repr=False, compare=False)
    """Per line, so that each scope is read once a decision; a book lives no longer than one."""

    def about(self, order: Order, line: OrderLine) -> list[tuple[Rule, Verdict]]:
        """Rules that speak of the line, or might: None where that cannot be read."""
        found = self._weighed.get(id(line))
        if found is None:
            pairs = ((rule, applies(rule.scope, order, line)) for rule in self.rules)
            found = self._weighed[id(line)] = [(rule, verdict) for rule, verdict in pairs if verdict is not False]
        return found

    def of(self, body: type[B], order: Order, line: OrderLine) -> list[tuple[Rule, B, Verdict]]:
        """Those of them that say this kind of thing."""
        return [(rule, rule.body, verdict) for rule, verdict in self.about(order, line) if isinstance(rule.body, body)]


def rule_book(terms: Terms, now: datetime, brand: Brand) -> RuleBook:
    """Drafts, expired and future rules left out (F-14). Copies in the brand's first language come before others."""
    first = brand.locales[0] if brand.locales else ""

    def rank(rule: Rule) -> tuple[bool, str, str, str]:
        return rule.source.locale != first, rule.id, rule.source.clause, rule.source.quote

    return RuleBook(rules=tuple(sorted(terms.live(now), key=rank)), zone=terms.zone or brand.time_zone, now=now, brand=brand)


def spoken_for(book: RuleBook, kind: ChangeKind) -> frozenset[Uncommon]:
    """What would be unusual, were it not that an approved rule permits this change for it (product.md 4.4)."""
    permissions = [rule for rule in book.rules if isinstance(rule.body, Window | Permit) and kind in rule.body.changes]
    covered = {Uncommon.B2B} if any(rule.scope.b2b for rule in permissions) else set()
    for uncommon, words in ((Uncommon.SUBSCRIPTION, _SUBSCRIPTION_WORDS), (Uncommon.BUNDLE, _BUNDLE_WORDS)):
        if any(_speaks_of(rule, words) for rule in permissions):
            covered.add(uncommon)
    return frozenset(covered)


def _speaks_of(rule: Rule, words: Sequence[str]) -> bool:
    scope = rule.scope
    named = (*scope.titles, *scope.product_tags, *scope.product_types, *scope.order_tags)
    return any(says(text, word) for text in named for word in words)


def weigh(change: Change, order: Order, line: OrderLine, units: Units, book: RuleBook) -> Ruling:
    """The first of the checks that has something to say stands. Total."""
    if change.kind is ChangeKind.SET_QUANTITY and change.increases and not book.brand.hub.increase_quantity:
        return Ruling(allowed=False, reason=Reason.NOT_ON_EXISTING_ORDER)
    for check in _CHECKS:
        ruling = check(change, order, line, units, book)
        if ruling is not None and not ruling.allowed:
            return ruling
    return _within_windows(change, order, line, units, book) or _by_switch(change, order, line, book)


def _excluded(change: Change, order: Order, line: OrderLine, units: Units, book: RuleBook) -> Ruling | None:
    kinds = bounding_kinds(change.kind)
    hits = [rule for rule, body, verdict in book.of(Exclusion, order, line) if verdict and body.changes & kinds]
    if is_part_shipped(order):
        hits += [rule for rule, body, verdict in book.of(PartialShipment, order, line) if verdict and not body.open_lines]
    return Ruling(allowed=False, reason=Reason.EXCLUDED, rules=with_copies(hits)) if hits else None


def _for_a_person(change: Change, order: Order, line: OrderLine, units: Units, book: RuleBook) -> Ruling | None:
    """The brand wants a person here. Rules about words alone are the agent's to hear."""
    hits = []
    for rule, body, verdict in book.of(HandOffWhen, order, line):
        speaks = change.kind in body.changes or (not body.changes and not body.words)
        if verdict and speaks:
            hits.append(rule)
    return Ruling(allowed=False, reason=Reason.UNUSUAL_ORDER, rules=with_copies(hits)) if hits else None


def _unreadable(change: Change, order: Order, line: OrderLine, units: Units, book: RuleBook) -> Ruling | None:
    hits = [rule for rule, verdict in book.about(order, line) if verdict is None and _matters(rule.body, change.kind, order)]
    for rule, window in _windows(change, order, line, book):
        try:
            deadline(window, order.created_at, line, book.zone)
        except Unreadable:
            hits.append(rule)
    return Ruling(allowed=False, reason=Reason.FACT_UNREADABLE, rules=with_copies(hits)) if hits else None


def _matters(body: Body, kind: ChangeKind, order: Order) -> bool:
    """Whether a rule with this body could change the answer, if only we knew whether it applies."""
    match body:
        case Window() | Exclusion():
            return bool(body.changes & bounding_kinds(kind))
        case Permit():
            return kind in body.changes and bool(body.options)
        case HandOffWhen():
            return kind in body.changes or (not body.changes and not body.words)
        case PartialShipment():
            return not body.open_lines and is_part_shipped(order)
        case RestockingFee():
            return kind in CANCELS and _charged_on_cancel(body)
        case RefundTime() | RefundMethod() | AddItems():
            return False
        case _:
            return False


def _not_an_option(change: Change, order: Order, line: OrderLine, units: Units, book: RuleBook) -> Ruling | None:
    """A permission that names what may change does not stretch to the rest (P-03)."""
    wanted = _option(change)
    scale = _OPTIONS_OF.get(change.kind, frozenset())
    if wanted is None:
        return None
    limits = [
        (rule, body.options & scale)
        for rule, body, verdict in book.of(Permit, order, line)
        if verdict and change.kind in body.changes and body.options & scale
    ]
    if not limits or any(wanted in options for _, options in limits):
        return None
    return Ruling(allowed=False, reason=Reason.EXCLUDED, rules=with_copies([rule for rule, _ in limits]))


def _option(change: Change) -> str | None:
    if change.kind is ChangeKind.SWAP_VARIANT:
        return change.option
    if change.kind is ChangeKind.SET_QUANTITY and (change.increases or change.quantity is not None):
        return "quantity_up" if change.increases else "quantity_down"
    return None


def _conflicting(change: Change, order: Order, line: OrderLine, units: Units, book: RuleBook) -> Ruling | None:
    """Two figures for one fee or one delay: none is told, a person decides (P-18). Last, so that a closed window stays closed."""
    if (
        change.kind not in CANCELS
        or (_within_windows(change, order, line, units, book) or _by_switch(change, order, line, book)).allowed is False
    ):
        return None
    fees: dict[object, Rule] = {}
    for rule, fee, verdict in book.of(RestockingFee, order, line):
        if verdict and _charged_on_cancel(fee) and _is_reached(fee, units):
            fees.setdefault((fee.percent, fee.amount, fee.currency, fee.cap), rule)
    if len(fees) > 1:
        return Ruling(allowed=False, reason=Reason.POLICY_CONFLICT, rules=tuple(fees.values()))
    for leg in ("issue", "bank", "total"):
        delays: dict[object, Rule] = {}
        for rule, time, verdict in book.of(RefundTime, order, line):
            if verdict and time.leg == leg:
                delays.setdefault(_length(time), rule)
        if len(delays) > 1:
            return Ruling(allowed=False, reason=Reason.POLICY_CONFLICT, rules=tuple(delays.values()))
    return None


def _charged_on_cancel(fee: RestockingFee) -> bool:
    return "cancel" in fee.on


def _is_reached(fee: RestockingFee, units: Units) -> bool:
    return fee.after is None or units.state in REACHED[fee.after]


def _length(time: RefundTime) -> tuple[int, int, str]:
    """Two ways to write one delay are no conflict: a week is seven days."""
    if time.unit in _DAYS:
        return time.low * _DAYS[time.unit], time.high * _DAYS[time.unit], "days"
    return time.low, time.high, time.unit


def _within_windows(change: Change, order: Order, line: OrderLine, units: Units, book: RuleBook) -> Ruling | None:
    """None where no approved rule permits this kind of change for this line."""
    windows = _windows(change, order, line, book)
    kinds = bounding_kinds(change.kind)
    permits = [rule for rule, body, verdict in book.of(Permit, order, line) if verdict and body.changes & kinds]
    ends: list[tuple[datetime, Rule]] = []
    for rule, window in windows:
        if window.until is not None and units.state in REACHED[window.until]:
            return Ruling(allowed=False, reason=Reason.WINDOW_CLOSED, rules=with_copies([rule], book))
        end = deadline(window, order.created_at, line, book.zone)
        if end is not None:
            ends.append((end, rule))
    ends.sort(key=lambda pair: pair[0])
    if ends and ends[0][0] <= book.now:
        return Ruling(allowed=False, reason=Reason.WINDOW_CLOSED, rules=with_copies([ends[0][1]], book), closed_at=ends[0][0])
    # Of taking a line off, the cancel cut-off speaks too: remove and cancel are one wish (F-09).
    speaking = [rule for rule, _ in windows]
    if not speaking and not permits:
        return None
    until = ends[0][0] if ends else None
    governing = [ends[0][1]] if ends else speaking or permits
    reason = Reason.WITHIN_WINDOW if windows else Reason.NO_WINDOW_SET
    return Ruling(allowed=True, reason=reason, rules=with_copies(governing, book), until=until)


def _windows(change: Change, order: Order, line: OrderLine, book: RuleBook) -> list[tuple[Rule, Window]]:
    """The windows that hold this change. A pre-order's own window stands in place of the general ones."""
    kinds = bounding_kinds(change.kind)
    found = [(rule, body) for rule, body, verdict in book.of(Window, order, line) if verdict and body.changes & kinds]
    own = [(rule, body) for rule, body in found if body.before_release is not None]
    if not own:
        return found
    # Other windows made for certain products keep their hold: only the general ones give way.
    return own + [(rule, body) for rule, body in found if body.before_release is None and names_product(rule.scope)]


def _by_switch(change: Change, order: Order, line: OrderLine, book: RuleBook) -> Ruling:
    """F-12: no approved rule speaks of this kind of change."""
    if change.kind not in book.brand.hub.changes:
        return Ruling(allowed=False, reason=Reason.CHANGE_OFF)
    return Ruling(allowed=True, reason=Reason.NO_WINDOW_SET)


def with_copies(rules: Iterable[Rule], book: RuleBook | None = None) -> tuple[Rule, ...]:
    """These rules, and their translations behind them: copies of one rule count once and are all citable."""
    first = tuple(dict.fromkeys(rules))
    if book is None:
        return first
    bodies = {(rule.body, rule.scope) for rule in first}
    return tuple(dict.fromkeys((*first, *(rule for rule in book.rules if (rule.body, rule.scope) in bodies))))


_CHECKS: tuple[Callable[[Change, Order, OrderLine, Units, RuleBook], Ruling | None], ...] = (
    _excluded,
    _for_a_person,
    _unreadable,
    _not_an_option,
    _conflicting,
)
