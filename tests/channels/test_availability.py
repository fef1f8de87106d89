"""Active, Off, or Unavailable with what is missing (C1, L-11)."""

from dataclasses import replace

from channels.availability import SECRETS, Active, Off, Unavailable, availability, in_words
from channels.message import Channel
from knowledge.brand import MailSettings
from tests.server.post_office import connected
from tests.server.stage import brand

ALL = [name for names in SECRETS.values() for name in names]


def test_a_brand_with_everything_is_active_on_all_four() -> None:
    found = availability(connected(brand()), ALL, smtp=True)
    assert {channel: in_words(state) for channel, state in found.items()} == dict.fromkeys(Channel, "Active")


def test_what_is_not_switched_on_is_off_whatever_it_lacks() -> None:
    found = availability(brand(), [], smtp=False)
    assert found[Channel.WEBCHAT] == Active()
    assert [found[channel] for channel in (Channel.SMS, Channel.WHATSAPP, Channel.EMAIL)] == [Off(), Off(), Off()]


def test_each_prerequisite_that_is_missing_is_named_with_how_to_mend_it() -> None:
    whole = connected(brand())
    assert whole.sms is not None
    assert whole.whatsapp is not None
    cases = [
        (Channel.SMS, replace(whole, sms=None), ALL, True, "a sender number"),
        (Channel.SMS, replace(whole, sms=replace(whole.sms, registered=False)), ALL, True, "the sender's registration"),
        (Channel.SMS, whole, [], True, "Twilio's auth token"),
        (Channel.WHATSAPP, replace(whole, whatsapp=None), ALL, True, "a business account's number"),
        (Channel.WHATSAPP, replace(whole, whatsapp=replace(whole.whatsapp, templates={})), ALL, True, "an approved template"),
        (Channel.WHATSAPP, whole, ["meta_app_secret", "meta_access_token"], True, "the webhook's verify token"),
        (Channel.EMAIL, replace(whole, mail=None), ALL, True, "a mailbox"),
        (Channel.EMAIL, whole, ALL, False, "a mail host to send by"),
        (Channel.EMAIL, whole, [], True, "a way in"),
    ]
    for channel, one, secrets, smtp, missing in cases:
        state = availability(one, secrets, smtp=smtp)[channel]
        assert isinstance(state, Unavailable), missing
        assert state.missing == missing
        assert state.mend


def test_mail_comes_in_by_webhook_or_by_mailbox() -> None:
    whole = connected(brand())
    imap = replace(whole, mail=MailSettings(address="help@northbay.example.com", imap_host="imap.example.com"))
    assert availability(whole, ["mail_webhook_secret"], smtp=True)[Channel.EMAIL] == Active()
    assert availability(imap, ["imap_password"], smtp=True)[Channel.EMAIL] == Active()
    assert isinstance(availability(whole, ["imap_password"], smtp=True)[Channel.EMAIL], Unavailable)
