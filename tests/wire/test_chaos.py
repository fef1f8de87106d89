"""The harness itself: a checker that finds each fault in fabricated records, a provider with bad manners, a very small run of it all."""

import asyncio
import json
import sys
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, nullcontext
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest

from channels.email.send import SmtpServer, SmtpTransport
from channels.email.threads import message_id
from channels.message import Outbound
from channels.request import wall_time
from channels.transport import Posting, Refused, Unconfirmed
from channels.whatsapp.send import MetaTransport
from evals.chaos import wire
from evals.chaos.checker import judge, story
from evals.chaos.mail_host import MailHost
from evals.chaos.places import passed_by
from evals.chaos.programme import Wishes, missed, never_tried
from evals.chaos.provider import Provider
from evals.chaos.record import Happened, Kept, Landed, Left, Record, Said, Thought, token, tokens
from evals.chaos.schedules import SCHEDULES
from evals.chaos.stores import Pool
from evals.chaos.wrong import DEFECTS
from knowledge.brand import WhatsAppSettings
from server.points import POINTS

ROOT = Path(__file__).resolve().parents[2]
ANA = "+12025550101"
ONE, TWO = token(1), token(2)


def a_good_run() -> Record:
    """Two messages of one shopper, answered one after the other."""
    said = {word: Said(token=word, id=f"SM{word}", shopper=ANA, deliveries=2, acknowledged=float(n)) for n, word in enumerate((ONE, TWO))}
    landed = [landing(f"r-{n}", f"seen {word}", at=n + 0.5) for n, word in enumerate((ONE, TWO))]
    kept = [Kept(id=f"SM{word}", conversation="c", position=n + 1, turn=f"{n}") for n, word in enumerate((ONE, TWO))]
    left = [parcel(f"r-{n}", seq=2 * n + 2) for n in range(2)]
    thoughts = [Thought(shopper=ANA, tokens=(word,), pid=1, began=n + 0.1, ended=n + 0.2) for n, word in enumerate((ONE, TWO))]
    happened = [Happened(at=n, what=f"delivery of {word}", shopper=ANA) for n, word in enumerate((ONE, TWO))]
    return Record(said=said, landed=landed, kept=kept, left=left, thoughts=thoughts, happened=happened, undisturbed=True)


def landing(ref: str, text: str, at: float, to: str = ANA) -> Landed:
    return Landed(ref=ref, to=to, text=text, asked=at - 0.01, at=at, wall=1000 + at)


def parcel(ref: str, seq: int, state: str = "sent", stamped: float = 1000.4) -> Left:
    return Left(ref=ref, conversation="c", seq=seq, part=0, state=state, attempts=1, stamped=stamped + (seq - 2) / 2)


def on(run: Record, channel: str) -> None:
    """The same run, on another channel."""
    run.landed = [replace(one, channel=channel) for one in run.landed]
    run.left = [replace(one, channel=channel) for one in run.left]
    run.asked = {one.ref: (one.asked, True) for one in run.landed}


def never_sent(run: Record) -> None:
    run.landed = run.landed[:1]


def not_in_the_inbox(run: Record) -> None:
    run.kept = run.kept[:1]


def sent_twice(run: Record) -> None:
    run.landed.append(replace(run.landed[1], at=1.7))


def answered_twice(run: Record) -> None:
    run.landed.append(landing("r-2", f"seen {TWO}", at=1.6))
    run.left = [*run.left, parcel("r-2", seq=6, stamped=999.3)]


def kept_twice(run: Record) -> None:
    run.kept = [*run.kept, run.kept[0]]


def sent_in_the_wrong_order(run: Record) -> None:
    run.landed.reverse()


def answered_in_the_wrong_order(run: Record) -> None:
    run.kept = [replace(row, position=3 - row.position) for row in run.kept]


def still_waiting_for_a_turn(run: Record) -> None:
    run.kept = [run.kept[0], replace(run.kept[1], turn=None)]


def still_waiting_to_be_sent(run: Record) -> None:
    run.left = [run.left[0], replace(run.left[1], state="sending")]


def not_drained(run: Record) -> None:
    run.undrained = True


def sent_twice_as_a_mail(run: Record) -> None:
    """Answered plainly, nobody died: there was no reason to send it again."""
    on(run, "email")
    sent_twice(run)


def another_mail_under_the_same_id(run: Record) -> None:
    on(run, "email")
    run.landed = [run.landed[0], replace(run.landed[1], plain=False), replace(run.landed[1], at=1.7, text=f"seen {ONE} {TWO}")]


def whatsapp_sent_twice(run: Record) -> None:
    on(run, "whatsapp")
    run.landed = [run.landed[0], replace(run.landed[1], plain=False), replace(run.landed[1], at=1.7)]


def in_doubt_on_whatsapp(run: Record) -> None:
    """Cut off, and lost on its way for all we know; a person has been told."""
    on(run, "whatsapp")
    run.landed = run.landed[:1]
    run.asked = {"r-0": (0.5, True), "r-1": (1.4, False)}
    run.left = [run.left[0], replace(run.left[1], state="unknown", told=True, words=(TWO,))]


def in_doubt_and_nobody_told(run: Record) -> None:
    in_doubt_on_whatsapp(run)
    run.left = [run.left[0], replace(run.left[1], told=False)]


def in_doubt_without_a_reason(run: Record) -> None:
    in_doubt_on_whatsapp(run)
    run.asked["r-1"] = (1.4, True)


def in_doubt_where_it_can_be_looked_up(run: Record) -> None:
    in_doubt_on_whatsapp(run)
    run.left = [run.left[0], replace(run.left[1], channel="sms")]


def in_doubt_and_never_asked(run: Record) -> None:
    in_doubt_on_whatsapp(run)
    del run.asked["r-1"]


def shown_twice_in_a_chat(run: Record) -> None:
    on(run, "webchat")
    sent_twice(run)


def ended_unknown(run: Record) -> None:
    run.left = [run.left[0], replace(run.left[1], state="unknown")]


def newer_message_not_seen(run: Record) -> None:
    run.said[TWO].acknowledged = 0.05


def thought_three_times(run: Record) -> None:
    first = run.thoughts[0]
    run.thoughts += [replace(first, began=first.began + n / 100, ended=first.began + n / 100) for n in (11, 12)]


def thought_before_a_takeover(run: Record) -> None:
    run.landed[0] = replace(run.landed[0], text=f"stale {ONE}")


def sent_past_the_deadline(run: Record) -> None:
    run.landed[1] = replace(run.landed[1], wall=run.landed[1].wall + 5)


def answered_to_somebody_else(run: Record) -> None:
    run.landed[0] = replace(run.landed[0], to="+12025550177")


def thought_by_two_at_once(run: Record) -> None:
    run.thoughts = [replace(run.thoughts[0], ended=1.15), *run.thoughts[1:]]


def lost_a_task(run: Record) -> None:
    run.loose = 1


FAULTS: tuple[tuple[str, Callable[[Record], None]], ...] = (
    ("lost", never_sent),
    ("lost", not_in_the_inbox),
    ("doubled", sent_twice),
    ("doubled", answered_twice),
    ("doubled", sent_twice_as_a_mail),
    ("doubled", another_mail_under_the_same_id),
    ("doubled", whatsapp_sent_twice),
    ("doubled", shown_twice_in_a_chat),
    ("doubled", kept_twice),
    ("out of order", sent_in_the_wrong_order),
    ("out of order", answered_in_the_wrong_order),
    ("unanswered", still_waiting_for_a_turn),
    ("unanswered", still_waiting_to_be_sent),
    ("unanswered", not_drained),
    ("unknown", ended_unknown),
    ("unknown", in_doubt_and_nobody_told),
    ("unknown", in_doubt_without_a_reason),
    ("unknown", in_doubt_where_it_can_be_looked_up),
    ("unknown", in_doubt_and_never_asked),
    ("lost", in_doubt_and_nobody_told),
    ("superseded", newer_message_not_seen),
    ("superseded", thought_three_times),
    ("stale", thought_before_a_takeover),
    ("late", sent_past_the_deadline),
    ("crossed", answered_to_somebody_else),
    ("leased twice", thought_by_two_at_once),
    ("loose", lost_a_task),
)


def test_a_good_run_is_clean() -> None:
    assert judge(a_good_run()).faults == ()


def test_on_whatsapp_a_send_nobody_can_tell_of_is_counted_by_itself() -> None:
    run = a_good_run()
    in_doubt_on_whatsapp(run)
    assert judge(run).clean
    assert [row.ref for row in run.in_doubt()] == ["r-1"]


@pytest.mark.parametrize("why", ["its worker died", "it waited as long as it may"])
def test_a_plain_answer_that_was_not_heard_leaves_a_send_in_doubt(why: str) -> None:
    run = a_good_run()
    in_doubt_without_a_reason(run)
    if why == "its worker died":
        run.shocks = [1.6]
    else:
        run.gave_up = {"r-1"}
    assert judge(run).clean


def test_a_mail_that_was_cut_off_goes_out_again_under_its_own_name_and_counts_once() -> None:
    run = a_good_run()
    on(run, "email")
    run.landed = [run.landed[0], replace(run.landed[1], plain=False), replace(run.landed[1], asked=1.9, at=2.0)]
    assert judge(run).clean
    assert run.mailed_again() == 1


def test_two_mails_of_one_shopper_may_be_thought_about_at_the_same_time() -> None:
    run = a_good_run()
    run.thoughts = [replace(run.thoughts[0], ended=1.15), *run.thoughts[1:]]
    assert judge(run).count("leased twice") == 1
    run.kept = [run.kept[0], replace(run.kept[1], conversation="another")]
    assert judge(run).count("leased twice") == 0


@pytest.mark.parametrize(("kind", "spoil"), FAULTS, ids=lambda one: getattr(one, "__name__", one))
def test_the_checker_finds(kind: str, spoil: Callable[[Record], None]) -> None:
    run = a_good_run()
    spoil(run)
    assert judge(run).count(kind) >= 1


def test_a_message_that_was_never_acknowledged_may_be_answered_or_not() -> None:
    run = a_good_run()
    run.said["zxbbbbbc"] = Said(token="zxbbbbbc", id="SM-never", shopper=ANA, deliveries=1)
    assert judge(run).clean


def test_after_a_rerun_only_what_came_before_the_second_reading_must_be_seen() -> None:
    run = a_good_run()
    run.thoughts.insert(1, Thought(shopper=ANA, tokens=(ONE,), pid=1, began=0.25, ended=0.4))
    run.said[TWO].acknowledged = 0.3
    assert judge(run).clean
    run.said[TWO].acknowledged = 0.2
    assert judge(run).count("superseded") == 1


def test_the_story_is_the_timeline_of_the_one_conversation_with_the_fault() -> None:
    run = a_good_run()
    sent_twice(run)
    run.happened.append(Happened(at=0.9, what="worker a is gone (signal 9)"))
    run.happened.append(Happened(at=0.9, what="delivery of something else", shopper="+12025550150"))
    told = story(run, judge(run))
    assert "r-1 was sent 2 times" in told
    assert "worker a is gone" in told
    assert "something else" not in told
    assert told.index(f"delivery of {ONE}") < told.index("worker a is gone") < told.index(f"delivery of {TWO}")


def test_words_for_messages_hold_no_digit_and_are_found_again() -> None:
    words = [token(n) for n in (0, 1, 7, 399, 40_000, 3_999_999)]
    assert len(set(words)) == len(words)
    assert tokens(f"seen {' '.join(words)} zx and zxhello") == tuple(words)
    assert not any(letter.isdigit() for word in words for letter in word)


def test_every_seeded_defect_has_a_schedule_that_must_catch_it() -> None:
    assert {defect for schedule in SCHEDULES for defect in schedule.catches} == set(DEFECTS)


def test_a_signature_of_the_harness_is_the_one_twilio_makes() -> None:
    from twilio.request_validator import RequestValidator

    request = wire.sms(id="SM1", shopper=ANA, text="hello & goodbye")
    form = dict(httpx.QueryParams(request.body.decode()))
    assert RequestValidator(wire.TWILIO_TOKEN).validate(wire.PUBLIC + request.path, form, request.headers["X-Twilio-Signature"])


async def ask(port: int, text: str) -> int | None:
    form = {"To": ANA, "From": wire.TWILIO_NUMBER, "Body": text, "StatusCallback": f"{wire.PUBLIC}/webhooks/sms/chaos/status?ref=r-1"}
    async with httpx.AsyncClient(trust_env=False) as http:
        try:
            return (await http.post(f"http://127.0.0.1:{port}/2010-04-01/Accounts/AC1/Messages.json", data=form)).status_code
        except httpx.TransportError:
            return None


@pytest.mark.parametrize(
    ("kind", "answer", "taken"),
    [("ok", 201, 1), ("late", 201, 1), ("took_500", 500, 1), ("took_drop", None, 1), ("drop", None, 0), ("busy", 429, 0)],
)
async def test_the_provider_takes_and_answers_as_it_was_told(kind: str, answer: int | None, taken: int) -> None:
    events: list[dict[str, Any]] = []
    provider = Provider(events.append)
    provider.told({"do": "steps", "steps": [{"word": ONE, "do": kind, "seconds": 0.01}]})
    server = await asyncio.start_server(provider.serve, "127.0.0.1", 0)
    async with server:
        assert await ask(server.sockets[0].getsockname()[1], f"seen {ONE}") == answer
    assert [event["ref"] for event in events if event["e"] == "landed"] == ["r-1"] * taken
    assert len(provider.taken) == taken


@asynccontextmanager
async def serving(events: list[dict[str, Any]], kind: str) -> AsyncIterator[tuple[int, int]]:
    """(HTTP port, SMTP port) of a provider that treats the first message so."""
    provider = Provider(events.append)
    provider.told({"do": "steps", "steps": [{"word": ONE, "do": kind}]})
    server = await asyncio.start_server(provider.serve, "127.0.0.1", 0)
    mail = await asyncio.start_server(MailHost(provider).serve, "127.0.0.1", 0)
    async with server, mail:
        yield server.sockets[0].getsockname()[1], mail.sockets[0].getsockname()[1]


def posting(to: str) -> Posting:
    now = wall_time()
    return Posting(
        ref="r-1", out=Outbound(to=to, text=f"seen {ONE}", subject="Re: My order"), sending_at=now, expires_at=now + timedelta(60)
    )


@pytest.mark.parametrize(
    ("kind", "outcome", "taken"),
    [("ok", None, 1), ("took_500", Unconfirmed, 1), ("took_drop", Unconfirmed, 1), ("drop", Unconfirmed, 0), ("busy", Refused, 0)],
)
async def test_whatsapp_fares_at_the_provider_as_it_was_told(kind: str, outcome: type[Exception] | None, taken: int) -> None:
    events: list[dict[str, Any]] = []
    settings = WhatsAppSettings(phone_number_id=wire.META_NUMBER_ID, number="+12025550198")
    async with serving(events, kind) as (port, _), httpx.AsyncClient(trust_env=False) as http:
        meta = MetaTransport(http, f"http://127.0.0.1:{port}/graph", settings, "token")
        with nullcontext() if outcome is None else pytest.raises(outcome):
            assert (await meta.send(posting("+13035550101"))).startswith("wamid.")
    landed = [(event["ref"], event["to"], event["channel"]) for event in events if event["e"] == "landed"]
    assert landed == [("r-1", "+13035550101", "whatsapp")] * taken


@pytest.mark.parametrize(
    ("kind", "outcome", "taken"),
    [("ok", None, 1), ("took_500", Refused, 1), ("took_drop", Unconfirmed, 1), ("drop", Unconfirmed, 0), ("busy", Refused, 0)],
)
async def test_mail_fares_at_the_host_as_it_was_told(kind: str, outcome: type[Exception] | None, taken: int) -> None:
    events: list[dict[str, Any]] = []
    async with serving(events, kind) as (_, port):
        mail = SmtpTransport(SmtpServer(host="127.0.0.1", port=port), wire.MAIL_ADDRESS, "Chaos")
        with nullcontext() if outcome is None else pytest.raises(outcome):
            await mail.send(posting("ana@example.com"))
    landed = [(event["ref"], event["to"], event["text"]) for event in events if event["e"] == "landed"]
    assert landed == [(message_id("r-1", wire.MAIL_ADDRESS), "ana@example.com", f"seen {ONE}")] * taken


def test_an_address_tells_its_channel_and_none_is_the_brands_own() -> None:
    crowd = wire.crowd(1_600)
    assert len(set(crowd)) == len(crowd)
    assert [wire.channel_of(one) for one in crowd[:8]] == [*wire.CHANNELS, *wire.CHANNELS]
    assert not {wire.TWILIO_NUMBER, "+12025550198"} & set(crowd)


def test_every_point_is_passed_by_some_channel_and_those_of_sending_by_three() -> None:
    assert set(POINTS) == {point for channel in wire.CHANNELS for point in passed_by(channel)}
    assert [channel for channel in wire.CHANNELS if "send.after" in passed_by(channel)] == ["sms", "whatsapp", "email"]
    assert [channel for channel in wire.CHANNELS if "receipt.after_keep" in passed_by(channel)] == ["sms", "whatsapp"]


def test_without_postgresql_the_defects_that_need_two_workers_are_named_as_not_tried() -> None:
    assert never_tried(Wishes(quick=True, seed=1)) == ["lease ignored"]
    assert never_tried(Wishes(quick=True, seed=1, pool=Pool("postgresql://127.0.0.1/none"))) == []


async def test_the_provider_takes_a_message_although_whoever_asked_has_gone() -> None:
    asked, landed = asyncio.Event(), asyncio.Event()
    bells = {"asked": asked, "landed": landed}

    def heard(event: dict[str, Any]) -> None:
        if event["e"] in bells:
            bells[event["e"]].set()

    provider = Provider(heard)
    provider.told({"do": "steps", "steps": [{"word": ONE, "do": "hold"}]})
    server = await asyncio.start_server(provider.serve, "127.0.0.1", 0)
    async with server:
        asking = asyncio.create_task(ask(server.sockets[0].getsockname()[1], f"seen {ONE}"))
        await asked.wait()
        asking.cancel()
        await asyncio.gather(asking, return_exceptions=True)
        assert provider.taken == []
        provider.told({"do": "release", "word": ONE})
        await asyncio.wait_for(landed.wait(), 10)
    assert len(provider.taken) == 1


def test_a_defect_that_passes_makes_every_pass_void() -> None:
    class Passed:
        wrong, name, store, caught = "blind resend", "lands late", "sqlite", False

    assert missed([Passed()]) == ["'blind resend' was not caught by 'lands late' on sqlite"]  # type: ignore[list-item]


async def test_a_store_that_was_asked_for_must_be_there() -> None:
    """Nothing listens on the port that is named: no pass without it."""
    given = ["-m", "evals.chaos", "--quick", "--store", "postgresql", "--postgres", "postgresql://nobody@127.0.0.1:9/none"]
    pipe = asyncio.subprocess.PIPE
    child = await asyncio.create_subprocess_exec(sys.executable, *given, cwd=ROOT, stdout=pipe, stderr=pipe)
    _, errors = await child.communicate()
    assert (child.returncode, "PostgreSQL was asked for" in errors.decode()) == (1, True)


@pytest.mark.slow
async def test_a_small_run_is_clean_and_catches_a_defect(tmp_path: Path) -> None:
    given = [
        "-m",
        "evals.chaos",
        "--quick",
        "--json",
        "--store",
        "sqlite",
        "--seed",
        "1",
        "--only",
        "killed before",
        "--keep",
        str(tmp_path),
    ]
    pipe = asyncio.subprocess.PIPE
    child = await asyncio.create_subprocess_exec(sys.executable, *given, cwd=ROOT, stdout=pipe, stderr=pipe)
    output, errors = await child.communicate()
    told = json.loads(output or b"{}")
    assert told.get("passed") is True, (output.decode(), errors.decode())
    assert [one["name"] for one in told["runs"]] == ["killed before the commit"]
    assert [one["wrong"] for one in told["defects"]] == ["acknowledged before commit"]


def test_the_points_of_the_machinery_are_known_to_the_harness() -> None:
    used = {"send.before", "commit.before", "intake.before_keep"}
    assert used <= set(POINTS)
