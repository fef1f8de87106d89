"""The order card: each line of an order with its state, what may change until when, and the one button that leads to the Hub."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Literal

from agent.links import Links
from agent.phrasing import Phrasing, Said
from agent.quotes import why
from agent.said_of_orders import is_cancelling
from agent.status_words import parts_said, state_word, units_of
from agent.wish import Intent
from channels.reply import CardLine, InlineOption, LinkAction, OrderCard
from knowledge.terms import ChangeKind
from shop.order import LineId, LineState, Order, OrderLine
from skills.skill import Change, LineVerdict, Offer, Outcome, Reason

_WAITING = frozenset(
    {LineState.HELD, LineState.SCHEDULED, LineState.REQUESTED, LineState.ACCEPTED, LineState.PACKING, LineState.READY_FOR_PICKUP}
)
_STILL_CANCELLABLE = frozenset({LineState.OPEN, LineState.SCHEDULED, LineState.REQUESTED})


def order_card(outcome: Outcome, order: Order, links: Links | None, pen: Phrasing) -> OrderCard:
    """The card for one outcome about one order. Every value on it is written down as a fact; named lines come first.

    links: None for a card whose lines alone are used; then nothing on it leads anywhere.
    A line the wish did not speak of is shown with its state only, so that "can change" never stands beside what was not asked.
    """
    source = f"order:{order.id}"
    verdicts = {verdict.line: verdict for verdict in outcome.lines}
    ordered = sorted(_shown(order, verdicts), key=lambda line: not (line.id in verdicts and verdicts[line.id].named))
    until = outcome.until if isinstance(outcome, Offer) else None
    return OrderCard(
        order=order.id,
        name=pen.fact("order_name", order.name, source).text,
        title=pen.say(
            "card.title", order=pen.fact("order_name", order.name, source), placed=pen.moment(order.created_at, source, "placed")
        ).text,
        lines=tuple(_line(line, verdicts.get(line.id), outcome, order, links, pen) for line in ordered),
        until=until,
        until_words=_until_words(until, outcome, pen) if isinstance(outcome, Offer) and until else None,
        primary=review_action(outcome, order, links, pen) if isinstance(outcome, Offer) and links is not None else None,
        links=tuple(_quiet(outcome, order, links, pen)) if links is not None else (),
    )


def review_action(outcome: Offer, order: Order, links: Links, pen: Phrasing) -> LinkAction:
    """Where the change is reviewed and sent: the one primary act of an answer. It changes nothing itself (C3)."""
    change = outcome.change
    one = _the_line(outcome)
    url = links.place(
        change.kind.value if change is not None else "review", order.id, order.name, order.customer, line=one, value=_value(change, one)
    )
    return LinkAction(label=pen.say("label.review").text, url=pen.fact("link", url, "link").text, action="review")


def _the_line(outcome: Offer) -> str | None:
    if outcome.change is None or outcome.change.kind in (ChangeKind.CANCEL_ORDER, ChangeKind.SET_ADDRESS):
        return None
    allowed = [verdict.line for verdict in outcome.lines if verdict.named and verdict.allowed]
    return allowed[0] if len(allowed) == 1 else None


def _value(change: Change | None, line: str | None) -> str | None:
    if change is None or line is None:
        return None
    if change.kind is ChangeKind.SET_QUANTITY:
        return str(change.quantity) if change.quantity is not None else None
    return change.variant or change.value


def _shown(order: Order, verdicts: Mapping[LineId, LineVerdict]) -> list[OrderLine]:
    return [line for line in order.lines if line.quantity > 0 or line.id in verdicts] or list(order.lines)


def _line(line: OrderLine, verdict: LineVerdict | None, outcome: Outcome, order: Order, links: Links | None, pen: Phrasing) -> CardLine:
    source = f"order:{order.id}"
    judged = verdict if verdict is not None and verdict.named else None
    allowed = judged is not None and judged.allowed and isinstance(outcome, Offer)
    state = judged.state if judged is not None else main_state(line)
    for value in (line.title, line.variant_title):
        if value:
            pen.fact("title", value, source)
    pen.count(line.quantity, source)
    return CardLine(
        line=line.id,
        title=line.title,
        variant=line.variant_title,
        quantity=line.quantity,
        image_url=line.image_url,
        state=state.value,
        state_words=_state_words(line, state, judged if allowed else None, outcome, pen).text,
        tone="problem" if state is LineState.UNKNOWN else _tone(state, judged if allowed else None),
        allowed=allowed,
        reason=judged.reason.value if judged is not None else Reason.ANSWERED.value,
        reason_words=_reason_words(judged, line, outcome, pen),
        until=judged.until if judged is not None and allowed else None,
        why=why(judged, pen) if judged is not None else None,
        options=tuple(_options(line, outcome, order, links, pen)) if allowed and links is not None else (),
        tracking_url=next((t.url for units in line.units for t in units.tracking if t.url), None),
        quantity_allowed=judged.quantity if judged is not None and allowed else 0,
    )


def main_state(line: OrderLine) -> LineState:
    """Where most of a line's units are."""
    units = [units for units in line.units if units.quantity and units.state is not LineState.REMOVED] or list(line.units)
    return max(units, key=lambda each: each.quantity).state if units else LineState.UNKNOWN


def _state_words(line: OrderLine, state: LineState, allowed: LineVerdict | None, outcome: Outcome, pen: Phrasing) -> Said:
    """What may be done with the line, or where it is: of units in several places how many are where."""
    if allowed is not None and allowed.reason is not Reason.ASKS_WAREHOUSE:
        return pen.ui("state.can_cancel" if is_cancelling(outcome) else "state.can_change")
    source = f"order:{outcome.order}"
    return parts_said(units_of(line), pen, source) if _in_several_places(line, state) else state_word(state, pen, source)


def _in_several_places(line: OrderLine, state: LineState) -> bool:
    """A cancelled order, or a line nobody can make out, has one state whatever its units say."""
    return len(units_of(line)) > 1 and state not in (LineState.CANCELLED, LineState.UNKNOWN)


def _tone(state: LineState, allowed: LineVerdict | None) -> Literal["open", "waiting", "gone"]:
    if allowed is not None:
        return "waiting" if allowed.reason is Reason.ASKS_WAREHOUSE else "open"
    return "waiting" if state in _WAITING else "gone"


def _reason_words(verdict: LineVerdict | None, line: OrderLine, outcome: Outcome, pen: Phrasing) -> str:
    """Why, in one line. Where only some units of a line may change, how many."""
    if verdict is None:
        return ""
    source = f"rule:{verdict.rule}" if verdict.rule else f"order:{outcome.order}"
    if verdict.allowed and verdict.until is not None and isinstance(outcome, Offer) and verdict.reason is not Reason.ASKS_WAREHOUSE:
        words = pen.say("card.line_until", until=pen.moment(verdict.until, source)).text
    elif verdict.closed_at is not None and verdict.reason is Reason.WINDOW_CLOSED:
        words = pen.say("card.line_closed", since=pen.moment(verdict.closed_at, source)).text
    elif outcome.wish == Intent.ORDER_STATUS:
        # Units in several places have been there since several moments; one of them would be said of all.
        words = "" if _in_several_places(line, verdict.state) else _since_words(verdict.since, source, pen)
    else:
        words = pen.ui(f"reason.{verdict.reason}").text
    if verdict.allowed and verdict.quantity < line.quantity and isinstance(outcome, Offer):
        order = f"order:{outcome.order}"
        some = pen.say(*_split_keys(outcome), count=pen.count(verdict.quantity, order), total=pen.count(line.quantity, order)).text
        words = f"{some}{_PAUSE.get(pen.language, '; ')}{words}" if words else some
    return words


def _split_keys(outcome: Outcome) -> tuple[str, ...]:
    return ("card.line_split.cancel", "card.line_split") if is_cancelling(outcome) else ("card.line_split",)


_PAUSE = {"ja": "、"}


def _since_words(since: datetime | None, source: str, pen: Phrasing) -> str:
    return pen.moment(since, source).text if since is not None else ""


def _until_words(until: datetime, outcome: Offer, pen: Phrasing) -> str:
    rule = next((verdict.rule for verdict in outcome.lines if verdict.until == until and verdict.rule), None)
    key = "card.until.cancel" if is_cancelling(outcome) else "card.until"
    return pen.say(key, until=pen.moment(until, f"rule:{rule}" if rule else f"order:{outcome.order}")).text


def _options(line: OrderLine, outcome: Outcome, order: Order, links: Links, pen: Phrasing) -> Iterable[InlineOption]:
    """Controls only for the kind of change that was judged and allowed; each opens the Hub's review."""
    kind = outcome.change.kind if outcome.change is not None else None
    source = f"order:{order.id}"
    if kind is ChangeKind.SWAP_VARIANT and line.product is not None:
        url = pen.fact("link", links.place(kind.value, order.id, order.name, order.customer, line=line.id), "link").text
        for option in line.options:
            pen.fact("title", option.name, source)
            pen.fact("title", option.value, source)
            yield InlineOption(change="swap_variant", label=option.name, current=option.value, url=url, product=line.product.id)
    elif kind is ChangeKind.SET_QUANTITY:
        url = pen.fact("link", links.place(kind.value, order.id, order.name, order.customer, line=line.id), "link").text
        current = pen.count(line.quantity, source).text
        product = line.product.id if line.product is not None else None
        yield InlineOption(change="set_quantity", label=pen.say("card.quantity").text, current=current, url=url, product=product)


def _quiet(outcome: Outcome, order: Order, links: Links, pen: Phrasing) -> Iterable[LinkAction]:
    """The rest as quiet links. Cancelling is named only where nothing of the order is on its way; the Hub judges it anew."""
    whole = all(units.state in _STILL_CANCELLABLE for line in order.lines_present() for units in line.units if units.quantity)
    if isinstance(outcome, Offer) and not is_cancelling(outcome) and whole and order.cancelled_at is None:
        yield _link("cancel_order", order, links, pen)
    if shipped_part(outcome) and pen.evidence.brand.hub.returns:
        url = pen.fact("link", links.returns(order), "link").text
        yield LinkAction(label=pen.say("label.return").text, url=url, action="return")
    if pen.evidence.hub_available and pen.evidence.brand.hub.active:
        yield _link("open", order, links, pen)


def shipped_part(outcome: Outcome) -> bool:
    """An offer beside which some named units have left: those go to returns (003-17)."""
    return isinstance(outcome, Offer) and any(
        verdict.named and any(part.state in (LineState.IN_TRANSIT, LineState.DELIVERED) and part.quantity for part in verdict.parts)
        for verdict in outcome.lines
    )


def _link(action: str, order: Order, links: Links, pen: Phrasing) -> LinkAction:
    url = links.place(action, order.id, order.name, order.customer)
    return LinkAction(label=pen.say(f"label.{action}").text, url=pen.fact("link", url, "link").text, action=action)


def rows(card: OrderCard) -> tuple[str, ...]:
    """The card's lines as plain text, one a line, for mail and for readers without cards."""
    return tuple(_row(line) for line in card.lines)


def _row(line: CardLine) -> str:
    what = " · ".join(part for part in (line.title, line.variant) if part)
    said = f"- {what} × {line.quantity}: {line.state_words}"
    return f"{said} · {line.reason_words}" if line.reason_words else said
