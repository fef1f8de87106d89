"""Goes on with what was asked before: a bare number, "no, the blue one", "rather L" fill or revise the earlier wish."""

import re
from dataclasses import replace

from agent.conversation import AwaitShop, AwaitSignIn, ChooseLine, ChooseOrder, ConfirmHandOff, ConversationState
from agent.readers import cues
from agent.readers.answers import after_no
from agent.readers.changes import change_in
from agent.readers.references import bare_number, line_refs, order_refs
from agent.readers.words import fold
from agent.wish import DesiredChange, Guess, Intent, LineRef, OrderRef, WishReading

SHORT = 60
"""Characters; a longer message says what it wants by itself."""

_CORRECTS = re.compile(
    r"^(?:no,? )?(?:actually|sorry|i mean|i meant|wait|oops|rather|no wait|scratch that|make that|better|instead"
    r"|plutot|en fait|pardon|finalement|non plutot|je veux dire|je voulais dire|mejor|perdon|en realidad"
    r"|quiero decir|quise decir|doch(?: lieber)?|lieber|ich meine|ich meinte|eigentlich|besser|moment"
    r"|やっぱり|やはり|すみません|訂正|じゃなくて|いや|あ、)[\s,.:、]*(?:i meant?|je voulais dire|ich meinte|quise decir)?\s*",
    re.I,
)
_ALSO = re.compile(
    r"^(?:and|also|plus|what about|how about|same for|et|aussi|pareil pour|idem pour|y|tambien|lo mismo para|und"
    r"|auch|das gleiche fur|あと|それと|も)\b"
)
_NEW = (
    "cancel",
    "return",
    "refund",
    "exchange",
    "track",
    "where",
    "human",
    "call",
    "address",
    "moved",
    "add",
    "forgot",
    "remove",
    "withdraw",
    "account",
    "pay",
    "invoice",
    "shop",
    "broken",
    "missing",
)
_KEEPS_LINE = frozenset({Intent.CHANGE_ITEM, Intent.CHANGE_QUANTITY, Intent.RETURN_EXCHANGE})


def waiting_wishes(state: ConversationState) -> tuple[WishReading, ...]:
    """The wishes a pending question holds, else the last ones."""
    pending = state.pending
    if isinstance(pending, ChooseOrder | ChooseLine | AwaitSignIn | AwaitShop | ConfirmHandOff) and pending.wishes:
        return pending.wishes
    return state.last_wishes


def continued(text: str, found: tuple[WishReading, ...], state: ConversationState) -> tuple[WishReading, ...] | None:
    """The earlier wishes, filled or revised by this message; None where it is a wish of its own.

    text: tidied. found: its reading as if nothing had been said before.
    """
    earlier = waiting_wishes(state)
    if not earlier or len(found) != 1 or len(text) > SHORT:
        return None
    rest = after_no(text)
    said = found[0]
    folded = fold(rest if rest is not None else text)
    bare = _CORRECTS.sub("", rest if rest is not None else text) if len(fold(text)) == len(text) else text
    number = bare_number(bare) or bare_number(text)
    said = replace(
        said, order_refs=order_refs(text), line_refs=line_refs(text, state.locale), change=change_in(rest if rest is not None else text)
    )
    if number is not None and (isinstance(state.pending, ChooseOrder | AwaitSignIn | AwaitShop) or not said.change):
        return tuple(replace(wish, order_refs=(OrderRef(kind="number", value=number),), sure=True) for wish in earlier)
    corrects = rest is not None or _CORRECTS.match(folded) is not None
    if not corrects and not _is_fragment(folded, said, state):
        return None
    if not corrects and _edits(folded, said, earlier):
        return None
    if any(cues.has(name, folded) for name in _NEW) and said.sure and said.intent not in {wish.intent for wish in earlier}:
        return None
    if not (said.order_refs or said.line_refs or said.change):
        return None
    revised = _revised(earlier[-1], said, text, also=_ALSO.match(folded) is not None)
    return (*earlier[:-1], revised)


def _edits(folded: str, said: WishReading, earlier: tuple[WishReading, ...]) -> bool:
    """ "I want to change the size of 1042" after "where is 1042": the verb of an edit makes it a wish of its own."""
    edits = {Intent.CHANGE_ITEM, Intent.CHANGE_QUANTITY}
    return said.sure and said.intent in edits and cues.has("change", folded) and not edits & {wish.intent for wish in earlier}


def _is_fragment(folded: str, said: WishReading, state: ConversationState) -> bool:
    """Only names something: no verb of a wish stands in it."""
    if any(cues.has(name, folded) for name in (*_NEW, "mistake")):
        return False
    if len(folded) > 40 or (cues.has("question", folded) and not _ALSO.match(folded)):
        return False
    asked = state.pending is not None
    editing = state.last_wishes != () and said.intent in {
        Intent.CHANGE_ITEM,
        Intent.CHANGE_QUANTITY,
        Intent.OTHER,
        Intent.SMALLTALK,
        Intent.POLICY_QUESTION,
    }
    return asked or editing or not said.sure or _ALSO.match(folded) is not None


def _revised(earlier: WishReading, said: WishReading, text: str, *, also: bool) -> WishReading:
    intent = earlier.intent
    change = said.change
    lines = said.line_refs or _colour_line(said, intent)
    if intent not in _KEEPS_LINE or (
        lines and change is not None and change.value and any(change.value.lower() in ref.value for ref in lines)
    ):
        change = None
    if intent not in _KEEPS_LINE and not lines and said.change is not None and said.change.value:
        lines = (LineRef(kind="words", value=said.change.value.lower()),)  # "no, the blue" about a cancellation names the item
    named_all = bool(lines) and lines[0].kind == "all"
    if also and lines and not named_all:
        lines = tuple(dict.fromkeys(lines))
    return replace(
        earlier,
        intents=(Guess(intent=_fitting(intent, lines), confidence=max(0.9, earlier.intents[0].confidence)),),
        order_refs=said.order_refs or earlier.order_refs,
        line_refs=lines or earlier.line_refs,
        change=_merged(earlier.change, change),
        sure=True,
    )


def _fitting(intent: Intent, lines: tuple[LineRef, ...]) -> Intent:
    return Intent.CANCEL_ITEM if intent is Intent.CANCEL_ORDER and lines and lines[0].kind != "all" else intent


def _colour_line(said: WishReading, intent: Intent) -> tuple[LineRef, ...]:
    return (
        ()
        if intent in _KEEPS_LINE or said.change is None or not said.change.value
        else (LineRef(kind="words", value=said.change.value.lower()),)
    )


def _merged(before: DesiredChange | None, now: DesiredChange | None) -> DesiredChange | None:
    """A later word replaces an earlier one of its kind; "rather L" after "size M in blue" keeps nothing of M."""
    if now is None or before is None:
        return now or before
    return DesiredChange(
        option=now.option or before.option,
        value=now.value if now.value is not None or now.direction is not None else before.value,
        quantity=now.quantity if now.quantity is not None else before.quantity,
        direction=now.direction if now.direction is not None or now.value is not None else before.direction,
    )
