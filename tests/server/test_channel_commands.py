"""Channels from the terminal: what is on, what is missing, and secrets that are never arguments."""

import io
from pathlib import Path

import pytest

from identity.codes import Verdict
from server.assembly import tools
from server.cli.brands import _secrets, templates_of
from server.cli.trouble import Trouble
from server.services.backstage import Backstage, CannotDo
from server.store import brands, challenges, switches
from tests.server.post_office import ACCOUNT, NUMBER
from tests.server.stage import Stage


@pytest.fixture
def backstage(house: Stage) -> Backstage:
    return Backstage(house.house, tools())


async def states(backstage: Backstage) -> dict[str, str]:
    return {row["channel"]: row["state"] for row in await backstage.run("brand_channels", {})}


async def test_a_channel_is_set_up_step_by_step_and_each_step_says_what_is_still_missing(house: Stage, backstage: Backstage) -> None:
    assert await states(backstage) == {"webchat": "Active", "sms": "Off", "whatsapp": "Off", "email": "Off"}
    [row] = await backstage.run("brand_channel", {"brand": "northbay", "channel": "sms"})
    assert (row["state"], row["missing"]) == ("Unavailable", "a sender number, Twilio's auth token")
    settings = {"number": NUMBER, "account": ACCOUNT, "registered": False}
    [row] = await backstage.run("brand_channel", {"brand": "northbay", "channel": "sms", "settings": settings})
    assert row["missing"] == "the sender's registration, Twilio's auth token"
    given = {"settings": {"registered": True}, "secrets": {"twilio_auth_token": "a secret"}}
    [row] = await backstage.run("brand_channel", {"brand": "northbay", "channel": "sms", **given})
    assert row["state"] == "Active"
    async with house.house.database.reading() as tx:
        [brand] = await brands.all_brands(tx)
        assert await brands.credential(tx, brand, "twilio_auth_token", house.house.vault) == "a secret"
    assert brand.sms is not None
    assert (brand.sms.number, brand.sms.account) == (NUMBER, ACCOUNT)
    [row] = await backstage.run("brand_channel", {"brand": "northbay", "channel": "sms", "on": False})
    assert row["state"] == "Off"


@pytest.mark.parametrize(
    ("given", "says"),
    [
        ({"channel": "fax"}, "there is no channel 'fax'"),
        ({"channel": "sms", "settings": {"number": "12"}}, "number"),
        ({"channel": "sms", "settings": {"number": NUMBER, "account": ACCOUNT, "colour": "red"}}, "colour"),
        ({"channel": "sms", "secrets": {"imap_password": "x"}}, "sms has no secret 'imap_password'"),
        ({"channel": "webchat", "settings": {"number": NUMBER}}, "webchat has no settings"),
        ({"brand": "nowhere", "channel": "sms"}, "there is no brand 'nowhere'"),
    ],
)
async def test_a_mistake_is_named_and_changes_nothing(backstage: Backstage, given: dict[str, object], says: str) -> None:
    with pytest.raises(CannotDo, match=says):
        await backstage.run("brand_channel", {"brand": "northbay", **given})
    assert (await states(backstage))["sms"] == "Off"


async def test_the_model_is_held_back_and_let_in_again(house: Stage, backstage: Backstage) -> None:
    for on in (True, False):
        assert await backstage.run("brand_catalogue_only", {"brand": "northbay", "on": on}) == [{"brand": "northbay", "catalogue_only": on}]
        async with house.house.database.reading() as tx:
            assert bool(await switches.all_on(tx)) is on


async def test_a_contact_that_failed_a_hundred_times_is_reopened_by_a_person(house: Stage, backstage: Backstage) -> None:
    now = house.clock.now()
    async with house.house.database.writing() as tx:
        for _ in range(100):
            await challenges._count(tx, house.home.brand, "ana.torres@example.com", Verdict.WRONG, now)
    given = {"brand": "northbay", "contact": " Ana.Torres@example.com "}
    assert await backstage.run("brand_reopen_contact", given) == [{"brand": "northbay", "reopened": True}]
    assert await backstage.run("brand_reopen_contact", given) == [{"brand": "northbay", "reopened": False}]


def test_secrets_come_by_environment_or_are_asked_for(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DESKBELL_BRAND_META_APP_SECRET", "from the environment")
    assert _secrets("whatsapp", ask=False) == {"meta_app_secret": "from the environment"}
    monkeypatch.setattr("sys.stdin", io.StringIO("typed\n\n"))
    assert _secrets("whatsapp", ask=True) == {"meta_app_secret": "from the environment", "meta_access_token": "typed"}


def test_templates_are_written_by_language() -> None:
    assert templates_of(["en=order_news", "fr=nouvelles"]) == {"en": "order_news", "fr": "nouvelles"}
    assert templates_of(None) is None
    with pytest.raises(Trouble, match="LANGUAGE=NAME"):
        templates_of(["order_news"])


async def test_health_and_desk_tell_which_channels_work(house: Stage, tmp_path: Path) -> None:
    health = (await house.web.get("/health")).json()
    assert health["channels"]["northbay"] == {"webchat": "Active", "sms": "Off", "whatsapp": "Off", "email": "Off"}
