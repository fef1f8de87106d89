"""What Meta delivers is believed only when Meta signed it, and one bad item costs no other."""

import base64
import hashlib
import hmac
import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from channels.message import DeliveryState, Receipt, Received
from channels.whatsapp.receive import Bad, Item, challenge, e164, is_signed, parse

SECRET = "app-secret"
NUMBER = "106540352242922"


def delivery(*values: Any, field: str = "messages") -> bytes:
    changes = [{"value": value, "field": field} for value in values]
    return json.dumps({"object": "whatsapp_business_account", "entry": [{"id": "102290129340398", "changes": changes}]}).encode()


def value(number: str = NUMBER, **what: Any) -> dict[str, Any]:
    return {"messaging_product": "whatsapp", "metadata": {"display_phone_number": "12025550101", "phone_number_id": number}, **what}


def message(what: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {"from": "12025550123", "id": "wamid.A=", "timestamp": "1749416383", **what, **more}


def contents(raw: bytes) -> list[Any]:
    return [item.content for item in parse(raw)]


def only(raw: bytes) -> Any:
    (content,) = contents(raw)
    return content


def received(what: dict[str, Any]) -> Received:
    content = only(delivery(value(messages=[message(what)])))
    assert isinstance(content, Received)
    return content


# Signature


def by_hand(secret: bytes, raw: bytes) -> str:
    """HMAC as RFC 2104 writes it down, without the library's."""
    key = (hashlib.sha256(secret).digest() if len(secret) > 64 else secret).ljust(64, b"\0")
    inner = hashlib.sha256(bytes(one ^ 0x36 for one in key) + raw).digest()
    return hashlib.sha256(bytes(one ^ 0x5C for one in key) + inner).hexdigest()


@given(st.binary(max_size=400), st.text(st.characters(codec="utf-8"), min_size=1, max_size=90))
def test_a_signature_over_any_bytes_is_accepted_and_the_same_over_one_byte_more_is_not(raw: bytes, secret: str) -> None:
    header = f"sha256={by_hand(secret.encode(), raw)}"
    assert is_signed(raw, header, secret)
    assert not is_signed(raw + b" ", header, secret)


EMOJI = b'{"object":"whatsapp_business_account","text":"caf\\u00e9 \\ud83d\\udc4d https:\\/\\/example.com"}'


def _digest(raw: bytes, secret: str = SECRET) -> str:
    return hmac.new(secret.encode(), raw, hashlib.sha256).hexdigest()


def test_escapes_and_emoji_are_signed_as_they_came() -> None:
    assert is_signed(EMOJI, f"sha256={_digest(EMOJI)}", SECRET)


DEFECTS: dict[str, tuple[bytes, str | None, str]] = {
    "no header": (EMOJI, None, SECRET),
    "an empty header": (EMOJI, "", SECRET),
    "no digest": (EMOJI, "sha256=", SECRET),
    "no name of the digest": (EMOJI, _digest(EMOJI), SECRET),
    "the older sha1": (EMOJI, "sha1=" + hmac.new(SECRET.encode(), EMOJI, hashlib.sha1).hexdigest(), SECRET),
    "another app's secret": (EMOJI, f"sha256={_digest(EMOJI, 'other-secret')}", SECRET),
    "a digest cut short": (EMOJI, f"sha256={_digest(EMOJI)[:-2]}", SECRET),
    "a digest with more behind it": (EMOJI, f"sha256={_digest(EMOJI)}00", SECRET),
    "one bit of the body": (EMOJI.replace(b"caf", b"cbf"), f"sha256={_digest(EMOJI)}", SECRET),
    "a body read and written again": (json.dumps(json.loads(EMOJI)).encode(), f"sha256={_digest(EMOJI)}", SECRET),
    "a body with its escapes undone": (json.dumps(json.loads(EMOJI), ensure_ascii=False).encode(), f"sha256={_digest(EMOJI)}", SECRET),
    "base64 for hex": (EMOJI, "sha256=" + base64.b64encode(bytes.fromhex(_digest(EMOJI))).decode(), SECRET),
    "a plain hash, no key": (EMOJI, f"sha256={hashlib.sha256(EMOJI).hexdigest()}", SECRET),
    "a secret that was never set": (EMOJI, f"sha256={_digest(EMOJI, '')}", ""),
    "letters that are no ASCII": (EMOJI, f"sha256={'é' * 64}", SECRET),
    "digits of another script": (EMOJI, f"sha256={'٣' * 64}", SECRET),
    "two signatures in one header": (EMOJI, f"sha256={_digest(EMOJI)}, sha256={'0' * 64}", SECRET),
    "a line behind it": (EMOJI, f"sha256={_digest(EMOJI)}\n", SECRET),
}


@pytest.mark.parametrize("defect", DEFECTS)
def test_a_signature_with_a_defect_is_refused(defect: str) -> None:
    assert not is_signed(*DEFECTS[defect])


# Setting the webhook up


def test_the_challenge_comes_back_for_the_right_token_alone() -> None:
    asked = {"hub.mode": "subscribe", "hub.verify_token": "word", "hub.challenge": "1158201444"}
    assert challenge(asked, "word") == "1158201444"
    assert challenge({**asked, "hub.verify_token": "wort"}, "word") is None
    assert challenge({**asked, "hub.verify_token": "wörd"}, "word") is None
    assert challenge({**asked, "hub.mode": "unsubscribe"}, "word") is None
    assert challenge({name: given for name, given in asked.items() if name != "hub.verify_token"}, "word") is None
    assert challenge({**asked, "hub.verify_token": ""}, "") is None
    assert challenge({**asked, "hub.challenge": "<script>alert(1)</script>"}, "word") is None
    assert challenge({name: given for name, given in asked.items() if name != "hub.challenge"}, "word") is None


# Messages


def test_words_are_received_with_their_sender_and_time() -> None:
    said = received({"type": "text", "text": {"body": "Puis-je changer la taille ? 👍🏽"}})
    assert (said.channel, said.id, said.contact, said.text) == ("whatsapp", "wamid.A=", "+12025550123", "Puis-je changer la taille ? 👍🏽")
    assert said.at is not None
    assert said.at.isoformat() == "2025-06-08T20:59:43+00:00"
    assert said.opens_window


@pytest.mark.parametrize(
    ("what", "choice", "text"),
    [
        ({"type": "interactive", "interactive": {"type": "button_reply", "button_reply": {"id": "yes", "title": "Yes"}}}, "yes", "Yes"),
        (
            {
                "type": "interactive",
                "interactive": {"type": "list_reply", "list_reply": {"id": "gid://1", "title": "Shirt", "description": "Blue"}},
            },
            "gid://1",
            "Shirt",
        ),
        ({"type": "button", "button": {"payload": "more", "text": "Tell me more"}}, "more", "Tell me more"),
    ],
)
def test_a_tap_brings_the_id_and_the_label_of_what_was_tapped(what: dict[str, Any], choice: str, text: str) -> None:
    said = received({**what, "context": {"from": "12025550101", "id": "wamid.B="}})
    assert (said.choice, said.text, said.media) == (choice, text, ())


@pytest.mark.parametrize("kind", ["image", "audio", "video", "document", "sticker", "location", "contacts"])
def test_what_has_no_words_is_named_by_its_kind(kind: str) -> None:
    held: Any = [{"name": {"formatted_name": "A"}}] if kind == "contacts" else {"id": "1", "caption": "is this the right size?"}
    said = received({"type": kind, kind: held})
    assert said.media == (kind,)
    assert said.text == ("" if kind == "contacts" else "is this the right size?")


@pytest.mark.parametrize(
    "what",
    [
        {"type": "unsupported", "errors": [{"code": 131051, "title": "Message type unknown"}]},
        {"type": "order", "order": {"catalog_id": "1"}},
        {"type": "interactive", "interactive": {"type": "nfm_reply", "nfm_reply": {"response_json": "{}"}}},
        {"type": "something new"},
        {},
    ],
)
def test_a_kind_nobody_knows_is_received_as_unsupported(what: dict[str, Any]) -> None:
    assert received(what).media == ("unsupported",)


def test_a_reaction_says_nothing_and_opens_no_window() -> None:
    said = received({"type": "reaction", "reaction": {"message_id": "wamid.B=", "emoji": "👍"}})
    assert (said.text, said.choice, said.media, said.opens_window) == ("", None, (), False)


@pytest.mark.parametrize(
    ("broken", "why"),
    [
        ({"id": None}, "a message without an id"),
        ({"id": "wamid.\x00"}, "a message without an id"),
        ({"from": "not a number"}, "a message without a telephone number"),
        ({"from": None}, "a message without a telephone number"),
        ({"type": "system", "system": {"type": "user_changed_number", "wa_id": "12025550145"}}, "no message: system"),
        ({"type": "revoke"}, "no message: revoke"),
        ({"group_id": "12@g.us"}, "a message of a group"),
    ],
)
def test_what_is_no_message_of_a_shopper_is_named_without_their_words(broken: dict[str, Any], why: str) -> None:
    content = only(delivery(value(messages=[message({"type": "text", "text": {"body": "secret"}}, **broken)])))
    assert content == Bad(why=why)


def test_words_come_without_nul_and_without_half_a_pair() -> None:
    assert received({"type": "text", "text": {"body": "a\x00b\ud83dc"}}).text == "ab\ufffdc"


@pytest.mark.parametrize(
    ("wa_id", "number"),
    [
        ("12025550123", "+12025550123"),
        ("33612345678", "+33612345678"),
        ("5215512345678", "+525512345678"),
        ("525512345678", "+525512345678"),
        ("551187654321", "+5511987654321"),
        ("5511987654321", "+5511987654321"),
        ("551132654321", "+551132654321"),
        ("5491123456789", "+5491123456789"),
        ("0123456789", None),
        ("+12025550123", None),
        ("1202", None),
        ("１２０２５５５０１２３", None),
        (12025550123, None),
    ],
)
def test_a_wa_id_is_the_number_people_have(wa_id: object, number: str | None) -> None:
    assert e164(wa_id) == number


# Statuses


def test_a_status_brings_our_own_reference_back() -> None:
    status = {
        "id": "wamid.C=",
        "status": "delivered",
        "timestamp": "1749416383",
        "recipient_id": "12025550123",
        "biz_opaque_callback_data": "r-1-1",
    }
    receipt = only(delivery(value(statuses=[status])))
    assert isinstance(receipt, Receipt)
    assert (receipt.provider_ref, receipt.state, receipt.ref, receipt.error) == ("wamid.C=", DeliveryState.DELIVERED, "r-1-1", None)


def test_a_failed_status_brings_metas_code() -> None:
    receipt = only(
        delivery(value(statuses=[{"id": "wamid.C=", "status": "failed", "errors": [{"code": 131047, "title": "Re-engagement"}]}]))
    )
    assert (receipt.state, receipt.error) == (DeliveryState.FAILED, "131047")


@pytest.mark.parametrize(("word", "state"), [("sent", "sent"), ("delivered", "delivered"), ("read", "read"), ("played", "read")])
def test_the_words_of_a_status_are_rungs_of_one_ladder(word: str, state: str) -> None:
    assert only(delivery(value(statuses=[{"id": "wamid.C=", "status": word}]))).state == state


def test_a_status_nobody_knows_moves_nothing() -> None:
    assert only(delivery(value(statuses=[{"id": "wamid.C=", "status": "warning"}]))) == Bad(why="a status of no known kind")


# Batches


def test_a_batch_of_several_numbers_keeps_each_item_with_its_own() -> None:
    first = value(NUMBER, messages=[message({"type": "text", "text": {"body": "one"}})])
    second = value(
        "999999999", messages=[message({"type": "text", "text": {"body": "two"}})], statuses=[{"id": "wamid.C=", "status": "read"}]
    )
    found = [(item.phone_number_id, getattr(item.content, "text", "read")) for item in parse(delivery(first, second))]
    assert found == [(NUMBER, "one"), ("999999999", "two"), ("999999999", "read")]


def test_an_error_of_the_account_is_named_by_its_code() -> None:
    assert only(delivery(value(errors=[{"code": 130429, "title": "Rate limit hit"}]))) == Bad(why="an error of the account", code="130429")


def test_changes_that_are_about_something_else_are_left_alone() -> None:
    (item,) = parse(delivery({"event": "APPROVED"}, field="message_template_status_update"))
    assert item == Item(phone_number_id="", content=Bad(why="a change that is not about messages"))


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5), lambda inner: st.lists(inner, max_size=3), max_leaves=5
)
KEYS = ("id", "from", "type", "text", "timestamp", "interactive", "image", "group_id")
BROKEN = JSON | st.dictionaries(st.sampled_from(KEYS), JSON, max_size=6)


@given(st.lists(BROKEN, max_size=4), st.lists(BROKEN, max_size=4), st.text(max_size=40), BROKEN)
def test_no_item_however_broken_drops_the_one_beside_it(before: list[Any], after: list[Any], words: str, whole: Any) -> None:
    good = message({"type": "text", "text": {"body": words}})
    status = {"id": "wamid.C=", "status": "sent"}
    body = json.loads(delivery(value(messages=[*before, good, *after], statuses=[*before, status, *after])))
    body["entry"][0]["changes"] = [whole, {"field": "messages", "value": whole}, *body["entry"][0]["changes"]]
    body["entry"] = [whole, {"changes": whole}, *body["entry"]]
    found = parse(json.dumps(body).encode())
    texts = [item.content.text for item in found if isinstance(item.content, Received) and item.content.id == "wamid.A="]
    assert words.replace("\x00", "") in texts
    assert any(isinstance(item.content, Receipt) and item.content.provider_ref == "wamid.C=" for item in found)
    assert all(item.content.text.encode() is not None for item in found if isinstance(item.content, Received))


@settings(max_examples=200)
@given(st.binary(max_size=200) | JSON.map(lambda one: json.dumps(one).encode()))
def test_no_body_at_all_makes_reading_fail(raw: bytes) -> None:
    assert all(isinstance(item, Item) for item in parse(raw))


def test_a_body_nested_without_end_is_bad_and_no_more() -> None:
    assert isinstance(only(b"[" * 100_000), Bad)
    assert isinstance(only(b'{"object":' + b"9" * 10_000 + b"}"), Bad)
