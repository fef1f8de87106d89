"""From the chances of one clause to its reading: which intents stay, and whether the first is sure."""

import re
from collections.abc import Mapping
from dataclasses import dataclass

from agent.readers import cues
from agent.wish import DesiredChange, Guess, Intent, LineRef

SURE = 0.5
"""Below this we ask back (language.md 1, rule 6)."""
APART = 0.12
"""The first must lead the second by this much."""
NAMED = 0.4
"""Enough for a change whose size or colour was said."""

_ALIKE: tuple[frozenset[Intent], ...] = (
    frozenset({Intent.CHANGE_ITEM, Intent.CHANGE_QUANTITY}),
    frozenset({Intent.REMOVE_ITEM, Intent.CANCEL_ITEM, Intent.CANCEL_ORDER}),
    frozenset({Intent.POLICY_QUESTION, Intent.OTHER}),
)
"""Readings code tells apart by what is named (an item, a number), so that nobody is asked to choose between them."""


_ENTIRE = re.compile(
    r"\b(?:whole|entire|full|complete) (?:order|thing|purchase|lot)|(?:remove|delete|drop|supprime[rz]?|elimina"
    r"|loscht?|loschen) (?:my|the|ma|mi|meine|die) (?:order|commande|pedido|bestellung)\b|toute (?:la|ma) commande"
    r"|この注文なし|注文なし"
    r"|(?:take|remove|delete|drop|pull) (?:my|the|this) (?:whole )?(?:order|purchase)(?! of)\b"
    r"|(?:retire|enleve|supprime|efface)[rz]? (?:ma|la|cette|mon|l')? ?(?:commande|achat)\b"
    r"|todo (?:el|mi) pedido|(?:ganze|gesamte|komplette)n? bestellung|注文(?:ごと|全体|を全部|を?すべて)|全部(?:キャンセル|取り消|なし)"
)
"""The order as a whole, whatever the verb."""


_MAY_I = re.compile(
    r"\b(?:can|could|may|kann|konn(?:en|te|ten)|puis|peut|peux|pourrai[st]|puedo|podria|se puede)\b|(?:もらえ|でき|可能|いただけ)"
)
"""A question for what may be had: its "get" and "bekommen" tell of nothing that has arrived."""

_TELL_ME = re.compile(r"\?|？|\b(?:tell|explain|what|dites|expliquez|quel|diga|explique|cual|sagen|welche|was)\w*\b|教えて|知りたい|とは")
"""Words that ask to be told a rule; who only mentions one wants the thing done."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Weighed:
    intents: tuple[Guess, ...]
    sure: bool

    @property
    def intent(self) -> Intent:
        return self.intents[0].intent

    @property
    def chance(self) -> float:
        return self.intents[0].confidence


def settled(intent: Intent) -> Weighed:
    """What a rule said."""
    return Weighed(intents=(Guess(intent=intent, confidence=0.99),), sure=True)


def weigh(
    chances: Mapping[Intent, float], folded: str, lines: tuple[LineRef, ...], change: DesiredChange | None, *, rude: bool = False
) -> Weighed:
    """chances: of one clause, summing to one. folded: that clause. Like readings are pooled under the one the words name.

    rude: whether the words themselves are an insult or a threat (`mood.mood_of`).
    """
    pooled = _unruled(chances, folded, rude=rude)
    _arrived(pooled, folded)
    _asked_about(pooled, folded)
    _can_it_be(pooled, folded, change)
    for group in _ALIKE:
        mass = sum(pooled.get(intent, 0.0) for intent in group)
        named = _named(group, pooled, folded, lines, change)
        for intent in group:
            pooled[intent] = mass if intent is named else 0.0
    ordered = sorted(pooled.items(), key=lambda one: -one[1])
    first, second = ordered[0][1], ordered[1][1]
    sure = first >= SURE and first - second >= APART
    if ordered[0][0] is Intent.CHANGE_ITEM and change is not None and change.value and first >= NAMED and first - second >= APART:
        sure = True  # a size or a colour was named: half the doubt is gone
    if not sure:  # nobody is asked "did you mean to insult us?"
        ordered = [one for one in ordered if one[0] is not Intent.ABUSE]
    intents = tuple(Guess(intent=intent, confidence=round(min(chance, 0.99), 3)) for intent, chance in ordered[:3] if chance >= 0.02)
    return Weighed(intents=intents, sure=sure)


def _unruled(chances: Mapping[Intent, float], folded: str, *, rude: bool) -> dict[Intent, float]:
    """What a rule would have settled, and did not, is unlikely: a withdrawal without its word, an insult without one."""
    pooled = dict(chances)
    if not cues.has("withdraw", folded):
        pooled[Intent.WITHDRAW] = pooled.get(Intent.WITHDRAW, 0.0) * 0.01
    if not rude:
        pooled[Intent.ABUSE] = pooled.get(Intent.ABUSE, 0.0) * 0.1
    whole = sum(pooled.values())
    return {intent: chance / whole for intent, chance in pooled.items()} if whole else pooled


def only_named(lines: tuple[LineRef, ...]) -> Weighed:
    """A number or an item and nothing else: what is it about? The two commonest are offered."""
    first, second = (Intent.CHANGE_ITEM, Intent.ORDER_STATUS) if lines else (Intent.ORDER_STATUS, Intent.CHANGE_ITEM)
    return Weighed(intents=(Guess(intent=first, confidence=0.45), Guess(intent=second, confidence=0.35)), sure=False)


def _arrived(pooled: dict[Intent, float], folded: str) -> None:
    """Who says how it fits, or what arrived, has it in hands: that is an exchange, not an edit."""
    on_hand = cues.has("received", folded) and (cues.has("fit", folded) or cues.has("exchange", folded) or cues.has("dislike", folded))
    if (on_hand or cues.has("fit", folded)) and not cues.has("forgot", folded):
        _moved(pooled, Intent.CHANGE_ITEM, Intent.RETURN_EXCHANGE, 0.8 if on_hand else 0.4)


def _asked_about(pooled: dict[Intent, float], folded: str) -> None:
    """ "Are returns free?" asks about the rule; "we are moving, what now?" asks for another address."""
    returns = cues.has("return", folded) or cues.has("exchange", folded)
    done = any(cues.has(name, folded) for name in ("want", "refund", "label", "received", "fit", "broken"))
    if cues.has("return", folded) and not cues.has("cancel", folded):
        _moved(pooled, Intent.CANCEL_ORDER, Intent.RETURN_EXCHANGE, 0.7)  # who sends it back has it
    if returns and cues.has("how_much", folded) and not done:
        _moved(pooled, Intent.RETURN_EXCHANGE, Intent.POLICY_QUESTION, 0.7)
    if returns and cues.has("policy", folded) and (_TELL_ME.search(folded) or not done):
        _moved(pooled, Intent.RETURN_EXCHANGE, Intent.POLICY_QUESTION, 0.9)  # "your rules on returns, please"
    if (
        cues.has("add", folded)
        and cues.has("count", folded)
        and not any(cues.has(name, folded) for name in ("instead", "only", "quantity"))
    ):
        _moved(pooled, Intent.CHANGE_QUANTITY, Intent.ADD_ITEM, 0.5)  # "put two more soaps in"
    if cues.has("when", folded) and cues.has("arrive", folded) and not cues.has("refund", folded) and not cues.has("if", folded):
        _moved(pooled, Intent.POLICY_QUESTION, Intent.ORDER_STATUS, 0.5)
    if cues.has("moved", folded) and not cues.has("cancel", folded):
        for asked in (Intent.POLICY_QUESTION, Intent.ORDER_STATUS):
            _moved(pooled, asked, Intent.CHANGE_ADDRESS, 0.7)


def _can_it_be(pooled: dict[Intent, float], folded: str, change: DesiredChange | None) -> None:
    """ "Can I have the shirt in L?" and "L instead of M, could you send that?" ask for the size, not for a rule or a place."""
    if change is None or change.option not in ("size", "colour") or not change.value:
        return
    if any(cues.has(name, folded) for name in ("return", "exchange", "how_much", "address", "place", "moved", "add")):
        return
    if cues.has("received", folded) and not _MAY_I.search(folded):
        return
    for heard in (Intent.POLICY_QUESTION, Intent.CHANGE_ADDRESS, Intent.OTHER):
        _moved(pooled, heard, Intent.CHANGE_ITEM, 0.7)


def _moved(pooled: dict[Intent, float], giver: Intent, taker: Intent, share: float) -> None:
    mass = pooled.get(giver, 0.0) * share
    pooled[giver] = pooled.get(giver, 0.0) - mass
    pooled[taker] = pooled.get(taker, 0.0) + mass


def _named(
    group: frozenset[Intent], pooled: Mapping[Intent, float], folded: str, lines: tuple[LineRef, ...], change: DesiredChange | None
) -> Intent:
    best = max(sorted(group), key=lambda intent: pooled.get(intent, 0.0))
    if Intent.CHANGE_ITEM in group:
        if change is not None and change.option is not None and change.quantity is None:
            return Intent.CHANGE_ITEM
        if change is not None and change.quantity is not None and change.option is None:
            return Intent.CHANGE_QUANTITY
        return best
    if Intent.CANCEL_ORDER in group:
        if _ENTIRE.search(folded):
            return Intent.CANCEL_ORDER
        if cues.has("twice", folded) and cues.has("order", folded):
            return Intent.CANCEL_ORDER  # the same order placed twice: one of them goes
        if not lines or lines[0].kind == "all":
            return best if best is Intent.REMOVE_ITEM or not _whole(folded) else Intent.CANCEL_ORDER
        if best is Intent.CANCEL_ORDER:
            # "remove the belt" and "cancel the belt" are one change; the verb only chooses the label
            return Intent.REMOVE_ITEM if cues.has("remove", folded) and not cues.has("cancel", folded) else Intent.CANCEL_ITEM
        return best
    return best


def _whole(folded: str) -> bool:
    return cues.has("order", folded) or not cues.has("rest", folded)
