"""What a shopper said, joined to its conversation: the one path of chat, text message, WhatsApp and mail.

A code typed in the thread is judged in the transaction that keeps the message, and its digits stay nowhere.
"""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from channels.message import Channel, MailHeaders, Signal
from identity import codes
from identity.codes import Verdict
from identity.levels import Level, Proof, ProofKind, shopper_from
from knowledge.brand import Brand
from server.engine.turns import is_quick, level_event
from server.installation import Installation, Residence
from server.services.cleaning import cleaned
from server.store import challenges, conversations, spending
from server.store.conversations import Arrival, Kept, Thread
from server.store.database import Transaction

MOST = 8_000
"""Characters of one message that a turn reads; the thread shows all of it."""
HIDDEN = "••••••"
TYPED = "codes_typed"
"""Kind of spending: codes that were mailed back and did not fit, alone in the first line of their mail. Each earns its own answer."""
_SIGNALS = {Verdict.ACCEPTED: Signal.SIGNED_IN, Verdict.WRONG: Signal.CODE_WRONG, Verdict.SPENT: Signal.CODE_SPENT}


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """One message as its channel handed it in: verified, and not yet cleaned."""

    key: str
    """Unique for ever with brand and channel."""
    text: str = ""
    choice: str | None = None
    locale: str | None = None
    media: tuple[str, ...] = ()
    mail: MailHeaders | None = None
    at: datetime
    opens_window: bool = True
    settled: str | None = None
    """Why nobody answers it, e.g. `opted_out`; None: it opens a turn."""
    client_id: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Heard:
    kept: Kept
    raised: bool = False
    """A code in it was right: the conversation's level has risen."""


async def hear(house: Installation, tx: Transaction, home: Residence, thread: Thread, said: Said) -> Heard:
    """Keep one message, judge the code in it, and have the conversation due. The caller commits, and wakes afterwards.

    A message that had been kept before changes nothing (`kept.fresh` is False).
    """
    brand, timing = home.brand, house.engine.timing
    known = await conversations.kept_before(tx, brand, thread.channel.value, said.key)
    if known is not None:
        return Heard(kept=known)
    words = cleaned(said.text)
    signal, shown, mail, raised = Signal.SAID, words, said.mail, False
    typed = codes.code_in(words) if said.choice is None else None
    now = house.clock.now()
    judged = await challenges.judge(tx, brand, thread.id, "conversation", typed, house.code_key(), now) if typed else None
    if judged is not None and typed is not None:
        # The digits stay in neither inbox nor log: what they proved is what counts.
        signal, words, shown, mail = _SIGNALS[judged.verdict], "", HIDDEN, _without(typed, mail)
        if judged.verdict is Verdict.ACCEPTED:
            proof = Proof(kind=ProofKind.CODE, contact=judged.contact, customer=judged.customer, at=now)
            await conversations.add_proof(tx, brand, thread.id, proof)
            raised = True
    pause = timedelta() if is_quick(signal, said.choice) else timing.debounce_of(thread.channel)
    arrival = Arrival(
        provider=thread.channel.value,
        message=said.key,
        conversation=thread.id,
        signal=signal,
        text=words[:MOST],
        choice=said.choice,
        locale=said.locale,
        media=said.media,
        mail=mail,
        at=said.at,
        shown_text=shown or _named(said),
        client_id=said.client_id,
        opens_window=said.opens_window,
        settled=said.settled,
    )
    kept = await conversations.keep(tx, brand, arrival, now=house.database.wall(), pause=pause, cap=timing.cap)
    if raised and kept.fresh:
        await log_level(tx, brand, thread, now)
    elif judged is not None and kept.fresh and thread.channel is Channel.EMAIL and _stands_alone(said.text):
        await spending.add(tx, brand, TYPED, thread.contact, now, 1)
    return Heard(kept=kept, raised=raised and kept.fresh)


def wake(house: Installation, home: Residence, thread: Thread, kept: Kept) -> None:
    """Have what was kept answered when its burst has ended. After the commit, never before."""
    if kept.due_at is not None:
        house.engine.wake(home.brand.id, thread.id, after=max(kept.due_at - house.database.wall(), timedelta()))


async def log_level(tx: Transaction, brand: Brand, thread: Thread, now: datetime) -> Level:
    """Tell the conversation's page whom we take its writer for by now."""
    given = await conversations.proofs_of(tx, brand, thread.id)
    level = shopper_from(given, now, accounts_only=brand.hub_proof == "account").level
    await conversations.log(tx, brand, thread.id, "level", level_event(level), now)
    return level


def _stands_alone(text: str) -> bool:
    """Whether somebody typed it: nothing but six digits in the first line. No robot in a loop answers so, whatever ticket it quotes."""
    first = next((line for line in cleaned(text).splitlines() if line.strip()), "")
    return codes.code_in(first) is not None and not any(sign.isalpha() for sign in first)


def _without(digits: str, mail: MailHeaders | None) -> MailHeaders | None:
    """A subject may hold the code as well."""
    if mail is None or digits not in "".join(sign for sign in mail.subject if sign.isdigit()):
        return mail
    return replace(mail, subject="")


def _named(said: Said) -> str:
    """What the thread shows of a message without words: its kinds of media, or the tap as it came."""
    return " ".join(f"[{kind}]" for kind in said.media) or (said.choice or "")
