"""Whether a one-time code may go out by text message: only where it is worth its price and cannot be pumped (trust.md 4.3, D2)."""

from datetime import datetime, timedelta

import phonenumbers
from phonenumbers import PhoneNumberType

from knowledge.brand import Brand
from server.store import opt_outs, spending
from server.store.database import Transaction
from server.store.either import alone

NUMBER_AN_HOUR, PREFIX_AN_HOUR = 3, 10
KIND = "code_texts"
_BLOCK = 4
"""A prefix is a number without its last four digits: the block carriers hand out, and pumping walks through."""
_NEVER = frozenset(
    {
        PhoneNumberType.PREMIUM_RATE,
        PhoneNumberType.SHARED_COST,
        PhoneNumberType.TOLL_FREE,
        PhoneNumberType.PAGER,
        PhoneNumberType.UAN,
        PhoneNumberType.VOICEMAIL,
        PhoneNumberType.UNKNOWN,
    }
)
_CHARGED = frozenset({PhoneNumberType.PREMIUM_RATE, PhoneNumberType.SHARED_COST})
_WORLDWIDE = frozenset(str(code) for code in phonenumbers.COUNTRY_CODES_FOR_NON_GEO_REGIONS)
"""Satellites, shared cost and premium rate of no country."""
_HOUR = timedelta(hours=1)


def is_reachable(number: str, countries: tuple[str, ...]) -> bool:
    """Whether a text to this number is a text to a person in a country the brand has listed. Pure.

    number: E.164. countries: calling codes; empty: every country, but no numbers of the whole world (satellites, shared cost).
    """
    try:
        parsed = phonenumbers.parse(number)
    except phonenumbers.NumberParseException:
        return False
    code = parsed.country_code or 0
    listed = str(code) in countries
    if countries and not listed:
        return False
    worldwide = phonenumbers.region_code_for_country_code(code) in ("001", "ZZ")
    return phonenumbers.is_valid_number(parsed) and (listed or not worldwide) and phonenumbers.number_type(parsed) not in _NEVER


def may_be_texted(number: str, countries: tuple[str, ...]) -> bool:
    """Whether somebody who wrote from this number may be answered by text: never where each text is charged for. Pure, as above.

    Numbers that cannot be read stay with the provider, which knows them.
    """
    try:
        parsed = phonenumbers.parse(number)
    except phonenumbers.NumberParseException:
        return not countries
    code = str(parsed.country_code or 0)
    if code in countries:
        return phonenumbers.number_type(parsed) not in _CHARGED
    return not countries and code not in _WORLDWIDE and phonenumbers.number_type(parsed) not in _CHARGED


async def may_text(tx: Transaction, brand: Brand, number: str, now: datetime) -> bool:
    """Whether this very code may be texted, and if so count it. Call it in the transaction that puts the message into the outbox."""
    if brand.sms is None or not is_reachable(number, brand.sms.countries) or await opt_outs.is_out(tx, brand, number):
        return False
    prefix = number[:-_BLOCK]
    await alone(tx, KIND, brand.id)  # on PostgreSQL another worker may be about to count the same last place
    day = await spending.spent(tx, brand, "segments", contact=None, now=now)
    if day.day >= brand.budgets.segments_per_brand_day:
        return False
    # By the clock's hours, this one and the last: never more than the limit in any sixty minutes.
    for scope, most in ((number, NUMBER_AN_HOUR), (prefix, PREFIX_AN_HOUR)):
        hours = [(await spending.spent(tx, brand, KIND, contact=scope, now=at)).hour for at in (now, now - _HOUR)]
        if sum(hours) >= most:
            return False
    for scope in (number, prefix):
        await spending.add(tx, brand, KIND, scope, now, 1)
    return True
