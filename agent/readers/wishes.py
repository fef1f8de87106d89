"""Finds the wishes in a message: each clause is read, and clauses that say one thing are put together again."""

import re
from collections.abc import Sequence
from dataclasses import replace

from agent.readers import cues
from agent.readers.changes import change_in
from agent.readers.classifier import Model, Sentence, plainly, score
from agent.readers.clauses import MOST, STRONG, Clause, clauses
from agent.readers.long_messages import asks, courteous, is_long, sentences_of, unlinked, vague
from agent.readers.mood import mood_of
from agent.readers.references import bare_number, line_refs, order_refs
from agent.readers.screening import orders_the_agent, screened
from agent.readers.weighing import only_named, settled, weigh
from agent.readers.words import fold
from agent.wish import DesiredChange, Intent, WishReading

LONGEST_CLAUSE = 500
"""Characters read of one clause."""
MOST_SENTENCES = 12
_EDITS = frozenset({Intent.CHANGE_ITEM, Intent.CHANGE_QUANTITY, Intent.REMOVE_ITEM, Intent.CANCEL_ITEM})
_ITEM_WISHES = _EDITS | {Intent.RETURN_EXCHANGE, Intent.ADD_ITEM, Intent.DELIVERY_PROBLEM, Intent.ORDER_STATUS, Intent.CANCEL_ORDER}
_CHANGED = frozenset({Intent.CHANGE_ITEM, Intent.CHANGE_QUANTITY, Intent.RETURN_EXCHANGE})
_REASONS: dict[Intent, frozenset[Intent]] = {
    Intent.CANCEL_ORDER: frozenset(
        {
            Intent.ORDER_STATUS,
            Intent.POLICY_QUESTION,
            Intent.RETURN_EXCHANGE,
            Intent.CHANGE_ITEM,
            Intent.CANCEL_ITEM,
            Intent.DELIVERY_PROBLEM,
        }
    ),
    Intent.DELIVERY_PROBLEM: frozenset({Intent.RETURN_EXCHANGE, Intent.ORDER_STATUS, Intent.CHANGE_ITEM}),
    Intent.RETURN_EXCHANGE: frozenset({Intent.ORDER_STATUS, Intent.CHANGE_ITEM, Intent.POLICY_QUESTION}),
    Intent.TALK_TO_HUMAN: frozenset({Intent.ABUSE, Intent.IS_IT_A_BOT}),
}
"""What is only the why of a stronger wish: "it is late, cancel it" is a cancellation."""
_SMALL = frozenset({Intent.SMALLTALK, Intent.OTHER, Intent.ABUSE})
_PLEASANTRY = re.compile(
    r"^(?:(?:hello|hi+|hey+|hiya|good (?:morning|evening|afternoon|day)|dear \w+|bonjour|salut|coucou|bonsoir|hola"
    r"|buen[oa]s(?: (?:dias|tardes|noches))?|hallo|guten (?:tag|morgen|abend)|moin|servus|gruss gott|こんにちは"
    r"|こんばんは|おはよう(?:ございます)?|はじめまして|すみません(?:が)?|お世話になっております)(?: (?:there|team"
    r"|all|everyone|a tous|zusammen|equipe))?[\s,.!、。-]+)+"
)
_THANKS = re.compile(
    r"[\s,.!;、。-]+(?:thanks?(?: you| a lot| in advance| so much)?|thx|cheers|merci(?: (?:beaucoup|d'avance|bien"
    r"|bcp))?|gracias|muchas gracias|danke(?: (?:schon|im voraus|sehr))?|vielen dank|ありがとう(?:ございます)?"
    r"|よろしく(?:お願いします|お願いいたします)?)[\s.!。]*$"
)


_KEEPS = re.compile(
    r"(?:but )?(?:keep|leave)\b|gard(?:e|er|ez)\b|mais gard|behalt|den rest|quedar?|deja(?:r|d)? (?:el|la|lo)\b|残りは|他は"
)
_IT = re.compile(
    r"\b(?:cancel|remove|delete|drop|return|exchange|swap|change|refund|take|send) (?:it|that|them|this|those)\b(?! (?:to|for|into))"
    r"|\bl(?:'|es |a |e )(?:annuler|retirer|enlever|supprimer|echanger|renvoyer|changer|rendre)\b"
    r"|\b(?:cancel|quit|devolv|cambi)ar?l[oa]s?\b"
    r"|\b(?:sie|ihn|es|das) (?:bitte )?(?:stornieren|entfernen|zuruckschicken|umtauschen)\b"
)
"""A second half that speaks of what the first half named."""
_NAMES_ONLY = re.compile(
    r"^(?:(?:the|my|this|that|le|la|les|l'|mon|ma|mes|el|los|las|mi|mis|der|die|das|den|meine?n?) ?(?:[\w-]+ ?){1,2}"
    r"|[\u30a1-\u30ffー\u4e00-\u9fff]{2,8})[.!?]?$"
)


class WishFinder:
    """Reads wishes out of clean text. Holds the shipped model; pure but for the encoder handed in."""

    def __init__(self, sentence: Sentence, model: Model) -> None:
        self._sentence, self._model = sentence, model

    def wishes(self, text: str, language: str) -> tuple[WishReading, ...]:
        """All wishes of a message, in the order said; at least one. text: tidied, contacts and cards lifted."""
        body = without_courtesies(text)
        if is_long(body, language):
            return tuple(dict.fromkeys(_wish(clause) for clause in self._long(body, language)))
        return tuple(dict.fromkeys(self._short(text, body, language)))

    def _short(self, text: str, body: str, language: str) -> tuple[WishReading, ...]:
        """A message of a sentence or two. body: `text` without greeting and thanks."""
        pieces = [piece for piece in clauses(body, language) if not orders_the_agent(fold(piece))]
        if not pieces:
            whole = fold(text)
            return (WishReading(intents=settled(Intent.OTHER if orders_the_agent(whole) else Intent.SMALLTALK).intents),)
        kept = " ".join(pieces) if len(pieces) < len(clauses(body, language)) else body
        if len(pieces) == 1 or len(_groups(pieces)) < 2:
            return (_wish(self._surest(kept, pieces, language)),)
        read = self._joined(pieces[:MOST], language)
        if len(read) == 1:
            return (_wish(self.read(kept, language)),)
        return tuple(_wish(clause) for clause in _shared_orders(_without_reasons(read)))

    def _long(self, body: str, language: str) -> list[Clause]:
        """A letter: the sentences that ask carry the wishes, the story before them only names orders and items."""
        asked: list[Clause] = []
        told: list[Clause] = []
        for sentence in sentences_of(body)[:MOST_SENTENCES]:
            folded = fold(sentence)
            if orders_the_agent(folded) or courteous(folded):
                continue
            read = self._sentence_read(unlinked(sentence), language)
            if vague(folded) and _telling(told):
                continue
            (asked if asks(folded) else told).extend(clause for clause in read if clause.weighed.intent not in _SMALL)
        wanted = [clause for clause in asked if clause.weighed.sure and (clause.strong() or clause.weighed.chance >= 0.6)]
        if not wanted:
            wanted = _without_reasons(_telling(told) or asked or [self.read(body, language)])
            return _shared_orders(_one_each(wanted))
        reasons = {reason for clause in wanted for reason in _REASONS.get(clause.weighed.intent, frozenset())}
        intents = {clause.weighed.intent for clause in wanted}
        beside = [clause for clause in _telling(told) if clause.weighed.intent not in reasons | intents and _changes(clause)]
        known = _folded_in(wanted, [clause for clause in told if clause.orders])
        return _shared_orders(_one_each([*beside, *(_with_item(clause, told) for clause in known)]))

    def _sentence_read(self, sentence: str, language: str) -> list[Clause]:
        pieces = clauses(sentence, language)
        if len(pieces) == 1 or len(_groups(pieces)) < 2:
            return [self._surest(sentence, pieces, language)]
        read = self._joined(pieces[:MOST], language)
        return [self.read(sentence, language)] if len(read) == 1 else _without_reasons(read)

    def read(self, text: str, language: str) -> Clause:
        """One clause as one wish."""
        text = text[:LONGEST_CLAUSE]
        mended = plainly(text, language, self._model)
        folded = fold(mended)
        orders, lines = order_refs(text), line_refs(text, language)
        change = change_in(text)
        change = _cased(change, text)
        rough = mood_of(text)
        rule = screened(folded, rough, has_wish=any(cues.has(name, folded) for names in STRONG.values() for name in names))
        if rule is not None:
            weighed = settled(rule)
        elif bare_number(text) is not None:
            weighed = only_named(())
        else:
            weighed = weigh(score(mended, self._model, self._sentence).chances, folded, lines, change, rude=rough in {"abusive", "threat"})
            if not weighed.sure and lines and change is None and _NAMES_ONLY.match(folded):
                weighed = only_named(lines)
        return Clause(text=text, folded=folded, weighed=weighed, orders=orders, lines=lines, change=change)

    def _surest(self, whole: str, pieces: Sequence[str], language: str) -> Clause:
        """The message as one wish; where that leaves a doubt, its one telling piece alone."""
        read = self.read(whole, language)
        if read.weighed.sure or len(pieces) == 1:
            return read
        telling = next((piece for piece in pieces if _groups([piece])), None)
        alone = self.read(telling, language) if telling else read
        if not alone.weighed.sure:
            return read
        return replace(alone, orders=alone.orders or read.orders, lines=alone.lines or read.lines, change=alone.change or read.change)

    def _joined(self, pieces: Sequence[str], language: str) -> list[Clause]:
        """Neighbours that are one wish, or too weak to stand alone, become one clause again."""
        found: list[Clause] = []
        for piece in pieces:
            clause = self.read(piece, language)
            before = found[-1] if found else None
            if before is not None and before.lines and _IT.search(clause.folded) and not clause.lines:
                found[-1] = self.read(_together(before.text, piece, language), language)
            elif before is not None and _another_item(before, clause):
                found.append(
                    clause if clause.weighed.sure and clause.weighed.intent in _CHANGED else replace(clause, weighed=before.weighed)
                )
            elif before is not None and not _apart(before, clause):
                found[-1] = self.read(_together(before.text, piece, language), language)
            else:
                found.append(clause)
        return found


def without_courtesies(text: str) -> str:
    """Without the greeting before and the thanks behind, where something is left."""
    folded = fold(text)
    if len(folded) != len(text):
        return text
    start = found.end() if (found := _PLEASANTRY.match(folded)) else 0
    end = found.start() if (found := _THANKS.search(folded)) and found.start() > start else len(text)
    return text[start:end].strip() or text


def _groups(pieces: Sequence[str]) -> list[frozenset[str]]:
    """The pieces that hold a cue of their own."""
    found = (
        frozenset(group for group, names in STRONG.items() if any(cues.has(name, fold(piece)) for name in names))
        or frozenset({"edit"} if change_in(piece) is not None else ())
        for piece in pieces
    )
    return [groups for groups in found if groups]


def _telling(told: Sequence[Clause]) -> list[Clause]:
    """What a story says clearly enough to be acted on where nothing is asked."""
    return [clause for clause in told if clause.weighed.sure and clause.weighed.chance >= (0.6 if clause.strong() else 0.8)]


def _changes(clause: Clause) -> bool:
    """A statement that is a wish without a please: "it should be an L", "we have moved"."""
    intent = clause.weighed.intent
    if intent in _CHANGED - {Intent.RETURN_EXCHANGE}:
        return clause.change is not None and (cues.has("instead", clause.folded) or cues.has("mistake", clause.folded))
    return intent in {Intent.CHANGE_ADDRESS, Intent.DELIVERY_PROBLEM, Intent.WITHDRAW} and clause.weighed.chance >= 0.8


def _with_item(clause: Clause, told: Sequence[Clause]) -> Clause:
    """An ask that says "it": the one item the story named last."""
    if clause.lines or clause.weighed.intent not in _CHANGED:
        return clause
    lines = next((one.lines for one in reversed(told) if len(one.lines) == 1), ())
    return replace(clause, lines=lines)


def _one_each(read: Sequence[Clause]) -> list[Clause]:
    """Two sentences that want the same of the same thing are one wish."""
    found: list[Clause] = []
    for clause in read:
        same = next((one for one in found if one.weighed.intent is clause.weighed.intent and _same_thing(one, clause)), None)
        if same is None:
            found.append(clause)
        else:
            found[found.index(same)] = replace(
                same, orders=same.orders or clause.orders, lines=same.lines or clause.lines, change=same.change or clause.change
            )
    return found


def _same_thing(one: Clause, other: Clause) -> bool:
    differ = one.lines and other.lines and one.lines != other.lines and one.change is not None and other.change is not None
    return not differ and not (one.orders and other.orders and one.orders != other.orders)


def _apart(before: Clause, clause: Clause) -> bool:
    """Whether a clause is a wish of its own beside the one before it."""
    if _KEEPS.match(clause.folded):
        return False
    if not clause.strong() or not before.strong():
        return _stands_alone(before) and _stands_alone(clause) and before.weighed.intent is not clause.weighed.intent
    if not (before.weighed.sure and clause.weighed.sure):
        return False
    first, second = before.weighed.intent, clause.weighed.intent
    if first is not second and not (
        {first, second} <= _EDITS and clause.strong() == before.strong() and not (before.lines and clause.lines)
    ):
        return True
    other_order = bool(before.orders and clause.orders and before.orders != clause.orders)
    other_line = bool(before.lines and clause.lines and before.lines != clause.lines and before.change and clause.change)
    return (other_order or other_line) and first in _ITEM_WISHES


def _another_item(before: Clause, clause: Clause) -> bool:
    """ "The shirt in L and the jacket in blue": the second change needs no verb."""
    return (
        before.weighed.intent in _CHANGED
        and bool(before.lines and clause.lines and before.lines != clause.lines)
        and before.change is not None
        and clause.change is not None
        and bool((before.change.value or before.change.quantity) and (clause.change.value or clause.change.quantity))
    )


def _stands_alone(clause: Clause) -> bool:
    return clause.weighed.sure and clause.weighed.chance >= 0.85 and clause.weighed.intent not in _SMALL and len(clause.folded) > 12


def _together(first: str, second: str, language: str) -> str:
    return f"{first}、{second}" if language == "ja" else f"{first}, {second}"


def _without_reasons(read: Sequence[Clause]) -> list[Clause]:
    """Drops greetings, and what only says why."""
    kept = [clause for clause in read if clause.weighed.intent not in _SMALL or (clause.weighed.intent is Intent.OTHER and clause.strong())]
    kept = kept or [max(read, key=lambda clause: clause.weighed.chance)]
    intents = {clause.weighed.intent for clause in kept}
    reasons = {reason for intent in intents for reason in _REASONS.get(intent, frozenset())} - _asked_outright(kept)
    strong = [clause for clause in kept if clause.weighed.intent not in reasons]
    return _folded_in(strong or kept, [clause for clause in kept if clause not in strong]) if strong else kept


def _asked_outright(kept: Sequence[Clause]) -> set[Intent]:
    """A second question about something else named with its own order or item is a wish, not a reason."""
    return {clause.weighed.intent for clause in kept if clause.orders and clause.orders[0].kind == "number"} | {
        clause.weighed.intent
        for clause in kept
        if clause.weighed.intent in {Intent.ORDER_STATUS, Intent.RETURN_EXCHANGE, Intent.CHANGE_ITEM, Intent.CANCEL_ITEM}
        and ((cues.has("question", clause.folded) and clause.lines) or (clause.change is not None and clause.change.value and clause.lines))
        and not (clause.weighed.intent is Intent.RETURN_EXCHANGE and cues.has("refund", clause.folded))
    }


def _folded_in(strong: Sequence[Clause], reasons: Sequence[Clause]) -> list[Clause]:
    """What a reason named (the order, the item) is kept where the wish named none."""
    orders = next((clause.orders for clause in reasons if clause.orders), ())
    lines = next((clause.lines for clause in reasons if clause.lines), ())
    return [
        replace(
            clause,
            orders=clause.orders or orders,
            lines=clause.lines or (lines if clause.weighed.intent in _ITEM_WISHES - {Intent.CANCEL_ORDER} else ()),
        )
        for clause in strong
    ]


def _shared_orders(read: Sequence[Clause]) -> list[Clause]:
    """ "On 1042 change the size and cancel the belt": an order named once holds for all that name none."""
    named = [clause.orders for clause in read if clause.orders]
    if len({orders for orders in named}) != 1:
        return list(read)
    return [
        clause
        if clause.orders or clause.weighed.intent in {Intent.POLICY_QUESTION, Intent.TALK_TO_HUMAN}
        else replace(clause, orders=named[0])
        for clause in read
    ]


def _cased(change: DesiredChange | None, text: str) -> DesiredChange | None:
    """The value as the shopper wrote it."""
    if change is None or change.value is None:
        return change
    at = text.lower().find(change.value.lower())
    return replace(change, value=text[at : at + len(change.value)] if at >= 0 and len(change.value) > 3 else change.value)


def _wish(clause: Clause) -> WishReading:
    intent = clause.weighed.intent
    return WishReading(
        intents=clause.weighed.intents,
        order_refs=clause.orders,
        line_refs=clause.lines if intent in _ITEM_WISHES else (),
        change=clause.change if intent in _CHANGED else None,
        sure=clause.weighed.sure,
        topics=(),
    )
