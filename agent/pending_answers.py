"""What words say to our own question, where a reader took them for something else. Pure.

To "sign in, or have a code sent": an address, the wish for a code, a refusal. To a person announced by mail: that none is wanted.
To "which order?": an item of one of them, or all.
"""

import re
from dataclasses import replace

from agent.conversation import AwaitSignIn, ChooseOrder, ConfirmHandOff, ConversationState
from agent.reading import Answer, Reading
from agent.resolve import holding_words
from agent.thing_words import fold
from agent.wish import Intent, OrderRef, WishReading
from shop.order import Order

_EMAIL = re.compile(r"[^\s@<>():;,]+@[^\s@<>():;,]+\.[a-z]{2,}", re.IGNORECASE)
_CODE = re.compile(r"\b(?:codes?|codigos?|kode)\b|コード")
_REFUSES = re.compile(
    r"\b(?:(?:do ?n[o']?t|don't|won't|wont|can ?not|can't|cant|unable to|rather not|refuse to)\b.{0,20}\b(?:sign|log)"
    r"|(?:ne (?:veux|peux|souhaite)|n'arrive|impossible).{0,20}\bconnecter"
    r"|no (?:quiero|puedo|deseo).{0,20}\b(?:iniciar|sesion|identificar|entrar)"
    r"|(?:nicht|kein).{0,20}\b(?:anmeld|einlogg)|anmeld\w*.{0,20}\bnicht)"
    r"|(?:ログイン|サインイン)[^。]{0,8}(?:できません|できない|したくない|しません|したくありません|無理)"
)
_STOPS = re.compile(
    r"\b(?:stop|stopp|arretez|arrete|laissez|inutile|basta|pare|dejelo|dejalo|no (?:longer )?need(?:ed)?|not needed"
    r"|not necessary|never ?mind|rather not|pas (?:besoin|necessaire|la peine)"
    r"|no (?:hace falta|es necesario)|nicht (?:notig|mehr notig|erforderlich))\b"
    r"|やめて|中止|不要|必要(?:ない|ありません)|結構です"
)
"""Said to a person announced by mail; short, and with nothing else in it."""
_HEARD = frozenset({Intent.TALK_TO_HUMAN, Intent.IS_IT_A_BOT, Intent.ABUSE, Intent.WITHDRAW})
"""Readings that no question of ours stands before."""
_ITEMS_OF = {Intent.CANCEL_ORDER: frozenset({Intent.CANCEL_ORDER, Intent.CANCEL_ITEM, Intent.REMOVE_ITEM})}


def to_sign_in(reading: Reading, words: str, state: ConversationState, *, signed_in: bool) -> Reading:
    """The reading of a message that answers the invitation to sign in; unchanged where it says something else."""
    if not isinstance(state.pending, AwaitSignIn) or signed_in or reading.answer is not Answer.NONE or reading.contact is not None:
        return reading
    if any(wish.intent in _HEARD for wish in reading.wishes) or any(wish.order_refs for wish in reading.wishes):
        return reading
    folded = fold(words)
    address = _EMAIL.search(words)
    if address is not None:
        return replace(reading, wishes=(), asks_back=False, contact=address.group().casefold().rstrip("."), contact_typed=True)
    if _REFUSES.search(folded):
        return replace(reading, wishes=(), asks_back=False, answer=Answer.NO)
    if _CODE.search(folded) and not re.search(r"\d{4}", folded):
        return replace(reading, wishes=(), asks_back=False, answer=Answer.CHOICE, chosen="code")
    return reading


def to_announced(reading: Reading, words: str, state: ConversationState) -> Reading:
    """The reading of a mail that stops the person announced ("a reply stops it", 4.8); unchanged where it says something else."""
    pending = state.pending
    if not isinstance(pending, ConfirmHandOff) or pending.case is None or reading.answer is not Answer.NONE:
        return reading
    if len(words) > 120 or any(wish.order_refs or wish.line_refs for wish in reading.wishes) or not _STOPS.search(fold(words)):
        return reading
    return replace(reading, wishes=(), asks_back=False, answer=Answer.NO)


def to_which_order(reading: Reading, words: str, state: ConversationState, orders: tuple[Order, ...]) -> Reading:
    """The reading of a message that answers "which order?" by an item or by "all"; unchanged where it says something else."""
    pending = state.pending
    if not isinstance(pending, ChooseOrder) or reading.answer is not Answer.NONE or len(reading.wishes) > 1:
        return reading
    said = reading.wishes[0] if reading.wishes else None
    just_a_name = len(words.split()) <= 3 and (said is None or said.intent is Intent.ABUSE)
    if said is not None and (said.order_refs or not (just_a_name or _goes_on(said, pending))):
        return reading
    offered = tuple(order for order in orders if order.id in {gid for gid, _ in pending.orders})
    if said is not None and any(ref.kind == "all" for ref in said.line_refs):
        every = tuple(replace(wish, order_refs=(OrderRef(kind="all"),)) for wish in pending.wishes)
        return replace(reading, wishes=every, asks_back=False)
    holding = holding_words(_item(said, words), offered)
    if len(holding) == 1:
        return replace(reading, wishes=(), asks_back=False, mood="calm", answer=Answer.CHOICE, chosen=str(holding[0].id))
    return reading


def _goes_on(said: WishReading, pending: ChooseOrder) -> bool:
    """Whether this may be about what we asked: nothing sure, or the same wish said of an item."""
    if said.intent in _HEARD:
        return False
    waiting = {wish.intent for wish in pending.wishes}
    same = any(said.intent in _ITEMS_OF.get(intent, frozenset({intent})) for intent in waiting)
    return same or not said.sure or said.intent in (Intent.OTHER, Intent.SMALLTALK)


def _item(said: WishReading | None, words: str) -> str:
    named = " ".join(ref.value for ref in said.line_refs if ref.kind == "words") if said is not None else ""
    return named or words
