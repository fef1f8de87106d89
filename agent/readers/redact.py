"""Takes card numbers, e-mail addresses and phone numbers out of a text, so that no model and no record holds them."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

import phonenumbers

from agent.readers.words import tidy

EMAIL = re.compile(r"(?<![\w.+-])[\w.+-]{1,64}@(?:[\w-]{1,63}\.)+[^\W\d_]{2,24}(?![\w-])")
_CARD = re.compile(r"(?<![\w-])\d(?:[ -]?\d){11,18}(?![\w-])")
_MAYBE_PHONE = re.compile(r"(?<![\w#-])(?:\+|\(|00)?\d[\d\s()./-]{6,18}\d(?![\w-])")
_REGIONS = {
    "en": ("US", "GB", "CA", "AU"),
    "fr": ("FR", "BE", "CH", "CA"),
    "ja": ("JP",),
    "es": ("ES", "MX", "US"),
    "de": ("DE", "AT", "CH"),
}
_ORDER_WORD = re.compile(
    r"(?:order|commande|pedido|bestell\w*|auftrag|注文(?:番号)?|#|tracking|suivi|sendungsnummer|追跡番号)\W{0,3}(?:\w{0,8}\W{0,3})?$", re.I
)


_ABOUT_CONTACT = re.compile(
    r"\[(?:card|email|phone)\]|\b(?:it'?s|this is|here(?: is| it is|'s)?|here you go|my|the|is|e-?mail(?: address)?"
    r"|mail|address|phone|mobile|cell|number|at|use|try|sure|yes|ok|okay|please|thanks?|thank you|reach me|under"
    r"|with|hi|hello"
    r"|c'est|voici|mon|ma|adresse|numero|numéro|tel|téléphone|telephone|est|le|la|oui|merci|svp|bonjour|mi|es"
    r"|correo(?: electrónico)?|teléfono|número|el|sí|si|gracias|claro|hola|meine?|ist|die|das|nummer|telefonnummer"
    r"|handynummer|handy|ja|bitte|danke|lautet|hallo)\b|メールアドレス|アドレス|メール|電話番号|電話|番号|です|は"
    r"|こちら|私の|はい|お願いします"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Lifted:
    """A text without what identifies or pays, and what was taken out of it."""

    text: str
    """Each finding replaced by `[card]`, `[email]` or `[phone]`."""
    emails: tuple[str, ...] = ()
    """Case-folded."""
    phones: tuple[str, ...] = ()
    """E.164."""
    cards: int = 0

    @property
    def contact(self) -> str | None:
        """The last address typed, else the last number: who corrects themself means the last."""
        return self.emails[-1] if self.emails else self.phones[-1] if self.phones else None

    @property
    def alone(self) -> bool:
        """True when the message was the contact and nothing else worth reading ("it's ana@example.com")."""
        return self.contact is not None and not re.search(r"\w{2,}|\d", _ABOUT_CONTACT.sub(" ", self.text.lower()))


def lift(text: str, regions: Sequence[str] = ("US", "GB", "FR", "JP", "ES", "DE")) -> Lifted:
    """Lifts cards, then addresses, then phones. regions: ISO 3166 codes a number without `+` is tried in, likeliest first."""
    cards = 0
    emails: list[str] = []
    phones: list[str] = []

    def card(match: re.Match[str]) -> str:
        nonlocal cards
        if not _luhn(re.sub(r"\D", "", match.group())):
            return match.group()
        cards += 1
        return "[card]"

    def email(match: re.Match[str]) -> str:
        emails.append(match.group().casefold())
        return "[email]"

    def phone(match: re.Match[str]) -> str:
        if _ORDER_WORD.search(match.string[max(0, match.start() - 24) : match.start()]):
            return match.group()
        number = _phone(match.group(), regions)
        if number is None:
            return match.group()
        phones.append(number)
        return "[phone]"

    text = re.sub(r"(?<=\d)[ー―−](?=\d)", "-", tidy(text))  # Japanese keyboards type a long vowel for a dash
    text = EMAIL.sub(email, _CARD.sub(card, text))
    return Lifted(text=_MAYBE_PHONE.sub(phone, text), emails=tuple(emails), phones=tuple(phones), cards=cards)


def regions_of(locale: str) -> tuple[str, ...]:
    """The countries a number without `+` is tried in, for a shopper who writes this language."""
    first = _REGIONS.get(locale, ())
    return (*first, *(region for region in ("US", "GB", "FR", "JP", "ES", "DE") if region not in first))


def redact(text: str) -> str:
    """The text as a model or a gap record may see it."""
    return lift(text).text


def _phone(text: str, regions: Sequence[str]) -> str | None:
    for region in regions:
        try:
            number = phonenumbers.parse(text, region)
        except phonenumbers.NumberParseException:
            continue
        # "possible" lets the 555-01xx numbers of examples through; a zip beside an order number is too short for either.
        digits = len(str(number.national_number))
        if phonenumbers.is_valid_number(number) or (digits == 10 and region == "US" and phonenumbers.is_possible_number(number)):
            return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)
    return None


def _luhn(digits: str) -> bool:
    total = 0
    for place, digit in enumerate(reversed(digits)):
        value = int(digit) * (2 if place % 2 else 1)
        total += value - 9 if value > 9 else value
    return 13 <= len(digits) <= 19 and total % 10 == 0
