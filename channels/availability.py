"""Which channels a brand can be written to on, and what is missing where it cannot (C1, L-11). Pure."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import TypeAlias

from channels.message import Channel
from knowledge.brand import Brand


@dataclass(frozen=True, slots=True, kw_only=True)
class Active:
    pass


@dataclass(frozen=True, slots=True, kw_only=True)
class Off:
    """The brand has not switched it on."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Unavailable:
    """Switched on, and something it needs is not there."""

    missing: str
    """The prerequisite, in words for whoever runs the installation."""
    mend: str
    """What to do about it."""


Availability: TypeAlias = Active | Off | Unavailable

SECRETS: Mapping[Channel, tuple[str, ...]] = {
    Channel.SMS: ("twilio_auth_token",),
    Channel.WHATSAPP: ("meta_app_secret", "meta_access_token", "meta_verify_token"),
    Channel.EMAIL: ("mail_webhook_secret", "imap_password"),
}
"""The sealed credentials a channel asks for; e-mail can do with either."""


def availability(brand: Brand, secrets: Collection[str], *, smtp: bool) -> Mapping[Channel, Availability]:
    """The C1 matrix of one brand.

    secrets: names of the credentials that are there, sealed or by settings. smtp: whether mail can be sent.
    """
    asked = {
        Channel.WEBCHAT: (),
        Channel.SMS: tuple(_sms(brand, secrets)),
        Channel.WHATSAPP: tuple(_whatsapp(brand, secrets)),
        Channel.EMAIL: tuple(_email(brand, secrets, smtp)),
    }
    return {channel: _state(channel.value in brand.channels, missing) for channel, missing in asked.items()}


def in_words(state: Availability) -> str:
    """`Active`, `Off`, or `Unavailable: ` and what is missing."""
    return f"Unavailable: {state.missing}" if isinstance(state, Unavailable) else type(state).__name__


def _state(on: bool, missing: tuple[tuple[str, str], ...]) -> Availability:
    if not on:
        return Off()
    if not missing:
        return Active()
    return Unavailable(missing=", ".join(what for what, _ in missing), mend="; ".join(dict.fromkeys(mend for _, mend in missing)))


def _sms(brand: Brand, secrets: Collection[str]) -> list[tuple[str, str]]:
    found = []
    command = f"deskbell brand channel {brand.id} sms"
    if brand.sms is None:
        found.append(("a sender number", f"{command} --number … --account …"))
    elif not brand.sms.registered:
        found.append(("the sender's registration", f"register it with the carriers, then {command} --registered"))
    if "twilio_auth_token" not in secrets:
        found.append(("Twilio's auth token", f"{command} --secrets"))
    return found


def _whatsapp(brand: Brand, secrets: Collection[str]) -> list[tuple[str, str]]:
    found = []
    command = f"deskbell brand channel {brand.id} whatsapp"
    if brand.whatsapp is None:
        found.append(("a business account's number", f"{command} --phone-number-id … --number …"))
    elif not brand.whatsapp.templates:
        # Without one, whatever is due after 24 hours can only go to a person (V-08).
        found.append(("an approved template", f"{command} --template LANGUAGE=NAME"))
    for name, words in (
        ("meta_app_secret", "Meta's app secret"),
        ("meta_access_token", "Meta's access token"),
        ("meta_verify_token", "the webhook's verify token"),
    ):
        if name not in secrets:
            found.append((words, f"{command} --secrets"))
    return found


def _email(brand: Brand, secrets: Collection[str], smtp: bool) -> list[tuple[str, str]]:
    found = []
    command = f"deskbell brand channel {brand.id} email"
    if brand.mail is None:
        found.append(("a mailbox", f"{command} --address …"))
    if not smtp:
        found.append(("a mail host to send by", "set DESKBELL_SMTP_HOST and DESKBELL_SMTP_PORT"))
    by_imap = brand.mail is not None and brand.mail.imap_host is not None and "imap_password" in secrets
    if "mail_webhook_secret" not in secrets and not by_imap:
        found.append(
            ("a way in", f"{command} --secrets for the webhook's secret, or --imap-host … and --secrets for a mailbox that is read")
        )
    return found
