"""Withdrawals: a statement made without sign-in, stored as given and acknowledged at once on a durable medium (L-05 to L-08)."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from babel.dates import format_datetime, get_timezone

from agent.effects import Brief
from channels.words import nearest, words
from server.installation import Installation, Residence
from server.services.cleaning import cleaned
from server.services.mail import mail_parcel
from server.store import cases, outbox, withdrawals
from server.store.cases import StoredCase

_AN_HOUR = 3
"""Acknowledgements one address gets at once; the next ones follow at one an hour, because anybody may give any address."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Statement:
    """What the consumer stated, in their words; nothing of it is checked before it is accepted."""

    name: str
    order: str
    items: str
    contact: str
    locale: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Receipt:
    reference: str
    at: datetime


class Withdrawals:
    def __init__(self, installation: Installation) -> None:
        self._house = installation

    async def accept(self, home: Residence, statement: Statement) -> Receipt:
        """Store it, open a case for staff and acknowledge by mail, all in one transaction."""
        house, brand, now = self._house, home.brand, self._house.clock.now()
        reference = f"W-{house.chance.reference()}{house.chance.reference()}"
        given = {
            "name": cleaned(statement.name)[:200],
            "order": cleaned(statement.order)[:100],
            "items": cleaned(statement.items)[:2000],
            "contact": cleaned(statement.contact)[:320],
            "locale": statement.locale,
        }
        say = words(statement.locale)
        day = format_datetime(now, "long", tzinfo=get_timezone(brand.time_zone), locale=nearest(statement.locale))
        text = say.say(
            "hub.withdraw.mail_body",
            brand=brand.name,
            date=day,
            reference=reference,
            name=given["name"],
            order=given["order"],
            items=given["items"] or say.say("hub.withdraw.all_items"),
        )
        parcel = mail_parcel(
            house.settings,
            brand,
            ref=f"withdrawal-{reference}",
            to=given["contact"],
            subject=say.say("hub.withdraw.mail_subject", brand=brand.name, reference=reference),
            text=text,
            locale=nearest(statement.locale),
        )
        brief = Brief(
            wish="withdraw",
            reason="right_of_withdrawal",
            language=nearest(statement.locale),
            order_name=given["order"],
            contact=given["contact"],
            said=f"{given['name']}: {given['items']}".strip(": "),
        )
        case = StoredCase(
            reference=reference,
            conversation=None,
            origin="hub",
            reason=brief.reason,
            brief=brief,
            state="open",
            reply_by=None,
            opened_at=now,
        )
        async with house.database.writing() as tx:
            await withdrawals.keep_withdrawal(tx, brand, reference, given, matched=False, now=now)
            await cases.open_case(tx, brand, case)
            wall = house.database.wall()
            many = await outbox.addressed(tx, brand, given["contact"], "withdrawal-", wall - timedelta(days=1))
            due_at = wall + timedelta(hours=max(0, many - _AN_HOUR + 1))
            await outbox.put(tx, brand, parcel, state="ready", now=wall, due_at=due_at)
        house.engine.look()
        return Receipt(reference=reference, at=now)
