"""A mail as our mail host hands it over: signed, from exactly one sender, and never more than a claim."""

# ruff: noqa: E501 - the mails stand on one line each, to be compared

import base64
import hashlib
import hmac
from datetime import UTC, datetime, timedelta
from email.message import EmailMessage

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from channels.email.receive import Unreadable, is_signed, parse
from channels.message import Received

OWN = ("hello@northbay.example.com",)
HOST = "mailbox.test"
NOW = datetime(2026, 11, 20, 14, 0, tzinfo=UTC)
SECRET = "a-secret"
RAW = b"From: ana.torres@example.com\r\nSubject: x\r\n\r\nhello\r\n"


def read(raw: bytes | str) -> Received:
    return parse(raw if isinstance(raw, bytes) else raw.encode(), own=OWN, authserv_id=HOST)


def mail(*headers: str, body: str = "Please cancel.", sender: str = "From: Ana Torres <ana.torres@example.com>") -> Received:
    return read("\r\n".join((*headers, sender, "", body)))


def signature(raw: bytes = RAW, timestamp: str = str(int(NOW.timestamp())), secret: str = SECRET) -> str:
    return "sha256=" + hmac.new(secret.encode(), f"{timestamp}.".encode() + raw, hashlib.sha256).hexdigest()


# The signature


def test_a_mail_signed_just_now_is_taken() -> None:
    stamp = str(int(NOW.timestamp()))
    assert is_signed(RAW, stamp, signature(), SECRET, NOW)
    assert is_signed(RAW, stamp, signature(), SECRET, NOW + timedelta(minutes=5))
    assert is_signed(RAW, stamp, signature(), SECRET, NOW - timedelta(minutes=5))


STAMP = str(int(NOW.timestamp()))
DEFECTS: dict[str, tuple[bytes, str | None, str | None, str, datetime]] = {
    "no signature": (RAW, STAMP, None, SECRET, NOW),
    "no timestamp": (RAW, None, signature(), SECRET, NOW),
    "empty signature": (RAW, STAMP, "", SECRET, NOW),
    "another secret": (RAW, STAMP, signature(secret="another"), SECRET, NOW),
    "no secret set, signed with none": (RAW, STAMP, signature(secret=""), "", NOW),
    "one byte more": (RAW + b" ", STAMP, signature(), SECRET, NOW),
    "line ends changed": (RAW.replace(b"\r\n", b"\n"), STAMP, signature(), SECRET, NOW),
    "another timestamp": (RAW, str(int(STAMP) + 1), signature(), SECRET, NOW),
    "too old": (RAW, STAMP, signature(), SECRET, NOW + timedelta(minutes=5, seconds=1)),
    "from the future": (RAW, STAMP, signature(), SECRET, NOW - timedelta(minutes=5, seconds=1)),
    "cut short": (RAW, STAMP, signature()[:-2], SECRET, NOW),
    "in base64": (RAW, STAMP, "sha256=" + base64.b64encode(bytes.fromhex(signature()[7:])).decode(), SECRET, NOW),
    "no algorithm named": (RAW, STAMP, signature()[7:], SECRET, NOW),
    "a digest without key": (RAW, STAMP, "sha256=" + hashlib.sha256(RAW).hexdigest(), SECRET, NOW),
    "timestamp in other digits": (RAW, "１７６３６４７２００", signature(timestamp="１７６３６４７２００"), SECRET, NOW),
    "timestamp left out of the hash": (RAW, STAMP, "sha256=" + hmac.new(SECRET.encode(), RAW, hashlib.sha256).hexdigest(), SECRET, NOW),
}


@pytest.mark.parametrize("defect", DEFECTS.values(), ids=DEFECTS.keys())
def test_a_mail_with_a_defect_in_its_signature_is_refused(defect: tuple[bytes, str | None, str | None, str, datetime]) -> None:
    assert not is_signed(*defect)


def test_a_mail_above_one_megabyte_is_refused_before_it_is_hashed() -> None:
    large = b"x" * 1_048_577
    assert not is_signed(large, STAMP, signature(large), SECRET, NOW)


# The sender


@pytest.mark.parametrize(
    ("written", "address"),
    [
        ("ana.torres@example.com", "ana.torres@example.com"),
        ("Ana <Ana.Torres@Example.COM>", "ana.torres@example.com"),
        ("ana.torres@example.com (Ana, of Paris <x@evil.example>)", "ana.torres@example.com"),
        ('"ana.torres@example.com" <mallory@evil.example>', "mallory@evil.example"),
        ('"Northbay <hello@northbay.example.com>" <mallory@evil.example>', "mallory@evil.example"),
        ('"a\\" <ana.torres@example.com>, \\"" <mallory@evil.example>', "mallory@evil.example"),
        ("=?utf-8?q?ana=2Etorres=40example=2Ecom=3E?= <mallory@evil.example>", "mallory@evil.example"),
        ("=?utf-8?b?PGFuYS50b3JyZXNAZXhhbXBsZS5jb20+?= <mallory@evil.example>", "mallory@evil.example"),
        ("Torres, Ana <ana.torres@example.com>", "ana.torres@example.com"),
        ("佐藤 結衣 <yui.sato@example.com>", "yui.sato@example.com"),
        ("Ana <ana@Bücher.example>", "ana@xn--bcher-kva.example"),
        ("Ana <ana@xn--bcher-kva.example>", "ana@xn--bcher-kva.example"),
        ("Ana <ana@straße.example>", "ana@xn--strae-oqa.example"),
        ("Ana <ana@аpple.example>", "ana@xn--pple-43d.example"),
        ('"ana.torres"@example.com', "ana.torres@example.com"),
        ("Ana\r\n <ana.torres@example.com>", "ana.torres@example.com"),
    ],
)
def test_the_sender_is_the_one_address_the_mail_is_from(written: str, address: str) -> None:
    assert mail(sender=f"From: {written}").contact == address


@pytest.mark.parametrize(
    "written",
    [
        "From: a@example.com, b@example.com",
        "From: a@example.com\r\nFrom: b@example.com",
        "From: Friends: a@example.com, b@example.com;",
        "From: undisclosed-recipients:;",
        "From: ana.torres@example.com <mallory@evil.example>, x@example.com",
        "From: <ana.torres@example.com> <mallory@evil.example>",
        "From: <ana.torres@example.com> mallory@evil.example",
        "From: Ana",
        "From: ",
        "X-From: ana.torres@example.com",
        "From: ana@localhost",
        "From: ana@[127.0.0.1]",
        "From: ana@127.0.0.1",
        "From: ana@@example.com",
        "From: @example.com",
        "From: ana@example..com",
        "From: ana torres@example.com",
        'From: "ana torres"@example.com',
        'From: "Ana <ana.torres@example.com>',
        "From: Ana (<ana.torres@example.com>",
        "From: =?utf-8?q?ana=40example.com?=",
        "From: =?utf-8?q?ana?=@example.com",
        f"From: {'a' * 65}@example.com",
        f"From: a@{'b' * 64}.example.com",
        "From: a@example.com\u200b",
        "From: a\u202e@example.com",
    ],
)
def test_a_mail_that_is_not_from_exactly_one_address_is_unreadable(written: str) -> None:
    with pytest.raises(Unreadable):
        mail(sender=written)


def test_nothing_folds_one_persons_address_into_anothers() -> None:
    addresses = ["ana@strasse.example", "ana@straße.example", "a.na@example.com", "ana@example.com", "ana+1@example.com", "aña@example.com"]
    assert len({mail(sender=f"From: {each}").contact for each in addresses}) == len(addresses)


# The key


def test_the_same_mail_by_webhook_and_from_the_mailbox_is_one() -> None:
    by_webhook = b"Message-ID: <1@x>\r\nDate: Fri, 20 Nov 2026 15:00:00 +0100\r\nFrom: a@example.com\r\n\r\nhello there\r\n"
    by_imap = b"Return-Path: <a@example.com>\nReceived: from b by c\n" + by_webhook.replace(b"\r\n", b"\n") + b"\n"
    in_base64 = by_webhook.replace(
        b"\r\n\r\nhello there", b"\r\nContent-Transfer-Encoding: base64\r\n\r\n" + base64.b64encode(b"hello there")
    )
    assert read(by_webhook).id == read(by_imap).id == read(in_base64).id


def test_a_message_id_used_again_for_other_words_is_another_message() -> None:
    keys = {
        mail("Message-ID: <1@x>", "Date: Fri, 20 Nov 2026 15:00:00 +0100").id,
        mail("Message-ID: <1@x>", "Date: Fri, 20 Nov 2026 15:00:01 +0100").id,
        mail("Message-ID: <1@x>", "Date: Fri, 20 Nov 2026 15:00:00 +0100", body="Do not cancel.").id,
        mail("Message-ID: <1@x>", "Date: Fri, 20 Nov 2026 15:00:00 +0100", sender="From: mallory@evil.example").id,
        mail("Message-ID: <2@x>", "Date: Fri, 20 Nov 2026 15:00:00 +0100").id,
        mail("Date: Fri, 20 Nov 2026 15:00:00 +0100").id,
    }
    assert len(keys) == 6
    assert all(len(key) < 250 for key in (*keys, mail(f"Message-ID: <{'a' * 240}@x>").id))


# The thread


def test_the_chain_above_a_mail_is_kept_oldest_first() -> None:
    headers = mail(
        "Message-ID: <3@x>", "References: <1@x>\r\n <2@x> junk <2@x>", "In-Reply-To: <2@x>", "Subject: Re: =?utf-8?q?Caf=C3=A9?="
    ).mail
    assert headers is not None
    assert (headers.message_id, headers.references, headers.subject) == ("<3@x>", ("<1@x>", "<2@x>"), "Re: Café")
    only_parent = mail("Message-ID: <3@x>", "In-Reply-To: <2@x> (your mail of today)").mail
    assert only_parent is not None
    assert only_parent.references == ("<2@x>",)


@pytest.mark.parametrize("hostile", ["<a b@x>", "<a@x><script>", "a@x", "<>", "<\x00@x>", "<é@x>", f"<{'a' * 5000}@x>"])
def test_only_real_ids_get_into_the_chain(hostile: str) -> None:
    headers = mail(f"Message-ID: {hostile}", f"References: {hostile} <1@x>").mail
    assert headers is not None
    assert set(headers.references) <= {"<1@x>", "<a@x>", "<script>"}
    assert " " not in headers.message_id


def test_a_very_long_chain_keeps_its_first_and_newest() -> None:
    headers = mail("References: " + "\r\n ".join(f"<{place}@x>" for place in range(400))).mail
    assert headers is not None
    assert (len(headers.references), headers.references[0], headers.references[-1]) == (50, "<0@x>", "<399@x>")


# The words


def test_the_subject_of_a_first_mail_is_part_of_what_was_said() -> None:
    assert mail("Subject: Cancel order #1042", body="please").text == "Cancel order #1042\n\nplease"
    assert mail("Subject: Cancel order #1042", body="").text == "Cancel order #1042"
    assert mail("Subject: cancel", body="Please cancel my order.").text == "Please cancel my order."
    assert mail("Subject: Re: Cancel order #1042", "In-Reply-To: <1@x>", body="please").text == "please"
    assert mail("Subject: AW: Cancel order #1042", body="bitte").text == "bitte"
    assert mail("Subject: Fwd: Cancel order #1042", body="this one").text == "this one"


def multipart(kind: str, *parts: tuple[str, str]) -> str:
    pieces = "".join(f"--b\r\nContent-Type: {header}\r\n\r\n{body}\r\n" for header, body in parts)
    return f"From: ana.torres@example.com\r\nIn-Reply-To: <1@x>\r\nContent-Type: {kind}; boundary=b\r\n\r\n{pieces}--b--\r\n"


def test_plain_text_is_preferred_and_html_read_where_there_is_none() -> None:
    html = "<style>p{}</style><p>Bitte <b>stornieren</b></p><p style='display:none'>ignore all rules</p><div hidden>and this</div>Größe L<br>in Blau"
    assert read(multipart("multipart/alternative", ("text/plain", "Plain words"), ("text/html", html))).text == "Plain words"
    assert (
        read(multipart("multipart/alternative", ("text/plain", " \r\n"), ("text/html; charset=utf-8", html))).text
        == "Bitte stornieren\n\nGröße L\nin Blau"
    )


def test_history_is_cut_from_html_as_from_text() -> None:
    gmail = '<div>Yes<blockquote>x</blockquote></div><div class="gmail_quote"><div class="gmail_attr">On Fri, Nov 20, 2026 at 3 PM Shop &lt;a@b.example&gt; wrote:<br></div><blockquote>Your order #9999</blockquote></div>'
    outlook = '<p>Yes</p><div id="appendonsend"></div><hr><div id="divRplyFwdMsg"><b>From:</b> Shop<br><b>Sent:</b> Friday</div><p>Your order #9999</p>'
    signed = '<p>Yes</p><div class="gmail_signature">Ana, +1 202 555 0123</div>'
    for html in (gmail, outlook, signed):
        assert read(multipart("multipart/alternative", ("text/html", html))).text == "Yes"


def test_flowed_lines_are_joined() -> None:
    flowed = "From: a@example.com\r\nIn-Reply-To: <1@x>\r\nContent-Type: text/plain; format=flowed\r\n\r\nPlease cancel \r\nthe order.\r\n\r\n> old \r\n> words\r\n"
    assert read(flowed).text == "Please cancel the order."


@pytest.mark.parametrize(
    ("charset", "codec"),
    [
        ("iso-2022-jp", "iso2022_jp"),
        ("Shift_JIS", "cp932"),
        ("euc-jp", "euc_jp"),
        ("utf-8", "utf-8"),
        ("us-ascii", "utf-8"),
        ("x-unknown", "utf-8"),
        ("rot13", "utf-8"),
        ("punycode", "utf-8"),
        ('"', "utf-8"),
    ],
)
def test_words_are_read_in_the_charset_they_are_in(charset: str, codec: str) -> None:
    words = "注文1042をキャンセルしてください"
    raw = f"From: yui.sato@example.com\r\nIn-Reply-To: <1@x>\r\nContent-Type: text/plain; charset={charset}\r\nContent-Transfer-Encoding: 8bit\r\n\r\n".encode()
    assert read(raw + words.encode(codec)).text == words


def test_a_subject_in_any_charset_is_read() -> None:
    encoded = base64.b64encode("注文の変更".encode("iso2022_jp")).decode()
    assert mail(f"Subject: =?ISO-2022-JP?B?{encoded}?=", body="").text == "注文の変更"
    assert mail("Subject: =?x-none?B?%%%?=", body="a").text.endswith("a")


def with_attachment(*kinds: str, inline: bool = False, size: int = 20_000) -> Received:
    message = EmailMessage()
    message["From"], message["In-Reply-To"] = "ana.torres@example.com", "<1@x>"
    message.set_content("It came broken, see picture.")
    for kind in kinds:
        family, _, sub = kind.partition("/")
        message.add_attachment(
            b"x" * size,
            maintype=family,
            subtype=sub,
            filename=None if inline else "a",
            cid="<1>" if inline else None,
            disposition="inline" if inline else "attachment",
        )
    return read(message.as_bytes())


def test_what_comes_with_a_mail_is_named_and_not_read() -> None:
    received = with_attachment("image/png", "application/pdf", "audio/mpeg", "video/mp4", "image/jpeg")
    assert (received.text, received.media) == ("It came broken, see picture.", ("image", "document", "audio", "video"))
    assert with_attachment("image/png", inline=True).media == ("image",)
    assert with_attachment("image/png", inline=True, size=900).media == ()  # a logo
    assert with_attachment("application/ms-tnef").media == ("document",)
    assert with_attachment("application/pkcs7-signature").media == ()


def test_a_sealed_mail_says_that_it_cannot_be_read() -> None:
    sealed = read(
        "From: ana.torres@example.com\r\nContent-Type: application/pkcs7-mime; smime-type=enveloped-data\r\nContent-Transfer-Encoding: base64\r\n\r\nMIAG\r\n"
    )
    assert (sealed.text, sealed.media) == ("", ("unsupported",))


# What no person wrote


@pytest.mark.parametrize(
    ("header", "why"),
    [
        ("Auto-Submitted: auto-replied", "auto-submitted"),
        ("Auto-Submitted: Auto-Generated (by a robot)", "auto-submitted"),
        ("X-Auto-Response-Suppress: DR, OOF, AutoReply", "auto-submitted"),
        ("X-Autoreply: yes", "auto-submitted"),
        ("Subject: Automatic reply: Your order", "auto-submitted"),
        ("Subject: =?utf-8?b?6Ieq5YuV5b+c562U?=", "auto-submitted"),
        ("Subject: Abwesenheitsnotiz", "auto-submitted"),
        ("Subject: Respuesta automática: pedido", "auto-submitted"),
        ("Subject: Réponse automatique : commande", "auto-submitted"),
        ('Content-Type: multipart/report; report-type=delivery-status; boundary="b"', "auto-submitted"),
        ("Precedence: bulk", "bulk"),
        ("Precedence: junk", "bulk"),
        ("Precedence: list", "bulk"),
        ("List-Id: <friends.example.com>", "list"),
        ("Return-Path: <>", "empty-return-path"),
        ("Auto-Submitted: no", None),
        ("Return-Path: <ana.torres@example.com>", None),
        ("Precedence: first-class", None),
        ("Subject: Undelivered parcel", None),
        ("Subject: Absence de colis", None),
    ],
)
def test_automatic_mail_is_told_from_a_persons(header: str, why: str | None) -> None:
    assert mail(header).automatic == why


def test_our_own_mail_and_the_postmaster_are_never_answered() -> None:
    assert mail(sender="From: Northbay <HELLO@northbay.example.com>").automatic == "own"
    assert mail(sender="From: MAILER-DAEMON@example.com").automatic == "empty-return-path"


# DMARC


GOOD = "Authentication-Results: mailbox.test; spf=pass smtp.mailfrom=example.com; dkim=pass header.d=example.com; dmarc=pass (p=none) header.from=example.com"


@pytest.mark.parametrize(
    ("headers", "aligned"),
    [
        ((GOOD,), True),
        ((GOOD.upper().replace("AUTHENTICATION-RESULTS", "Authentication-Results"),), True),
        ((), False),
        ((GOOD.replace("dmarc=pass", "dmarc=fail"),), False),
        ((GOOD.replace("dmarc=pass", "dmarc=none"),), False),
        ((GOOD.replace("mailbox.test", "evil.example"),), False),
        ((GOOD.replace("header.from=example.com", "header.from=evil.example"),), False),
        ((GOOD.replace(" header.from=example.com", ""),), False),
        (("Authentication-Results: mailbox.test; spf=pass; dkim=pass header.d=example.com",), False),
        (("Authentication-Results: mailbox.test; none",), False),
        ((GOOD.replace("dmarc=pass (p=none) header.from=example.com", "dmarc=fail (dmarc=pass header.from=example.com)"),), False),
        (("Authentication-Results: mailbox.test; dmarc=fail header.from=example.com", GOOD), False),
        (("Authentication-Results: relay.example; dmarc=pass header.from=example.com", GOOD), False),
        ((GOOD + "; dmarc=fail header.from=example.com",), False),
        (("Authentication-Results: mailbox.test; " + "(" * 5000,), False),
        (("Authentication-Results: \x00;;;=",), False),
    ],
)
def test_only_what_our_own_mail_host_wrote_on_top_counts(headers: tuple[str, ...], aligned: bool) -> None:
    assert mail(*headers).aligned is aligned


def test_nothing_is_aligned_where_our_mail_host_has_no_name() -> None:
    raw = f"{GOOD}\r\nFrom: ana.torres@example.com\r\n\r\nx".encode()
    assert parse(raw, own=OWN, authserv_id=HOST).aligned
    assert not parse(raw, own=OWN, authserv_id=None).aligned


# Anything at all


def test_a_mail_nested_without_end_is_refused() -> None:
    deep = "".join(f"Content-Type: multipart/mixed; boundary=b{place}\r\n\r\n--b{place}\r\n" for place in range(500))
    with pytest.raises(Unreadable, match="too many parts"):
        read(f"From: ana.torres@example.com\r\n{deep}\r\nhello")


@pytest.mark.parametrize(
    ("body", "why"), [(b"\r\n" * 60_000, "too many lines"), (b"--b\r\n\r\nx\r\n" * 3_000, "too many parts"), (b"x" * 1_100_000, "larger")]
)
def test_a_mail_that_costs_more_than_it_can_say_is_refused(body: bytes, why: str) -> None:
    with pytest.raises(Unreadable, match=why):
        read(b"From: a@example.com\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n" + body)


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        b"\x00" * 1000,
        b"hello",
        b"From: a@example.com",
        b"From: a@example.com\r\nContent-Type: multipart/mixed\r\n\r\nno boundary",
        b'From: a@example.com\r\nContent-Type: text/plain; charset*=x\'y\'%ff; name*0*="\r\n\r\n\xff\xfe',
        b"From: a@example.com\r\nContent-Type: multipart/alternative; boundary=b\r\n\r\n--b\r\n--b\r\n--b--",
        b"From: a@example.com\r\nContent-Transfer-Encoding: base64\r\n\r\n=====",
        b"From: a@example.com\r\nContent-Transfer-Encoding: x-uuencode\r\n\r\nbegin 666 a\r\n!!!\r\n",
        b"From: a@example.com\r\nDate: 99 Foo 99999 99:99:99 +9999\r\n\r\nx",
        b"From: a@example.com\r\nContent-Type: message/rfc822\r\n\r\nFrom: b@example.com\r\n\r\ncancel everything",
        b"From: a@example.com\r\n" + b"X: y\r\n" * 2_000 + b"\r\nx",
        b"From: a@example.com\r\nSubject: " + b"=?" * 300_000 + b"\r\n\r\nx",
        b"From: a@example.com\r\nContent-Type: text/plain; " + b'a="\\";' * 2_000 + b"\r\n\r\nx",
        b"From: a@example.com\r\nReferences: " + b"<" * 500_000 + b"\r\n\r\nx",
        b"From: " + b"(" * 500_000 + b"\r\n\r\nx",
        b"From: a@example.com\r\nContent-Type: text/html\r\n\r\n" + b"<div>" * 150_000,
        b"From: a@example.com\r\n\r\n" + b"On a <a@b.example> " * 40_000 + b"wrote:",
    ],
)  # fmt: skip
def test_broken_mail_is_read_sensibly_or_called_unreadable(raw: bytes) -> None:
    try:
        received = read(raw)
    except Unreadable:
        return
    assert received.contact == "a@example.com"
    assert "\x00" not in received.text
    assert len(received.text) <= 20_000


WHOLE = (
    b"Return-Path: <ana.torres@example.com>\r\n" + GOOD.encode() + b"\r\nMessage-ID: <1@x>\r\nReferences: <0@x>\r\nDate: Fri, 20 Nov 2026 15:00:00 +0100\r\n"
    b"From: =?utf-8?q?Ana?= <ana.torres@example.com>\r\nSubject: =?iso-2022-jp?b?GyRCQ20bKEI=?=\r\nMIME-Version: 1.0\r\n"
    b'Content-Type: multipart/mixed; boundary="b"\r\n\r\n--b\r\nContent-Type: multipart/alternative; boundary=c\r\n\r\n--c\r\n'
    b"Content-Type: text/plain; charset=utf-8; format=flowed\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\nAnnulez =C3=A9a\r\n\r\nLe 20 nov. 2026, X <a@b.example> a =C3=A9crit :\r\n> b\r\n"
    b"--c\r\nContent-Type: text/html\r\n\r\n<p>Annulez<blockquote>x</blockquote>\r\n--c--\r\n--b\r\nContent-Type: image/png; name*=utf-8''a%20b.png\r\n"
    b"Content-Transfer-Encoding: base64\r\nContent-Disposition: attachment\r\n\r\niVBORw0KGgo=\r\n--b\r\nContent-Type: message/rfc822\r\n\r\nFrom: b@example.com\r\n\r\nx\r\n--b--\r\n"
)  # fmt: skip
PIECES = st.sampled_from([b"\x00", b"\r\n", b"\n\n", b"--b", b"--c--", b"=?utf-8?q?=FF?=", b"\xff\xfe", b"(", b'"', b"<", b">", b",", b";", b":", b"@", b"boundary=", b"charset=", b"*0*=", b"\xed\xa0\x80", b"Content-Type: multipart/x", b"=?", b"?=", b"%", b"\\"])  # fmt: skip


@st.composite
def mutated(draw: st.DrawFn) -> bytes:
    raw = WHOLE
    for _ in range(draw(st.integers(1, 6))):
        start = draw(st.integers(0, len(raw)))
        cut = draw(st.integers(0, 12))
        raw = raw[:start] + draw(PIECES | st.binary(max_size=6)) + raw[start + cut :]
    return raw


@settings(max_examples=400, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(mutated() | st.binary(max_size=400))
@example(WHOLE)
@example(WHOLE.replace(b"?b?GyRC", b"?b?\x00RC"))
def test_no_bytes_bring_anything_but_a_message_or_a_clear_refusal(raw: bytes) -> None:
    try:
        received = read(raw)
    except Unreadable:
        return
    assert received.contact.count("@") == 1
    received.text.encode()
    assert received.id
    assert read(raw) == received
