"""Words of the house outside any turn, said in the shopper's own thread and carried out on the channel it lives on (I-01)."""

from typing import Any

from channels.message import Channel
from server.engine.laying_out import lay_out_words
from server.installation import Installation, Residence
from server.store import conversations, mail_ids, outbox
from server.store.conversations import Thread
from server.store.database import Transaction


async def say(
    house: Installation,
    tx: Transaction,
    home: Residence,
    thread: Thread,
    text: str,
    *,
    ref: str,
    kind: str,
    author: str = "agent",
    name: str | None = None,
    ai: bool = True,
    blocks: list[dict[str, Any]] | None = None,
    more: tuple[tuple[str, dict[str, Any]], ...] = (),
) -> None:
    """Put `text` into the thread's log and, in every channel but webchat, into the outbox, in this transaction.

    kind: `staff` for a person's words, `notice` for the house's own, `opt_out` for the one confirmation. ai: generated words (L-03).
    blocks: how a page shows it; one paragraph unless given. more: events that go with it.
    """
    now = house.clock.now()
    shown = blocks if blocks is not None else [{"kind": "text", "text": text}]
    body = conversations.message_body(author=author, ref=ref, text=text, at=now, name=name or home.brand.name, blocks=shown, ai=ai)
    await conversations.log_all(tx, home.brand, thread.id, [("message", body), *more], now)
    await carry(house, tx, home, thread, text, ref=ref, kind=kind, ai=ai)


async def carry(house: Installation, tx: Transaction, home: Residence, thread: Thread, text: str, *, ref: str, kind: str, ai: bool) -> None:
    """Have `text` leave on the thread's channel, after whatever is on its way there already."""
    if thread.channel is Channel.WEBCHAT:
        return
    mail = await conversations.last_mail(tx, home.brand, thread.id) if thread.channel is Channel.EMAIL else None
    laid = lay_out_words(text, ref=ref, thread=thread, brand=home.brand, mail=mail, locale=thread.state.locale, ai=ai)
    for place, out in enumerate(laid):
        part = ref if place == 0 else f"{ref}-{place}"
        await outbox.put_next(tx, home.brand, thread.id, out, ref=part, kind=kind, now=house.database.wall())
        if out.mail is not None:
            await mail_ids.remember(tx, home.brand, (out.mail.message_id,), thread.id, house.database.wall())
