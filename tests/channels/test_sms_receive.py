"""What Twilio delivers: its signature against Twilio's own validator and against every defect, and what is read from a signed form (W4)."""

import base64
import hashlib
import hmac
import random
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlencode

import pytest
from twilio.request_validator import RequestValidator

from channels.message import Channel, DeliveryState
from channels.sms.receive import Unreadable, form_of, is_signed, is_signed_json, kind_of_media, receipt, received
from demo.phones.signing import twilio_signature

TOKEN = "12345678901234567890123456789012"
URL = "https://shop.example.com/webhooks/sms/northbay"
SID = "SM" + "0a" * 16
FORM = [("MessageSid", SID), ("From", "+12025550123"), ("Body", "Where is my order?"), ("NumMedia", "0"), ("FromCity", "")]
RANDOM_REQUESTS = 10_000


class Repeated(dict[str, list[str]]):
    """A form in which a name may stand several times, as Twilio's validator takes it."""

    def getall(self, name: str) -> list[str]:
        return self[name]


def for_the_validator(form: Sequence[tuple[str, str]]) -> Repeated:
    made = Repeated()
    for name, value in form:
        made.setdefault(name, []).append(value)
    return made


def any_text(chance: random.Random) -> str:
    alphabets = ["abcXYZ 09", "éêçßÀ", "日本語の注文", "😀👨‍👩‍👧🇯🇵", "&=+%#?/ \t\n", '"\\<>\x00', "  "]
    return "".join(chance.choice(chance.choice(alphabets)) for _ in range(chance.choice([0, 0, 1, 3, 12, 60])))


def any_request(chance: random.Random) -> tuple[str, list[tuple[str, str]]]:
    """An address as a brand may configure it, and any form for it."""
    host = chance.choice(["shop.example.com", "127.0.0.1", "a-b.example.co.uk", "localhost"])
    port = chance.choice(["", "", ":443", ":80", ":8443", ":8600"])
    query = chance.choice(
        ["", "", f"?ref={chance.randrange(10**6)}", "?a=&b=%20x+y", "?ref=r-1&ref=r-2", f"?q={urlencode({'t': any_text(chance)})}"]
    )
    path = chance.choice(["/webhooks/sms/northbay", "/webhooks/sms/northbay/status", "/", "/a%20b/ü"])
    names = ["From", "To", "Body", "MessageSid", "FromCity", "body", "Ä", "", "MediaUrl0", any_text(chance)]
    form = [(chance.choice(names), any_text(chance)) for _ in range(chance.randrange(9))]
    form += [chance.choice(form) for _ in range(chance.randrange(3)) if form]
    return f"{chance.choice(['https', 'http'])}://{host}{port}{path}{query}", form


def test_ten_thousand_random_requests_are_judged_as_twilios_own_validator_judges_them() -> None:
    chance, validator = random.Random(20261122), RequestValidator(TOKEN)
    accepted = 0
    for _ in range(RANDOM_REQUESTS):
        url, form = any_request(chance)
        theirs = for_the_validator(form)
        signature = chance.choice([validator.compute_signature(url, theirs), twilio_signature(url, form, TOKEN)])
        if chance.random() < 0.4:
            url, form, signature = bent(chance, url, form, signature)
            theirs = for_the_validator(form)
        agreed = validator.validate(url, theirs, signature)
        accepted += agreed
        assert is_signed(url, form, signature, TOKEN) is agreed, (url, form, signature)
    assert RANDOM_REQUESTS * 0.55 < accepted < RANDOM_REQUESTS * 0.9


def bent(chance: random.Random, url: str, form: list[tuple[str, str]], signature: str) -> tuple[str, list[tuple[str, str]], str]:
    """The same request with one thing changed; some changes leave it valid (another order, a repeated pair, the usual port)."""
    match chance.randrange(8):
        case 0:
            return url, chance.sample(form, len(form)), signature
        case 1:
            return url, form + form[:1], signature
        case 2:
            return url, [*form, ("Body", any_text(chance))], signature
        case 3:
            return url, form[1:], signature
        case 4:
            return url + ("&" if "?" in url else "?") + "x=1", form, signature
        case 5:
            return url.replace("shop", "evil"), form, signature
        case 6:
            return url.replace("https://", "http://"), form, signature
        case _:
            return url, form, signature[::-1]


def test_bodies_that_are_no_form_are_judged_as_twilios_own_validator_judges_them() -> None:
    chance, validator = random.Random(7), RequestValidator(TOKEN)
    for _ in range(2_000):
        raw = any_text(chance)
        said = raw if chance.random() < 0.8 else raw + " "
        url = f"{URL}?bodySHA256={hashlib.sha256(said.encode()).hexdigest()}"
        signature = validator.compute_signature(url, {})
        agreed = validator.validate(url, raw, signature)
        assert is_signed_json(url, raw.encode(), signature, TOKEN) is agreed is (said == raw)


def test_an_emoji_keeps_its_bytes_on_the_way() -> None:
    form = [*FORM, ("Body", "👨‍👩‍👧 日本 ça")]
    raw = urlencode(form).encode()
    assert list(form_of(raw)) == form
    assert is_signed(URL, form_of(raw), twilio_signature(URL, form, TOKEN), TOKEN)


def test_blank_fields_and_spaces_are_part_of_what_was_signed() -> None:
    form = [("Body", "  two  spaces "), ("FromCity", ""), ("FromState", "")]
    signature = twilio_signature(URL, form, TOKEN)
    assert is_signed(URL, form_of(urlencode(form).encode()), signature, TOKEN)
    assert is_signed(URL, form_of(b"Body=++two++spaces+&FromCity=&FromState="), signature, TOKEN)
    assert not is_signed(URL, [("Body", "two  spaces"), ("FromCity", ""), ("FromState", "")], signature, TOKEN)


def test_the_fragment_that_asks_for_retries_is_not_signed() -> None:
    signature = RequestValidator(TOKEN).compute_signature(URL, dict(FORM))
    assert is_signed(f"{URL}#rc=2&rp=all", FORM, signature, TOKEN)


@pytest.mark.parametrize(
    ("configured", "signed"),
    [
        ("https://shop.example.com/x", "https://shop.example.com:443/x"),
        ("https://shop.example.com:443/x", "https://shop.example.com/x"),
        ("http://shop.example.com/x?ref=1", "http://shop.example.com:80/x?ref=1"),
        ("https://shop.example.com:8443/x", "https://shop.example.com/x"),
        ("https://user:word@shop.example.com/x", "https://user:word@shop.example.com:443/x"),
        ("https://[2001:db8::1]:8443/x", "https://[2001:db8::1]/x"),
    ],
)
def test_the_port_may_be_signed_or_not(configured: str, signed: str) -> None:
    assert is_signed(configured, FORM, twilio_signature(signed, FORM, TOKEN), TOKEN)


GOOD = twilio_signature(URL, FORM, TOKEN)
JSON_BODY = b'{"MessageSid":"SM1","Body":"\xf0\x9f\x98\x80"}'
JSON_URL = f"{URL}?bodySHA256={hashlib.sha256(JSON_BODY).hexdigest()}"
JSON_GOOD = twilio_signature(JSON_URL, [], TOKEN)


def sha256_signature(token: str) -> str:
    signed = URL + "".join(name + value for name, value in sorted(FORM))
    return base64.b64encode(hmac.new(token.encode(), signed.encode(), hashlib.sha256).digest()).decode()


@pytest.mark.parametrize(
    ("why", "url", "form", "signature", "token"),
    [
        ("no signature", URL, FORM, "", TOKEN),
        ("another token, as a subaccount has", URL, FORM, twilio_signature(URL, FORM, TOKEN[::-1]), TOKEN),
        ("the host of a header", "https://evil.example.com/webhooks/sms/northbay", FORM, GOOD, TOKEN),
        ("another brand's path", URL.replace("northbay", "southbay"), FORM, GOOD, TOKEN),
        ("a query that was not signed", f"{URL}?ref=r-1", FORM, GOOD, TOKEN),
        ("plain http", URL.replace("https", "http"), FORM, GOOD, TOKEN),
        ("another body", URL, [*FORM[:2], ("Body", "Cancel everything"), *FORM[3:]], GOOD, TOKEN),
        ("a field more", URL, [*FORM, ("OptOutType", "START")], GOOD, TOKEN),
        ("blanks dropped", URL, [pair for pair in FORM if pair[1]], GOOD, TOKEN),
        ("the stronger hash of a shared key", URL, FORM, sha256_signature(TOKEN), TOKEN),
        ("hexadecimal", URL, FORM, base64.b64decode(GOOD).hex(), TOKEN),
        ("signs that are no base64", URL, FORM, "日本" + GOOD[2:], TOKEN),
        ("no token configured", URL, FORM, twilio_signature(URL, FORM, ""), ""),
        ("a form smuggled under a body hash", JSON_URL, [], JSON_GOOD, TOKEN),
        ("a broken address", "https://[broken/x", FORM, GOOD, TOKEN),
        ("half a sign in the body", URL, [("Body", "\ud83d")], GOOD, TOKEN),
    ],
    ids=lambda value: value if isinstance(value, str) and " " in value else "",
)
def test_a_defect_of_the_signature_is_refused(why: str, url: str, form: list[tuple[str, str]], signature: str, token: str) -> None:
    assert is_signed(URL, FORM, GOOD, TOKEN)
    assert not is_signed(url, form, signature, token), why


@pytest.mark.parametrize(
    ("url", "raw", "signature"),
    [
        (JSON_URL, JSON_BODY + b" ", JSON_GOOD),
        (JSON_URL, b"", JSON_GOOD),
        (JSON_URL, b'{"MessageSid":"SM1","Body":"\\ud83d\\ude00"}', JSON_GOOD),
        (URL, JSON_BODY, twilio_signature(URL, [], TOKEN)),
        (f"{URL}?bodySHA256=", JSON_BODY, twilio_signature(f"{URL}?bodySHA256=", [], TOKEN)),
        (f"{JSON_URL}&bodySHA256={'0' * 64}", JSON_BODY, twilio_signature(f"{JSON_URL}&bodySHA256={'0' * 64}", [], TOKEN)),
        (JSON_URL, JSON_BODY, ""),
    ],
    ids=["changed", "empty", "written again", "no hash", "empty hash", "two hashes", "unsigned"],
)
def test_a_body_that_is_no_form_counts_only_with_its_hash(url: str, raw: bytes, signature: str) -> None:
    assert is_signed_json(JSON_URL, JSON_BODY, JSON_GOOD, TOKEN)
    assert not is_signed_json(url, raw, signature, TOKEN)


# What is read


def test_a_text_is_read_with_its_number_as_it_came() -> None:
    made = received(FORM)
    assert (made.channel, made.id, made.contact, made.text) == (Channel.SMS, SID, "+12025550123", "Where is my order?")
    assert (made.media, made.opt_out_type, made.at) == ((), None, None)


def test_pictures_and_cards_are_named_by_kind() -> None:
    kinds = ["image/jpeg", "audio/amr", "video/3gpp", "application/pdf", "text/x-vcard", "chemical/x-pdb", "IMAGE/PNG; name=a"]
    form = [("MessageSid", "MM" + "0" * 32), ("From", "+12025550123"), ("Body", ""), ("NumMedia", "7")]
    form += [(f"MediaContentType{place}", kind) for place, kind in enumerate(kinds)]
    assert received(form).media == ("image", "audio", "video", "document", "contacts", "unsupported", "image")
    assert received([*FORM, ("NumMedia", "many"), ("MediaContentType0", "image/gif")]).media == ("image",)
    assert len(received([*FORM, ("NumMedia", "999999999")]).media) == 10
    assert kind_of_media("") == "unsupported"


def test_what_twilio_did_with_a_keyword_is_told() -> None:
    assert received([*FORM, ("OptOutType", "STOP")]).opt_out_type == "STOP"
    assert received([*FORM, ("OptOutType", "nonsense")]).opt_out_type is None


@pytest.mark.parametrize(
    ("number", "why"),
    [
        ("whatsapp:+12025550123", "another channel: 'whatsapp'"),
        ("rcs:brand_agent", "another channel: 'rcs'"),
        ("72345", "short code"),
        ("+36180", "short code"),
        ("NORTHBAY", "alphanumeric"),
        ("+266696687", "withheld"),
        ("+1202555012345678", "alphanumeric"),
        ("+１２０２５５５０１２３", "alphanumeric"),
        ("+12025550123\n", None),
        ("", "no sender"),
    ],
)
def test_a_sender_that_cannot_be_answered_is_named(number: str, why: str | None) -> None:
    form = [("MessageSid", SID), ("From", number)]
    if why is None:
        assert received(form).contact == "+12025550123"
        return
    with pytest.raises(Unreadable, match=why):
        received(form)


def test_a_form_without_its_id_is_refused() -> None:
    for form in ([("From", "+12025550123")], [("MessageSid", "../../x"), ("From", "+12025550123")]):
        with pytest.raises(Unreadable, match="MessageSid"):
            received(form)
        with pytest.raises(Unreadable, match="MessageSid"):
            receipt(form, {})
    with pytest.raises(Unreadable, match="form"):
        form_of("Body=é".encode())
    with pytest.raises(Unreadable, match="form"):
        form_of(b"a=1&" * 1_001)


@pytest.mark.parametrize(
    ("status", "state"),
    [
        ("accepted", DeliveryState.QUEUED),
        ("queued", DeliveryState.QUEUED),
        ("sending", DeliveryState.QUEUED),
        ("sent", DeliveryState.SENT),
        ("delivered", DeliveryState.DELIVERED),
        ("read", DeliveryState.READ),
        ("undelivered", DeliveryState.FAILED),
        ("failed", DeliveryState.FAILED),
        ("canceled", DeliveryState.FAILED),
    ],
)
def test_a_status_says_how_far_a_message_has_come(status: str, state: DeliveryState) -> None:
    made = receipt([("MessageSid", SID), ("MessageStatus", status), ("ErrorCode", "")], {"ref": "r-7"})
    assert (made.provider_ref, made.state, made.ref, made.error, made.at) == (SID, state, "r-7", None, None)


def test_a_status_brings_its_error_our_ref_and_the_handsets_time() -> None:
    form: list[tuple[str, str]] = [("SmsSid", SID), ("SmsStatus", "undelivered"), ("ErrorCode", "30003"), ("RawDlrDoneDate", "2611221405")]
    made = receipt(form, [("ref", "r-7-1")])
    assert (made.ref, made.error, made.at) == ("r-7-1", "30003", datetime(2026, 11, 22, 14, 5, tzinfo=UTC))
    assert receipt([("MessageSid", SID), ("MessageStatus", "sent"), ("RawDlrDoneDate", "9999999999")], {}).at is None
    assert receipt([("MessageSid", SID), ("MessageStatus", "sent")], {"ref": ""}).ref is None


def test_the_status_of_an_inbound_message_is_none_of_ours() -> None:
    query: dict[str, Any] = {}
    for status in ("received", "receiving", "", "sent to the moon"):
        with pytest.raises(Unreadable, match="status"):
            receipt([("MessageSid", SID), ("MessageStatus", status)], query)
