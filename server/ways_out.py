"""Each brand's ways out: a transport per channel it is set up for, and the credentials its webhooks and transports need."""

from collections.abc import Callable, Mapping
from datetime import datetime

from channels.message import Channel
from channels.transport import Transport
from knowledge.brand import Brand
from server.installation import Installation
from server.services.mail import sender_of
from server.settings import Settings
from server.store import brands
from server.store.database import Transaction

CREDENTIALS = (
    "twilio_auth_token",
    "meta_app_secret",
    "meta_access_token",
    "meta_verify_token",
    "mail_webhook_secret",
    "imap_password",
    "smtp_password",
)


async def secrets_of(tx: Transaction, house: Installation, brand: Brand) -> dict[str, str]:
    """The brand's sealed credentials, else those of the installation; names without a value are left out. Raises SealBroken."""
    found: dict[str, str] = {}
    for name in CREDENTIALS:
        value = await brands.credential(tx, brand, name, house.vault) or getattr(house.settings, name).get_secret_value()
        if value:
            found[name] = value
    return found


def transports_of(house: Installation, brand: Brand, secrets: Mapping[str, str]) -> dict[str, Transport]:
    """By channel. Mail is there wherever a mail host is: codes and receipts leave by it even where nobody can write in by mail."""
    settings, now = house.settings, house.database.wall
    found: dict[str, Transport] = {}
    if brand.sms is not None and "twilio_auth_token" in secrets:
        from channels.sms.send import TwilioTransport

        status_url = f"{settings.public_url}/webhooks/sms/{brand.id}/status"
        found[Channel.SMS.value] = TwilioTransport(
            house.http, settings.twilio_url, brand.sms, secrets["twilio_auth_token"], status_url, now=now
        )
    if brand.whatsapp is not None and "meta_access_token" in secrets:
        from channels.whatsapp.send import MetaTransport

        found[Channel.WHATSAPP.value] = MetaTransport(house.http, settings.graph_url, brand.whatsapp, secrets["meta_access_token"], now=now)
    if settings.smtp_host:
        found[Channel.EMAIL.value] = _by_mail(settings, brand, secrets, now)
    return found


def _by_mail(settings: Settings, brand: Brand, secrets: Mapping[str, str], now: Callable[[], datetime]) -> Transport:
    from channels.email.send import SmtpServer, SmtpTransport

    server = SmtpServer(
        host=settings.smtp_host,
        port=settings.smtp_port,
        user=settings.smtp_user,
        password=secrets.get("smtp_password", ""),
        tls=settings.smtp_tls,
    )
    return SmtpTransport(server, sender_of(settings, brand), brand.name, now=now)
