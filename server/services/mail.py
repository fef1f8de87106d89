"""Mail that leaves the house: worded elsewhere, sent once, settled in the outbox."""

from datetime import timedelta
from email.errors import MessageError
from email.headerregistry import Address
from email.message import EmailMessage
from email.utils import format_datetime
from urllib.parse import urlsplit

import aiosmtplib
import structlog

from knowledge.brand import Brand
from server.installation import Installation
from server.settings import Settings
from server.store import outbox
from server.store.outbox import Parcel

_log = structlog.get_logger(__name__)
_TIMEOUT_S = 10.0
_HORIZON = timedelta(seconds=_TIMEOUT_S + 60)
"""An unconfirmed send is not repeated before its request can no longer be under way: an assumption, not a proof (trust.md 5.3)."""


def mail_parcel(settings: Settings, brand: Brand, *, ref: str, to: str, subject: str, text: str, locale: str) -> Parcel:
    """A mail to exactly one recipient, its Message-ID made before the first try so that a resend keeps it."""
    domain = urlsplit(brand.site).hostname or "localhost"
    sender = brand.contact_email or settings.mail_from or f"no-reply@{domain}"
    body = {"from": sender, "name": brand.name, "subject": subject, "text": text, "locale": locale, "id": f"<{ref}@{domain}>"}
    return Parcel(brand=brand.id, ref=ref, channel="mail", recipient=to, body=body)


class Mailer:
    def __init__(self, installation: Installation) -> None:
        self._house = installation

    async def dispatch(self) -> None:
        """Send what is ready. Implements `engine.Dispatch`."""
        if not self._house.settings.smtp_host:
            return
        database, clock = self._house.database, self._house.clock
        async with database.reading() as tx:
            waiting = await outbox.due(tx, "mail", clock.now(), horizon=_HORIZON)
        for parcel in waiting:
            async with database.writing() as tx:
                await outbox.stamp(tx, parcel, clock.now())
            await self._send(parcel)

    async def _send(self, parcel: Parcel) -> None:
        settings, database = self._house.settings, self._house.database
        try:
            mail = _message(parcel, self._house)
        except (MessageError, ValueError, IndexError) as error:
            # Strangers give addresses: one that cannot be written on a letter must not hold up the others.
            _log.warning("mail_unaddressable", ref=parcel.ref, error=type(error).__name__)
            await self._refused(parcel, for_good=True)
            return
        try:
            await aiosmtplib.send(
                mail,
                recipients=[parcel.recipient or ""],
                hostname=settings.smtp_host,
                port=settings.smtp_port,
                username=settings.smtp_user or None,
                password=settings.smtp_password.get_secret_value() or None,
                use_tls=settings.smtp_tls == "tls",
                start_tls=settings.smtp_tls == "starttls",
                timeout=_TIMEOUT_S,
            )
        except (aiosmtplib.SMTPConnectError, aiosmtplib.SMTPServerDisconnected, aiosmtplib.SMTPResponseException) as error:
            # The server did not take it, for sure: nothing went out.
            for_good = isinstance(error, aiosmtplib.SMTPResponseException) and 500 <= error.code < 600
            _log.warning("mail_refused", ref=parcel.ref, error=type(error).__name__, for_good=for_good)
            await self._refused(parcel, for_good=for_good)
        except (aiosmtplib.SMTPRecipientsRefused, aiosmtplib.SMTPNotSupported) as error:
            for_good = all(500 <= each.code < 600 for each in getattr(error, "recipients", ()))
            _log.warning("mail_refused", ref=parcel.ref, error=type(error).__name__, for_good=for_good)
            await self._refused(parcel, for_good=for_good)
        except (aiosmtplib.SMTPException, OSError, TimeoutError) as error:
            _log.warning("mail_unconfirmed", ref=parcel.ref, error=type(error).__name__)
            async with database.writing() as tx:
                await outbox.unconfirmed(tx, parcel)
        else:
            async with database.writing() as tx:
                await outbox.sent(tx, parcel, str(parcel.body["id"]))

    async def _refused(self, parcel: Parcel, *, for_good: bool) -> None:
        async with self._house.database.writing() as tx:
            await outbox.refused(tx, parcel, self._house.clock.now(), for_good=for_good)


def _message(parcel: Parcel, house: Installation) -> EmailMessage:
    """Raises ValueError or MessageError where the recipient is not exactly one address (INV-8)."""
    mail = EmailMessage()
    mail["From"] = f'"{_plain(parcel.body["name"])}" <{parcel.body["from"]}>'
    to = Address(addr_spec=parcel.recipient or "")
    if to.addr_spec != parcel.recipient:
        raise ValueError("more than an address")
    mail["To"] = to
    mail["Subject"] = _plain(parcel.body["subject"])
    mail["Message-ID"] = parcel.body["id"]
    mail["Date"] = format_datetime(house.clock.now())
    mail["Auto-Submitted"] = "auto-generated"  # so that no holiday reply answers it (RFC 3834)
    mail["Content-Language"] = parcel.body["locale"]
    mail.set_content(parcel.body["text"])
    return mail


def _plain(text: str) -> str:
    """No line break can add a header."""
    return " ".join(text.replace('"', "'").split())
