"""Whether the right to withdraw from a contract may help this shopper (F-05, C10, P-15)."""

from shop.order import Order

_CODES = "AT BE BG HR CY CZ DK EE FI FR DE GR HU IE IT LV LT LU MT NL PL PT RO SK SI ES SE IS LI NO"
EEA = frozenset(_CODES.split())
"""The European Union and the rest of the European Economic Area, ISO 3166-1 alpha-2."""


def may_withdraw(order: Order | None, eu: bool | None) -> bool:
    """True for a consumer in the EEA by delivery or billing country, and where no country is known.

    eu: what else is known about the shopper, used where the order tells nothing. A business has no such right.
    """
    if order is None:
        return eu is not False
    if order.b2b:
        return False
    countries = {country.upper() for country in (order.country, order.billing_country) if country}
    return bool(countries & EEA) if countries else eu is not False
