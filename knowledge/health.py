"""What is missing, vague, contradictory, stale or hard to find in a brand's policies, and how to mend it.

Pure: documents, terms and a clock go in, findings come out. `K-05` (retrieval) needs an index and is checked where that lives;
`K-08` (gaps from live conversations) is counted where conversations are kept.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import combinations
from typing import Literal, TypeAlias, assert_never
from zoneinfo import ZoneInfo

from knowledge.compile.amounts import durations, percents
from knowledge.compile.context import Brandwide
from knowledge.compile.ids import canonical
from knowledge.compile.scope import home_of
from knowledge.compile.sentences import cut, heading_parts
from knowledge.compile.statement import read
from knowledge.compile.text import flatten
from knowledge.compile.topics import has_topic_words, sounds_like_a_rule
from knowledge.compile.words import lexicon
from knowledge.document import Document
from knowledge.headings import NEEDED, TOPICS, Topic, heading
from knowledge.terms import (
    EDITS,
    EVERY_CHANGE,
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
    ReturnPeriod,
    Rule,
    Scope,
    Terms,
    Window,
)

Check: TypeAlias = Literal["K-01", "K-02", "K-03", "K-04", "K-06", "K-07"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One thing to look at, in words a merchant can act on."""

    check: Check
    says: str
    """What is wrong, one sentence."""
    mend: str
    """What to do about it, one sentence."""
    document: str = ""
    locale: str = ""
    quote: str = ""
    other: str = ""
    """The second sentence of a pair."""
    example: str = ""
    """An order, in words, on which it matters."""
    topic: Topic | None = None
    blocks: bool = False
    """K-01 and K-03 keep the affected topic from going live (product.md 5.3)."""


def examine(documents: Sequence[Document], terms: Terms, *, locales: Sequence[str], now: datetime) -> tuple[Finding, ...]:
    """Every finding, the blocking ones first. `now` is aware; only rules live at that moment count for K-01 and K-03."""
    found = [
        *missing(terms, locales=locales, now=now),
        *contradictions(terms, now=now),
        *vague(documents),
        *stale(documents, terms, now=now),
        *headings(documents, terms),
        *mismatches(documents, terms),
    ]
    return tuple(sorted(found, key=lambda one: (not one.blocks, one.check, one.document, one.locale)))


# ── K-01 ──


def topics_of(rule: Rule) -> frozenset[Topic]:
    """What a rule tells a shopper about."""
    topics: set[Topic] = set()
    body = rule.body
    match body:
        case Window():
            topics |= {"edit_window"} if body.changes & EDITS else set()
            topics |= {"cancel"} if ChangeKind.CANCEL_ORDER in body.changes else set()
            topics |= {"cut_off"} if body.cut_off is not None else set()
            topics |= {"eligible"} if body.changes & EDITS and body.changes != EDITS and body.changes != EVERY_CHANGE else set()
        case Permit():
            topics |= {"eligible"}
            topics |= {"cancel"} if ChangeKind.CANCEL_ORDER in body.changes else set()
        case Exclusion():
            topics |= {"exceptions"}
        case RestockingFee():
            topics |= {"fee"}
        case RefundTime() | RefundMethod():
            topics |= {"refund"}
        case PartialShipment():
            topics |= {"partial"}
        case AddItems():
            topics |= {"add_items"}
        case HandOffWhen():
            topics |= {"hand_off"}
        case ReturnPeriod():
            pass
        case _:
            assert_never(body)
    scope = rule.scope
    if (
        scope.order_tags
        or scope.shipping_methods
        or scope.countries
        or scope.total_from is not None
        or scope.total_below is not None
        or scope.discounted
    ):
        topics.add("order_scope")
    if scope.customer_tags or scope.b2b:
        topics.add("customer_scope")
    return frozenset(topics)


def missing(terms: Terms, *, locales: Sequence[str], now: datetime) -> Iterator[Finding]:
    """K-01: a topic with no live rule at all, or with none in one of the brand's languages."""
    spoken: dict[Topic, set[str]] = {topic: set() for topic in TOPICS}
    for rule in terms.live(now):
        for topic in topics_of(rule):
            spoken[topic] |= {source.locale.split("-")[0] for source in (rule.source, *rule.copies)}
    for topic, (dimension, about) in TOPICS.items():
        if not spoken[topic] and topic not in NEEDED:
            continue
        for locale in locales:
            if locale.split("-")[0] in spoken[topic]:
                continue
            title = heading(topic, locale)
            elsewhere = f" (there is one in {', '.join(sorted(spoken[topic]))})" if spoken[topic] else ""
            yield Finding(
                check="K-01",
                says=f"No approved rule says {about} ({dimension}) in {locale}{elsewhere}.",
                mend=f'Add a page headed "{title}" in {locale}, or approve the draft that covers it.',
                locale=locale,
                topic=topic,
                blocks=not spoken[topic],
            )


# ── K-02 ──


def vague(documents: Iterable[Document]) -> Iterator[Finding]:
    """K-02: a sentence about changing, cancelling, refunding or returning that gives no figure one can decide by."""
    for document in documents:
        words = lexicon(document.locale)
        for clause in document.clauses:
            for sentence in cut(clause.text, words):
                if sentence.question:
                    continue
                for part in sentence.parts:
                    statement = read(part, words)
                    hit = words["vague"].search(statement.words)
                    if hit is None or not sounds_like_a_rule(statement, flatten(clause.title).text):
                        continue
                    yield Finding(
                        check="K-02",
                        says=f'"{hit.group()}" leaves open how long or when.',
                        mend="Write the exact figure, for example a number of minutes, hours or working days, or an hour of the day.",
                        document=document.id,
                        locale=document.locale,
                        quote=clause.text[sentence.start : sentence.end],
                    )
                    break


# ── K-03 ──


def contradictions(terms: Terms, *, now: datetime) -> Iterator[Finding]:
    """K-03: two live rules that answer the same question differently, with an order on which they part."""
    for one, other in combinations(terms.live(now), 2):
        example = _clash(one, other)
        if example is None:
            continue
        where = (
            "language versions" if one.source.document == other.source.document and one.source.locale != other.source.locale else "places"
        )
        yield Finding(
            check="K-03",
            says=f"Two {where} disagree: {one.source.document} ({one.source.locale}) and {other.source.document} ({other.source.locale}).",
            mend="Make both say the same, or remove one. Until then the stricter holds; differing fees and refund times are not stated.",
            document=one.source.document,
            locale=one.source.locale,
            quote=one.source.quote,
            other=other.source.quote,
            example=example,
            topic=next(iter(sorted(topics_of(one) & topics_of(other))), None),
            blocks=True,
        )


def _clash(one: Rule, other: Rule) -> str | None:
    """An order on which two rules part, in words; None where they agree or speak of different things."""
    first, second = one.body, other.body
    if isinstance(first, Window) and isinstance(second, Window) and first.changes & second.changes and one.scope == other.scope:
        if first.changes != second.changes and one.source.document != other.source.document:
            return None  # a page on one kind of change beside the general one is a special rule, not a contradiction
        return _windows_part(first, second)
    if isinstance(first, Exclusion) != isinstance(second, Exclusion):
        ban, allowed = (one, other) if isinstance(first, Exclusion) else (other, one)
        return _ban_meets(ban, allowed)
    if canonical(one.scope) != canonical(other.scope):
        return None
    return _figures_part(first, second)


def _windows_part(first: Window, second: Window) -> str | None:
    if first.within is not None and second.within is not None and first.within != second.within:
        between = min(first.within, second.within) + timedelta(minutes=1)
        return f"An order placed {_length(between)} ago: closed by one sentence, still open by the other."
    if first.until is not None and second.until is not None and first.until != second.until and not (first.within or second.within):
        return "An order that is being packed but has not left: closed by one sentence, still open by the other."
    if first.cut_off is not None and second.cut_off is not None and first.cut_off != second.cut_off:
        early, late = sorted((first.cut_off.at, second.cut_off.at))
        return (
            f"An order placed in the morning, looked at between {early:%H:%M} and {late:%H:%M}: closed by one sentence, open by the other."
        )
    if first.before_release is not None and second.before_release is not None and first.before_release != second.before_release:
        between = max(first.before_release, second.before_release) - timedelta(minutes=1)
        return f"A pre-order {_length(between)} before its release: closed by one sentence, still open by the other."
    return None


def _ban_meets(ban: Rule, allowed: Rule) -> str | None:
    body, other = ban.body, allowed.body
    if not isinstance(body, Exclusion) or not isinstance(other, (Window, Permit)) or not body.changes & other.changes:
        return None
    if canonical(ban.scope) != canonical(allowed.scope):
        return None
    named = "such an order" if ban.scope == Scope() else "an order of the kind both sentences name"
    return f"Right after checkout, {named}: one sentence allows the change, the other forbids it."


def _figures_part(first: Body, second: Body) -> str | None:
    if isinstance(first, RestockingFee) and isinstance(second, RestockingFee) and first.on & second.on:
        if (first.percent, first.amount) != (second.percent, second.amount):
            return "An order that is cancelled or returned today: the two sentences keep different fees."
    elif isinstance(first, RefundTime) and isinstance(second, RefundTime) and first.leg == second.leg:
        if (first.low, first.high, first.unit) != (second.low, second.high, second.unit):
            one, other = (f"{body.high} {body.unit.replace('_', ' ')}" for body in (first, second))
            return f"A refund made today: {one} by one, {other} by the other."
    elif isinstance(first, ReturnPeriod) and isinstance(second, ReturnPeriod) and first.exchange == second.exchange:
        if first.within != second.within:
            between = min(first.within, second.within) + timedelta(days=1)
            return f"An order delivered {_length(between)} ago: too late by one sentence, in time by the other."
    elif isinstance(first, AddItems) and isinstance(second, AddItems):
        if first.allowed != second.allowed:
            return "A shopper who wants one more product on an open order: yes by one sentence, no by the other."
    elif isinstance(first, PartialShipment) and isinstance(second, PartialShipment) and first.open_lines != second.open_lines:
        return "An order of which one of two lines has shipped: the other line is open by one sentence, closed by the other."
    elif isinstance(first, RefundMethod) and isinstance(second, RefundMethod) and not first.methods & second.methods:
        return "A refund made today: each sentence sends the money another way."
    return None


def _length(span: timedelta) -> str:
    minutes = int(span.total_seconds() // 60)
    if minutes % 1440 == 0:
        return f"{minutes // 1440} days"
    if minutes % 60 == 0:
        return f"{minutes // 60} hours"
    return f"{minutes // 60} h {minutes % 60} min" if minutes > 60 else f"{minutes} minutes"


# ── K-04 ──

_MONTHS = {
    name: number
    for row in (
        "january february march april may june july august september october november december",
        "janvier fevrier mars avril mai juin juillet aout septembre octobre novembre decembre",
        "enero febrero marzo abril mayo junio julio agosto septiembre octubre noviembre diciembre",
        "januar februar marz april mai juni juli august september oktober november dezember",
    )
    for number, name in enumerate(row.split(), start=1)
}
_NAMES = "|".join(sorted(_MONTHS, key=len, reverse=True))
_DATES = (
    re.compile(rf"(?:(?P<d>\d{{1,2}})(?:st|nd|rd|th|er|\.)? (?:de |of )?)?(?P<m>{_NAMES})(?: de| del)?,? (?P<y>20\d\d)"),
    re.compile(rf"(?P<m>{_NAMES}) (?P<d>\d{{1,2}})(?:st|nd|rd|th)?,? (?P<y>20\d\d)"),
    re.compile(r"(?P<y>20\d\d)年(?:(?P<m>\d{1,2})月)?(?:(?P<d>\d{1,2})日)?"),
    re.compile(r"(?P<y>20\d\d)-(?P<m>\d{2})-(?P<d>\d{2})"),
    re.compile(r"(?<![\d/.])(?P<d>\d{1,2})[/.](?P<m>\d{1,2})[/.](?P<y>20\d\d)"),
    re.compile(
        r"(?:christmas|black friday|easter|summer|winter|spring|autumn|noel|paques|navidad|weihnachten|ostern|sale|soldes) (?P<y>20\d\d)"
    ),
)


def stale(documents: Iterable[Document], terms: Terms, *, now: datetime) -> Iterator[Finding]:
    """K-04: a date that has passed, in a text or as the end of a rule."""
    today = now.astimezone(ZoneInfo(terms.zone)).date()
    for document in documents:
        for clause in document.clauses:
            for sentence in cut(clause.text, lexicon(document.locale)):
                quote = clause.text[sentence.start : sentence.end]
                past = [day for day in _days_in(flatten(quote).text) if day < today]
                if past:
                    yield Finding(
                        check="K-04",
                        says=f"This sentence speaks of {max(past):%Y-%m-%d}, which has passed.",
                        mend="Remove the sentence or give it a new date.",
                        document=document.id,
                        locale=document.locale,
                        quote=quote,
                    )
    for rule in terms.rules:
        if rule.valid_until is not None and rule.valid_until <= now:
            yield Finding(
                check="K-04",
                says=f"The rule {rule.id} ended on {rule.valid_until:%Y-%m-%d} and no longer counts.",
                mend="Remove it from the rules file or give it a new end.",
                document=rule.source.document,
                locale=rule.source.locale,
                quote=rule.source.quote,
            )


def _days_in(words: str) -> list[date]:
    """The last day each date in folded words can mean."""
    found = []
    for pattern in _DATES:
        for hit in pattern.finditer(words):
            groups = hit.groupdict()
            month = groups.get("m")
            number = _MONTHS.get(month, 0) or int(month) if month else 12
            day = int(groups.get("d") or 0)
            try:
                found.append(date(int(groups["y"]), number, day) if day else _last_of(int(groups["y"]), number))
            except ValueError:
                continue
    return found


def _last_of(year: int, month: int) -> date:
    following = date(year + month // 12, month % 12 + 1, 1)
    return following - timedelta(days=1)


# ── K-06 ──


def headings(documents: Iterable[Document], terms: Terms) -> Iterator[Finding]:
    """K-06: a heading above a rule that has no word of what it is about (003-54)."""
    brand = Brandwide(zone=terms.zone, currency=terms.currency, home=home_of(terms.zone))
    for document in documents:
        words = lexicon(document.locale)
        seen: set[str] = set()
        for clause in document.clauses:
            rules = [rule for rule in terms.rules if any(source.clause == clause.id for source in (rule.source, *rule.copies))]
            if not rules or clause.title in seen:
                continue
            seen.add(clause.title)
            parts = heading_parts(clause.title)
            if any(has_topic_words(read(flatten(part).text, words), brand) for part in parts):
                continue
            topic: Topic = next((one for rule in rules for one in sorted(topics_of(rule))), "edit_window")
            yield Finding(
                check="K-06",
                says=f'The heading "{clause.title}" has no word of what stands under it.',
                mend=f'Call it "{heading(topic, document.locale)}".',
                document=document.id,
                locale=document.locale,
                quote=rules[0].source.quote,
                topic=topic,
            )


# ── K-07 ──


def mismatches(documents: Sequence[Document], terms: Terms) -> Iterator[Finding]:
    """K-07: a rule whose words are gone or say another figure; a sentence that sounds like a rule and became none."""
    texts = {(document.id, clause.id): clause.text for document in documents for clause in document.clauses}
    for rule in terms.rules:
        for source in (rule.source, *rule.copies):
            text = texts.get((source.document, source.clause))
            if text is None or source.quote not in text:
                yield _pair(
                    rule, "The words this rule stands on are no longer in the policy.", "Compile the policy again and approve its rules."
                )
        if rule.stated and not _figures_in(rule):
            yield _pair(
                rule,
                "The rules file gives a figure that the quoted sentence does not.",
                "Correct the file, or change the sentence to say the same.",
            )
    for one in terms.not_understood:
        yield Finding(
            check="K-07",
            says=f"This sentence sounds like a rule and became none: {one.why}.",
            mend="Say it in plain words with its figure, or state the rule in a rules file.",
            document=one.source.document,
            locale=one.source.locale,
            quote=one.source.quote,
        )


def _pair(rule: Rule, says: str, mend: str) -> Finding:
    return Finding(
        check="K-07",
        says=says,
        mend=mend,
        document=rule.source.document,
        locale=rule.source.locale,
        quote=rule.source.quote,
        other=str(rule.id),
    )


def _figures_in(rule: Rule) -> bool:
    """Whether a stated rule's length or percentage is among those its sentence names. A sentence without figures differs from none."""
    words, language = flatten(rule.source.quote).text, lexicon(rule.source.locale).language
    body = rule.body
    if isinstance(body, (Window, AddItems, ReturnPeriod)):
        named = [one.delta for one in durations(words, language)]
        lengths = [body.within, body.before_release] if isinstance(body, Window) else [body.within]
        return not named or all(length is None or length in named for length in lengths)
    if isinstance(body, RestockingFee) and body.percent is not None:
        rates = [one.value for one in percents(words)]
        return not rates or body.percent in rates
    if isinstance(body, RefundTime):
        spans = [(int(one.low), int(one.high)) for one in durations(words, language)]
        return not spans or (body.low, body.high) in spans
    return True
