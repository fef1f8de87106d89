"""Whose mail is ours: the addresses this brand writes from, so that nothing of our own is ever answered."""

from urllib.parse import urlsplit

from server.installation import Installation, Residence


def own_addresses(house: Installation, home: Residence) -> frozenset[str]:
    """Lower case: the mailbox, the address codes and receipts come from, and the one people are told."""
    brand = home.brand
    domain = urlsplit(brand.site).hostname or "localhost"
    given = (brand.mail.address if brand.mail else "", brand.contact_email or "", house.settings.mail_from, f"no-reply@{domain}")
    return frozenset(one.strip().lower() for one in given if one)
