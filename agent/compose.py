"""Outcomes and words become one reply: text, card or link, quote, question, notice. Pure.

The same facts for every channel: webchat gets cards and buttons, mail every line, a phone a sentence and a link (product.md 4.8).
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import assert_never

from agent.conversation import ConversationState
from agent.effects import CaseRef
from agent.evidence import Evidence, Fact
from agent.links import Links
from agent.opening import disclosure
from agent.order_card import order_card, review_action, rows, shipped_part
from agent.phrasing import Phrasing
from agent.plain_text import plain_text
from agent.quotes import behind, quotes_for
from agent.reading import Answer, Reading
from agent.said_of_orders import order_name, order_of, review_label
from agent.wish import Intent
from agent.write import OFFERS_A_PERSON, Worded
from channels.message import Channel
from channels.reply import Block, Choices, DeepLink, HandoffNotice, Option, OrderCard, Reply, SignIn, Text
from identity.levels import Shopper
from knowledge.brand import Brand
from knowledge.terms import Terms
from shop.order import LineState, Order
from skills.skill import Choose, Explain, HandOff, Offer, Outcome, Reason, Redirect, Refuse, SignInFirst


@dataclass(frozen=True, slots=True, kw_only=True)
class _Desk:
    """What every block is made from."""

    pen: Phrasing
    links: Links
    shopper: Shopper
    reading: Reading
    outcomes: Sequence[Outcome]
    case: CaseRef | None

    @property
    def channel(self) -> Channel:
        return self.pen.channel


def compose(
    outcomes: Sequence[Outcome],
    worded: Worded,
    evidence: Evidence,
    state: ConversationState,
    shopper: Shopper,
    reading: Reading,
    *,
    channel: Channel | str,
    locale: str,
    now: datetime,
    links: Links,
    references: CaseRef | None = None,
) -> tuple[Reply, tuple[Fact, ...]]:
    """The reply and every value it shows. Pure and total over what `agent.decide` can give.

    references: the case that a made handoff opens, or the one already open. Raises ValueError for a made handoff without one.
    """
    pen = Phrasing(evidence=evidence, channel=Channel(channel), locale=locale, now=now, facts=list(worded.facts))
    desk = _Desk(pen=pen, links=links, shopper=shopper, reading=reading, outcomes=outcomes, case=references)
    blocks: list[Block] = []
    opening = worded.opening
    asked = next((outcome for outcome in outcomes if isinstance(outcome, Choose)), None)
    for outcome, said in zip(outcomes, worded.answers, strict=True):
        if isinstance(outcome, Choose) and outcome is not asked:
            continue
        sentences = (*opening, *said)
        opening = ()
        if sentences:
            blocks.append(Text(text=pen.space.join(sentence.text for sentence in sentences)))
        blocks.extend(_blocks(outcome, desk))
    blocks.extend(_closing(outcomes, desk))
    kept = _once(blocks)
    reply = Reply(
        text=plain_text(kept, pen),
        blocks=kept,
        locale=locale,
        shorter=tuple(said.text for said in worded.shorter),
    )
    return reply, tuple(pen.facts)


def greeting(brand: Brand, *, channel: Channel | str, locale: str, now: datetime) -> tuple[Reply, tuple[Fact, ...]]:
    """The first message of a conversation: an AI assistant speaks, and what it can help with (V-30, L-01)."""
    evidence = Evidence(brand=brand, terms=Terms(zone=brand.time_zone), channel=str(channel))
    pen = Phrasing(evidence=evidence, channel=Channel(channel), locale=locale, now=now)
    said = [*disclosure(pen), pen.say("greeting.help")]
    text = pen.space.join(sentence.text for sentence in said)
    return Reply(text=text, blocks=(Text(text=text),), locale=locale), tuple(pen.facts)


# Per outcome


def _blocks(outcome: Outcome, desk: _Desk) -> Iterable[Block]:
    order = order_of(outcome, desk.pen.evidence) if desk.shopper.signed_in else None
    if desk.reading.why and (reasons := behind(outcome, desk.pen)):
        yield from reasons
        return
    match outcome:
        case Offer():
            yield from _offer(outcome, order, desk)
            yield from quotes_for(outcome, desk.pen)
        case Refuse():
            yield from _about(outcome, order, desk)
            yield from quotes_for(outcome, desk.pen)
        case SignInFirst():
            yield from _general(outcome, desk)
            yield from _sign_in(outcome, desk)
        case Choose():
            yield _choices(outcome, desk)
        case Redirect():
            yield from _redirect(outcome, order, desk)
        case Explain():
            if outcome.because is Reason.SHOP_UNREACHABLE:
                yield from _general(outcome, desk)
            else:
                yield from quotes_for(outcome, desk.pen)
            yield from _about(outcome, order, desk)
            yield from _tracking(outcome, order, desk)
        case HandOff():
            if outcome.because is Reason.SHOP_UNREACHABLE or outcome.because is Reason.NOT_SIGNED_IN:
                yield from _general(outcome, desk)
            else:
                yield from _about(outcome, order, desk) if outcome.lines and desk.channel is Channel.EMAIL else ()
                yield from quotes_for(outcome, desk.pen)
        case _:
            assert_never(outcome)


def _offer(outcome: Offer, order: Order | None, desk: _Desk) -> Iterable[Block]:
    if order is None:
        return
    if desk.channel is Channel.WEBCHAT:
        yield order_card(outcome, order, desk.links, desk.pen)
        return
    yield from _rows(outcome, order, desk)
    yield from _review(outcome, order, desk)
    if shipped_part(outcome) and desk.pen.evidence.brand.hub.returns and not desk.pen.terse:
        yield _returns(order, desk)


def _review(outcome: Offer, order: Order, desk: _Desk) -> Iterable[DeepLink]:
    """Where the change is made. On a phone one link an order, to its page: two of the same name do not tell which is which."""
    together = [each for each in desk.outcomes if isinstance(each, Offer) and each.order == outcome.order]
    if not desk.pen.discreet or len(together) == 1:
        url = review_action(outcome, order, desk.links, desk.pen).url
    elif together[0] == outcome:
        url = desk.pen.fact("link", desk.links.place("open", order.id, order.name, order.customer), "link").text
    else:
        return
    yield DeepLink(label=review_label(outcome, desk.outcomes, desk.pen).text, url=url, action="review")


def _about(outcome: Outcome, order: Order | None, desk: _Desk) -> Iterable[Block]:
    """The order's lines beside a sentence: a card to read in webchat, rows in a mail, nothing on a phone."""
    if order is None or _says_nothing_of_lines(outcome):
        return
    if desk.channel is Channel.WEBCHAT:
        yield order_card(outcome, order, desk.links, desk.pen)
    else:
        yield from _rows(outcome, order, desk)


def _says_nothing_of_lines(outcome: Outcome) -> bool:
    return outcome.wish in (Intent.POLICY_QUESTION, Intent.SMALLTALK, Intent.IS_IT_A_BOT, Intent.TALK_TO_HUMAN, Intent.ABUSE)


def _rows(outcome: Outcome, order: Order, desk: _Desk) -> Iterable[Block]:
    """Every line in a mail. WhatsApp lists them only where they differ; SMS has no room."""
    if desk.channel is Channel.SMS:
        return
    card = order_card(outcome, order, None, desk.pen)
    if desk.channel is Channel.EMAIL:
        tracked = {line.tracking_url: line.title for line in card.lines if line.tracking_url}
        label = desk.pen.say("label.track").text
        for url in tracked:
            desk.pen.fact("link", url, f"order:{order.id}")
        yield Text(text="\n".join([card.title, *rows(card), *(f"  {label}: {url}" for url in tracked)]))
    elif len({(line.allowed, line.state) for line in card.lines}) > 1:
        yield Text(text="\n".join(rows(_with_short_titles(card, order, desk))))


def _with_short_titles(card: OrderCard, order: Order, desk: _Desk) -> OrderCard:
    lines = tuple(replace(line, title=desk.pen.title(line.title, f"order:{order.id}").text) for line in card.lines)
    return replace(card, lines=lines)


def _general(outcome: Outcome, desk: _Desk) -> Iterable[Block]:
    """The brand's general words, said to be general: nothing of any order stands behind them."""
    found = quotes_for(outcome, desk.pen)
    if found and not desk.pen.terse:
        yield Text(text=desk.pen.say("policy.general").text)
        yield from found


def _redirect(outcome: Redirect, order: Order | None, desk: _Desk) -> Iterable[Block]:
    if outcome.to == "withdrawal":
        yield _withdraw(desk, "label.withdraw")
        return
    if order is None:
        return
    if desk.channel is Channel.EMAIL:
        yield from _rows(outcome, order, desk)
    yield _returns(order, desk)
    if not desk.pen.terse:
        yield from quotes_for(outcome, desk.pen)


def _returns(order: Order, desk: _Desk) -> DeepLink:
    url = desk.pen.fact("link", desk.links.returns(order), "link").text
    others = {each.order for each in desk.outcomes if isinstance(each, Redirect) and each.to == "returns"}
    named = desk.pen.discreet and len(others) > 1
    label = desk.pen.say("label.order", order=order_name(order, desk.pen)) if named else desk.pen.say("label.return")
    return DeepLink(label=label.text, url=url, action="return")


def _tracking(outcome: Explain, order: Order | None, desk: _Desk) -> Iterable[Block]:
    """T: the parcel can be followed where the carrier gave a page for it (4.5).

    A phone gets the brand's own order page, where that link stands: a carrier's address is long and tells the parcel's number (V-03).
    """
    if order is None or outcome.wish not in (Intent.CHANGE_ADDRESS, Intent.ORDER_STATUS):
        return
    moving = [t.url for line in order.lines for units in line.units if units.state is LineState.IN_TRANSIT for t in units.tracking if t.url]
    if moving and desk.pen.discreet:
        url = desk.pen.fact("link", desk.links.place("open", order.id, order.name, order.customer), "link").text
        yield DeepLink(label=desk.pen.say("label.track").text, url=url, action="open")
        return
    for url in dict.fromkeys(moving):
        desk.pen.fact("link", url, f"order:{order.id}")
        yield DeepLink(label=desk.pen.say("label.track").text, url=url, action="track")


def _sign_in(outcome: SignInFirst, desk: _Desk) -> Iterable[Block]:
    """Nothing to press while a code or an address is awaited, except where the code is spent."""
    if outcome.step in ("invite", "code_spent", "no_code"):
        url = desk.pen.fact("link", desk.links.sign_in(), "link").text
        by_button = desk.channel is Channel.WEBCHAT
        code = desk.pen.say("sign_in.code_label" if by_button else "sign_in.code_label.sms")
        yield SignIn(label=desk.pen.say("sign_in.label").text, url=url, code_label=code.text)


def _choices(outcome: Choose, desk: _Desk) -> Choices:
    """Orders and items by their own names; wishes in words."""
    known = {str(order.id): order for order in desk.pen.evidence.orders}
    options = []
    for gid, label in outcome.options:
        if gid in known:
            options.append(Option(id=gid, label=_order_label(known[gid], desk.pen)))
        elif outcome.order is not None:
            options.append(Option(id=gid, label=desk.pen.title(label, f"order:{outcome.order}").text))
        else:
            options.append(Option(id=gid, label=desk.pen.say(f"intent.{gid}", "intent.other").text))
    return Choices(options=tuple(options))


def _order_label(order: Order, pen: Phrasing) -> str:
    """e.g. `#1042 Linen shirt`: named by its first product (V-22)."""
    name = order_name(order, pen)
    first = next((line.title for line in order.lines_present() if line.title.strip()), None)
    return f"{name.text} {pen.title(first, f'order:{order.id}').text}" if first else name.text


# Once for the whole reply


def _closing(outcomes: Sequence[Outcome], desk: _Desk) -> Iterable[Block]:
    """The withdrawal route, then the notice or the one question about a person (F-05, V-21, V-26)."""
    if any(outcome.withdrawal for outcome in outcomes) and not any(isinstance(o, Redirect) and o.to == "withdrawal" for o in outcomes):
        if not desk.pen.terse:
            yield Text(text=desk.pen.say("withdrawal.also").text)
        yield _withdraw(desk, "withdrawal.also" if desk.pen.terse else "label.withdraw")
    made = next((outcome for outcome in outcomes if isinstance(outcome, HandOff) and outcome.made), None)
    if made is not None:
        yield _made(made, desk)
    elif not any(isinstance(outcome, Choose | SignInFirst) or _waits(outcome) for outcome in outcomes):
        yield from _person_offered(outcomes, desk)


def _waits(outcome: Outcome) -> bool:
    return isinstance(outcome, Explain) and outcome.because is Reason.SHOP_UNREACHABLE


def _person_offered(outcomes: Sequence[Outcome], desk: _Desk) -> Iterable[Block]:
    """A question where a person is needed; a button beside an answer that stands without one."""
    offered = next((outcome for outcome in outcomes if isinstance(outcome, HandOff)), None)
    if offered is not None:
        yield HandoffNotice(state="offered", reason=offered.because, text=desk.pen.say("person.offer").text)
        if desk.channel in (Channel.WEBCHAT, Channel.WHATSAPP):
            yes, no = desk.pen.say("person.yes"), desk.pen.say("person.no")
            yield Choices(options=(Option(id="yes", label=yes.text), Option(id="no", label=no.text)))
    elif desk.channel in (Channel.WEBCHAT, Channel.WHATSAPP) and any(_stands_without_one(outcome) for outcome in outcomes):
        # Beside an attachment no answer is awaited: that button asks outright.
        outright = any(outcome.because is Reason.UNREADABLE_MEDIA for outcome in outcomes)
        yield Choices(options=(Option(id="human" if outright else "yes", label=desk.pen.say("intent.talk_to_human").text),))


def _stands_without_one(outcome: Outcome) -> bool:
    return isinstance(outcome, Refuse) or (isinstance(outcome, Explain) and outcome.because in OFFERS_A_PERSON | {Reason.UNREADABLE_MEDIA})


def _withdraw(desk: _Desk, key: str) -> DeepLink:
    url = desk.pen.fact("link", desk.links.withdraw(), "link").text
    short = (f"{key}.short",) if desk.channel is Channel.WHATSAPP else ()
    return DeepLink(label=desk.pen.say(*short, key).text, url=url, action="withdraw")


def _made(outcome: HandOff, desk: _Desk) -> HandoffNotice:
    """Reference, channel and promised time; by mail also how to stop it, unless a person was asked for (V-26, 4.8)."""
    if desk.case is None:
        raise ValueError("a handoff that is made needs its case reference")
    pen = desk.pen
    reference = pen.fact("reference", desk.case.reference, "case")
    if desk.case.already_open:
        said = [pen.say("person.have", reference=reference)]
    else:
        slots = {"brand": pen.brand(), "reference": reference, "where": pen.say(f"where.{pen.channel}")}
        if desk.case.reply_by is not None:
            said = [pen.say("person.made", time=pen.moment(desk.case.reply_by, "case"), **slots)]
        else:
            said = [pen.say("person.made.untimed", **slots)]
        asked = outcome.because is Reason.WANTS_PERSON or desk.reading.answer is Answer.YES
        if pen.channel is Channel.EMAIL and not asked:
            said.append(pen.say("person.stop"))
    return HandoffNotice(
        state="made",
        reason=outcome.because,
        case=desk.case.reference,
        text=pen.space.join(sentence.text for sentence in said),
        reply_by=desk.case.reply_by,
    )


def _once(blocks: Sequence[Block]) -> tuple[Block, ...]:
    """The same block twice says nothing more; of two cards about one order the first stays."""
    kept: list[Block] = []
    cards: set[str] = set()
    for block in blocks:
        if isinstance(block, OrderCard):
            if block.order in cards and block.primary is None:
                continue
            cards.add(block.order)
        if block not in kept:
            kept.append(block)
    return tuple(kept)
