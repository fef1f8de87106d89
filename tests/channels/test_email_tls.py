"""Mail over TLS, out and in: a certificate that holds is believed, any other is refused before a password or a word is sent."""

import ssl
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path
from typing import Literal

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID

from channels.email.inbox import InboxUnreachable, new_mail
from channels.email.send import SmtpServer, SmtpTransport
from channels.message import Outbound
from channels.transport import Posting, Refused
from demo.mailbox.app import smtp_server
from demo.mailbox.imap import Box, imap_server
from demo.mailbox.letters import Letters
from knowledge.brand import MailSettings

Kind = Literal["good", "another host's", "of yesterday", "nobody's"]
Shows = Callable[[Kind], ssl.SSLContext]
WRONG: list[tuple[Kind, str]] = [
    ("another host's", "IP address mismatch"),
    ("of yesterday", "certificate has expired"),
    ("nobody's", "unable to get local issuer certificate"),
]


def named(name: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])


class Authority:
    """Somebody who signs certificates for mail hosts."""

    def __init__(self, name: str) -> None:
        self.name, self.key = named(name), ec.generate_private_key(ec.SECP256R1())
        self.certificate = self._sign(self.name, self.key, timedelta(days=1), x509.BasicConstraints(ca=True, path_length=None))

    def host(self, address: str, lasts: timedelta) -> tuple[x509.Certificate, ec.EllipticCurvePrivateKey]:
        key = ec.generate_private_key(ec.SECP256R1())
        return self._sign(named("mail host"), key, lasts, x509.SubjectAlternativeName([x509.IPAddress(ip_address(address))])), key

    def _sign(self, name: x509.Name, key: ec.EllipticCurvePrivateKey, lasts: timedelta, what: x509.ExtensionType) -> x509.Certificate:
        now = datetime.now(UTC)
        made = x509.CertificateBuilder().subject_name(name).issuer_name(self.name).public_key(key.public_key())
        made = made.serial_number(x509.random_serial_number()).not_valid_before(now - timedelta(days=9)).not_valid_after(now + lasts)
        return made.add_extension(what, critical=isinstance(what, x509.BasicConstraints)).sign(self.key, hashes.SHA256())


@pytest.fixture
def shows(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Shows:
    """What a mail host at 127.0.0.1 shows. This machine trusts one authority."""
    trusted, stranger = Authority("trusted"), Authority("stranger")
    bundle = tmp_path / "trusted.pem"
    bundle.write_bytes(trusted.certificate.public_bytes(Encoding.PEM))
    monkeypatch.setenv("SSL_CERT_FILE", str(bundle))
    monkeypatch.setenv("SSL_CERT_DIR", str(tmp_path / "none"))

    def made(kind: Kind) -> ssl.SSLContext:
        signer = stranger if kind == "nobody's" else trusted
        address = "127.0.0.9" if kind == "another host's" else "127.0.0.1"
        certificate, key = signer.host(address, -timedelta(days=1) if kind == "of yesterday" else timedelta(days=1))
        shown = tmp_path / "host.pem"
        private = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
        shown.write_bytes(certificate.public_bytes(Encoding.PEM) + private)
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(shown)
        return context

    return made


async def send(letters: Letters, how: Literal["tls", "starttls"], context: ssl.SSLContext, *, user: str = "") -> None:
    def at(port: int) -> SmtpTransport:
        server = SmtpServer(host="127.0.0.1", port=port, tls=how, user=user, password="a password" if user else "")
        return SmtpTransport(server, "hello@northbay.example.com", "Northbay")

    now = datetime.now(UTC)
    out = Outbound(to="ana.torres@example.com", subject="Your order", text="It can.")
    posting = Posting(ref="r-1", out=out, sending_at=now, expires_at=now + timedelta(seconds=30))
    over, within = (context, None) if how == "tls" else (None, context)
    async with smtp_server(letters, tls=over, starttls=within) as port:
        await at(port).send(posting)


@pytest.mark.parametrize("how", ["tls", "starttls"])
async def test_mail_leaves_over_an_encrypted_line(shows: Shows, how: Literal["tls", "starttls"]) -> None:
    letters = Letters()
    await send(letters, how, shows("good"))
    assert [letter.subject for letter in letters.kept] == ["Your order"]


@pytest.mark.parametrize("how", ["tls", "starttls"])
@pytest.mark.parametrize(("kind", "why"), WRONG)
async def test_a_mail_host_with_a_wrong_certificate_gets_nothing_and_the_operator_is_told_why(
    shows: Shows, how: Literal["tls", "starttls"], kind: Kind, why: str
) -> None:
    letters = Letters()
    with pytest.raises(Refused, match=f"the certificate of 127.0.0.1 does not hold: .*{why}") as refused:
        await send(letters, how, shows(kind), user="northbay")
    assert letters.kept == []
    assert not refused.value.for_good  # a new certificate is put in, and the mail leaves


async def test_a_host_without_starttls_gets_nothing_in_the_clear() -> None:
    letters = Letters()
    async with smtp_server(letters) as port:
        server = SmtpServer(host="127.0.0.1", port=port, tls="starttls", user="northbay", password="a password")
        now = datetime.now(UTC)
        posting = Posting(
            ref="r-1", out=Outbound(to="a@b.example", subject="x", text="x"), sending_at=now, expires_at=now + timedelta(seconds=30)
        )
        with pytest.raises(Refused):
            await SmtpTransport(server, "hello@northbay.example.com", "Northbay").send(posting)
    assert letters.kept == []


def settings_at(port: int, box: Box) -> MailSettings:
    return MailSettings(address="hello@northbay.example.com", imap_host="127.0.0.1", imap_port=port, imap_user=box.user, imap_tls=True)


async def test_mail_is_read_over_an_encrypted_line(shows: Shows) -> None:
    box = Box()
    async with imap_server(box, tls=shows("good")) as port:
        place = (await new_mail(settings_at(port, box), box.password)).place
        box.append(b"From: ana.torres@example.com\r\nMessage-ID: <1@example.com>\r\nSubject: Order\r\n\r\nhello\r\n")
        found = await new_mail(settings_at(port, box), box.password, place)
    assert [one.text for one in found.mail] == ["Order\n\nhello"]


@pytest.mark.parametrize(("kind", "why"), WRONG)
async def test_a_mailbox_with_a_wrong_certificate_is_told_no_password_and_the_operator_why(shows: Shows, kind: Kind, why: str) -> None:
    box = Box()
    async with imap_server(box, tls=shows(kind)) as port:
        with pytest.raises(InboxUnreachable, match=f"the certificate of 127.0.0.1 does not hold: .*{why}"):
            await new_mail(settings_at(port, box), box.password)
    assert box.log == []
