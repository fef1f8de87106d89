"""A worker as the nursery forks it: production's own installation, web edge and engine; only the turn is thin, and places are watched."""

import asyncio
import importlib
import json
import logging
import os
import re
import signal
import socket
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import httpx

from evals.chaos import wire, wrong
from evals.chaos.record import tokens

Given = dict[str, Any]
_SLOW = re.compile(r"\bslow(\d{1,4})\b")
_WORLD = f"""
brand:
  id: {wire.BRAND}
  name: Chaos
  shop: chaos.myshopify.com
  site: https://chaos.example.com
  currency: EUR
  time_zone: Europe/Paris
  locales: [en]
  channels: [webchat, sms, whatsapp, email]
  sms: {{number: "{wire.TWILIO_NUMBER}", account: {wire.TWILIO_ACCOUNT}}}
  whatsapp: {{phone_number_id: "{wire.META_NUMBER_ID}", number: "+12025550198"}}
  mail: {{address: {wire.MAIL_ADDRESS}, authserv_id: mailbox.test}}
  budgets: {{segments_per_contact_hour: 1000000, segments_per_contact_day: 1000000, segments_per_brand_day: 100000000}}
policies: []
"""
TIMEOUT_S = 35.0
HORIZON_S = TIMEOUT_S + 60.0
"""A transport's horizon, scaled to a run's. The client is given more of it than production's 10 s of 70 s: scaled to one second that
would be a seventh of a second, which a busy machine needs for itself."""


_NEEDED = (
    "aiosqlite",
    "alembic.command",
    "anyio._backends._asyncio",
    "asyncpg",
    "httptools",
    "procrastinate",
    "psycopg_pool",
    "sqlalchemy.dialects.postgresql.asyncpg",
    "sqlalchemy.dialects.sqlite.aiosqlite",
    "uvicorn.loops.auto",
    "uvicorn.lifespan.off",
    "uvicorn.protocols.http.auto",
    "uvicorn.protocols.websockets.auto",
    "agent.turn",
    "channels.email.send",
    "channels.sms.send",
    "channels.whatsapp.send",
    "server.assembly",
    "server.cli.serving",
    "server.web.app",
)


class _House:
    """Stands for the installation of whoever lives: the web edge is built around it once, before the fork, since building takes longer than
    a life may last."""

    def __init__(self) -> None:
        self.lives_in: Any = None

    def __getattr__(self, name: str) -> Any:
        return getattr(self.lives_in, name)


_house = _House()
_edge: Any = None


def prepare() -> None:
    """Import everything a worker needs, before the fork."""
    _keep_quiet()
    for name in _NEEDED:
        importlib.import_module(name)
    # The authorities every life would read again: a tenth of a second each, and nothing here speaks TLS.
    authorities = httpx.create_ssl_context()
    vars(importlib.import_module("httpx._transports.default"))["create_ssl_context"] = lambda **_: authorities
    # All visitors come from one address here, and say in a minute what takes others a week.
    wrong.replace_in(importlib.import_module("server.web.limits").Buckets, "take", lambda *_: None)


def _keep_quiet() -> None:
    """Logs go to the errors, of the level CHAOS_LOG names: the output is for events."""
    import structlog

    level = logging.getLevelName(os.environ.get("CHAOS_LOG", "CRITICAL"))
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(level), logger_factory=structlog.PrintLoggerFactory(sys.stderr))
    logging.basicConfig(level=level, stream=sys.stderr, force=True)


def rehearse() -> None:
    """One whole life in this process, and its end: whatever is imported, compiled or cached at first use is there before the fork."""
    with tempfile.TemporaryDirectory(prefix="deskbell-chaos-") as folder:
        asyncio.run(_rehearse(Path(folder)))


async def _rehearse(folder: Path) -> None:
    from server.assembly import open_installation
    from server.web.app import make_app

    given = {"folder": str(folder), "url": "", "provider": "http://127.0.0.1:9", "smtp": 9, "slot": "rehearsal.a", "first": True, "at": []}
    timing = {"unscaled": False, "lease": 1.0, "horizon": 1.0, "debounce": 0.0, "cap": 0.1, "sweep": 0.05}
    thought = asyncio.Event()

    def heard(kind: str, **fields: Any) -> None:
        if kind == "thought":
            thought.set()

    async with open_installation(_settings(given), _stand({**given, **timing}, heard)) as house:
        global _edge
        _house.lives_in = house
        app = _edge = make_app(_house)  # type: ignore[arg-type]  # it stands for one
        request = wire.sms(id="SM" + "0" * 32, shopper="+12025550100", text="hello")
        async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url=wire.PUBLIC) as web:
            answer = await web.post(request.path, content=request.body, headers=dict(request.headers))
            answer.raise_for_status()
        await asyncio.wait_for(thought.wait(), 20)
        await asyncio.sleep(0.3)


def live(given: Given, listening: socket.socket) -> int:
    """One life. Returns when it was told to end."""
    if given.get("zone"):
        os.environ["TZ"] = given["zone"]
        time.tzset()
    asyncio.run(_live(given, listening))
    return 0


async def _live(given: Given, listening: socket.socket) -> None:
    import uvicorn

    from knowledge.brand import BrandId
    from server import points
    from server.assembly import open_installation
    from server.cli.serving import _Server

    def say(kind: str, **fields: Any) -> None:
        event = {"e": kind, "run": given["run"], "slot": given["slot"], "pid": os.getpid(), "t": time.monotonic(), **fields}
        os.write(1, (json.dumps(event) + "\n").encode())

    _loosen(given)
    _tell_what_is_given_up(given, say)
    _mind_loose_tasks(say)
    points.watch(_watcher(given["at"], say))
    wrong.apply(given["wrong"])
    _shift_clock(float(given.get("clock", 0.0)))
    async with open_installation(_settings(given), _stand(given, say)) as house:
        _house.lives_in = house
        server = _Server(uvicorn.Config(_edge, log_config=None, access_log=False, timeout_graceful_shutdown=1, lifespan="off"))
        loop = asyncio.get_running_loop()
        asked: set[asyncio.Task[None]] = set()

        def tell() -> None:
            task = loop.create_task(_tell_left(house, say))
            asked.add(task)
            task.add_done_callback(asked.discard)

        loop.add_signal_handler(signal.SIGUSR1, tell)
        ready = asyncio.create_task(_say_ready(server, say))
        if given.get("job"):
            await house.engine.schedule(BrandId(wire.BRAND), "reconcile_sms", f"life {os.getpid()}", house.clock.now(), {})
        await server.serve(sockets=[listening])
        await ready


def _loosen(given: Given) -> None:
    """What would hide the thing on trial: deadlines that scaled down leave no time, limits that a storm of minutes meets like years."""
    from channels.email.send import SmtpServer
    from channels.sms.send import TwilioTransport
    from channels.whatsapp.send import MetaTransport
    from server.services import leaving
    from server.store import outbox

    if not given["unscaled"]:
        for made in (TwilioTransport, MetaTransport, SmtpServer):
            vars(made)["__init__"].__kwdefaults__["timeout"] = timedelta(seconds=TIMEOUT_S)
    # Giving a message up to a person is not what is tried here, nor how many mails an address may get in an hour.
    outbox.TRIES = 60
    vars(leaving)["MAILS_AN_HOUR"] = 1_000_000
    refused = outbox.refused

    async def soon(*told: Any, **named: Any) -> bool:
        # A mail host does not say when to come back, as Twilio and Meta do: a second, like theirs.
        return await refused(*told, **{**named, "after": named.get("after") or timedelta(seconds=1)})

    vars(outbox)["refused"] = soon


def _tell_what_is_given_up(given: Given, say: Callable[..., None]) -> None:
    """A request that was waited for as long as it may be: its answer, if one came, came too late to be heard."""
    from channels.email.send import SmtpTransport
    from channels.transport import Unconfirmed
    from channels.whatsapp.send import MetaTransport

    for kind in (MetaTransport, SmtpTransport):
        send: Any = vars(kind)["send"]

        async def telling(self: Any, posting: Any, send: Any = send) -> str:
            began = time.monotonic()
            try:
                return str(await send(self, posting))
            except (Unconfirmed, asyncio.CancelledError):
                if time.monotonic() - began > 0.9 * self.timeout.total_seconds() * given["horizon"] / HORIZON_S:
                    mail = posting.out.mail
                    say("gave_up", ref=posting.ref)
                    say("gave_up", ref=mail.message_id if mail else posting.ref)
                raise

        wrong.replace_in(kind, "send", telling)


def _settings(given: Given) -> Any:
    from server.settings import Settings

    folder = Path(given["folder"])
    world = None
    if given["first"]:
        world = folder / "world.yaml"
        world.write_text(_WORLD, encoding="utf-8")
    told: dict[str, Any] = {
        "_env_file": None,
        "dev": True,
        "var": folder,
        "database_url": given["url"],
        "world": world,
        "public_url": wire.PUBLIC,
        "desk": False,
        "throw_away": True,
        "twilio_url": given["provider"],
        "twilio_auth_token": wire.TWILIO_TOKEN,
        "graph_url": given["provider"] + "/graph",
        "smtp_host": "127.0.0.1",
        "smtp_port": given["smtp"],
        "meta_app_secret": wire.META_SECRET,
        "meta_access_token": "chaos-access-token",
        "meta_verify_token": "chaos-verify-token",
        "mail_webhook_secret": wire.MAIL_SECRET,
    }
    return Settings(**told)


def _stand(given: Given, say: Callable[..., None]) -> Any:
    from server.assembly import Stand
    from server.engine.engine import Timing

    # In one life alone: failing in one after the other, a turn would be given up.
    turn = _thin_turn(say, trips=any(one["point"].startswith("release.") for one in given["at"]))
    if given["unscaled"]:
        return Stand(timing=Timing(), take_turn=turn)
    timing = Timing(
        # Telephones and mail have twice webchat's pause.
        debounce=timedelta(seconds=given["debounce"] / 2),
        cap=timedelta(seconds=given["cap"]),
        sweep=timedelta(seconds=given["sweep"]),
        lease=timedelta(seconds=given["lease"]),
        job=timedelta(seconds=3 * given["lease"]),
        horizon_scale=given["horizon"] / HORIZON_S,
    )
    return Stand(timing=timing, take_turn=turn)


def _thin_turn(say: Callable[..., None], trips: bool) -> Any:
    """Answers with the words of everything it has read. `slowN` in a message: it thinks that many milliseconds.

    trips: the first turn that reads `trip` fails.
    """
    from agent.evidence import Evidence
    from agent.parts import Incoming, Parts, TurnResult
    from agent.reading import Reading
    from channels.reply import Reply, Text
    from shop.reading import ReadMeter

    seized: set[str] = set()
    tripped: set[str] = set()

    async def take_turn(incoming: Incoming, parts: Parts) -> TurnResult:
        said = " ".join(one.text for one in incoming.messages)
        words, who = tokens(said), incoming.contact or incoming.conversation
        say("think", who=who, tokens=words)
        stale = "seize" in said and who not in seized
        if trips and "trip" in said and not tripped:
            tripped.add(who)
            raise RuntimeError("tripped")
        if stale:
            seized.add(who)
            await wrong.seize(parts.brand, incoming.conversation)
        slow = max((int(ms) for ms in _SLOW.findall(said)), default=0)
        if slow:
            await asyncio.sleep(slow / 1000)
        say("thought", who=who, tokens=words)
        text = f"{'stale' if stale else 'seen'} {' '.join(words)}"
        return TurnResult(
            reply=Reply(text=text, blocks=(Text(text=text),), locale=incoming.state.locale),
            state=replace(incoming.state, turns=incoming.state.turns + 1, disclosed=True),
            shopper=incoming.shopper,
            reading=Reading(wishes=(), language="en"),
            outcomes=(),
            evidence=Evidence(brand=parts.brand, terms=parts.library.terms(), channel=incoming.channel),
            facts=(),
            effects=(),
            now=parts.clock.now(),
            model_calls=0,
            meter=ReadMeter(),
        )

    return take_turn


def _watcher(at: list[Given], say: Callable[..., None]) -> Callable[[str], None]:
    """What happens at named points: {"point", "nth": 1, "do": "kill" | "stop" | "tell" | "pause", "seconds"}."""
    passed: Counter[str] = Counter()
    wanted = {one["point"] for one in at}

    def watch(name: str) -> None:
        if name not in wanted:
            return
        passed[name] += 1
        for one in at:
            if one["point"] == name and one.get("nth", 1) == passed[name]:
                say("at", point=name, n=passed[name], do=one["do"])
                match one["do"]:
                    case "kill":
                        os.kill(os.getpid(), signal.SIGKILL)
                    case "stop":
                        os.kill(os.getpid(), signal.SIGSTOP)
                    case "pause":
                        time.sleep(one["seconds"])
                    case _:
                        pass  # told, and no more

    return watch


def _mind_loose_tasks(say: Callable[..., None]) -> None:
    """The loop tells of tasks that were collected before they were done."""

    def heard(loop: asyncio.AbstractEventLoop, context: dict[str, Any]) -> None:
        if "destroyed but it is pending" in str(context.get("message")):
            say("loose", what=repr(context.get("task"))[:200])

    asyncio.get_running_loop().set_exception_handler(heard)


async def _say_ready(server: Any, say: Callable[..., None]) -> None:
    await server.up.wait()
    say("ready")


async def _tell_left(house: Any, say: Callable[..., None]) -> None:
    from sqlalchemy import text

    async with house.database.reading() as tx:
        inbox = await tx.scalar(text("SELECT count(*) FROM inbox WHERE turn IS NULL"))
        outbox = await tx.scalar(text("SELECT count(*) FROM outbox WHERE state IN ('ready', 'sending')"))
        untold = await tx.scalar(text("SELECT count(*) FROM jobs WHERE kind = 'undelivered' AND state = 'waiting'"))
    say("left", inbox=inbox, outbox=outbox, untold=untold)


def _shift_clock(seconds: float) -> None:
    """This process's wall clock is off by so much: whatever asks `datetime.now` is told wrong."""
    if not seconds:
        return
    from evals.chaos import clocks

    clocks.shift(timedelta(seconds=seconds))
