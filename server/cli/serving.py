"""`deskbell serve`: the installation, listening until it is stopped; or its worker, which only works."""

import asyncio
import logging
import signal
import socket
import sys
from collections.abc import Awaitable, Callable, Generator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import uvicorn
from starlette.types import Receive, Scope, Send

from server.assembly import Role, open_installation, tools
from server.cli.trouble import Trouble
from server.installation import Installation, UnknownBrand
from server.logs import configure
from server.services.backstage import Backstage
from server.services.browsers import Browsers
from server.settings import Settings
from server.web.app import make_app
from server.web.backstage import token_file, write_token

DRAIN_S = 5
"""Open streams end after this long; turns under way have ten seconds of their own."""

HANDOVER_S = 0.0005
"""Seconds a thread may compute while another waits for the interpreter, in the place of Python's 0.005. A statement to SQLite is two
handovers; beside a reader or an index that computes, every webhook would wait five milliseconds for each."""

WhenReady = Callable[[Installation], Awaitable[None]]


def serve(*, host: str | None, port: int | None, world: Path | None, plain: bool, role: Role = "all") -> None:
    configure(level=logging.INFO, plain=plain)
    sys.setswitchinterval(HANDOVER_S)
    given: dict[str, Any] = {"host": host, "port": port, "world": world}
    settings = Settings(**{name: value for name, value in given.items() if value is not None})
    asyncio.run(work(settings) if role == "worker" else run(settings, role=role))


async def work(settings: Settings) -> None:
    """Turns, jobs and sends until SIGTERM or SIGINT, and nothing that listens."""
    with _signals() as stopped:
        async with open_installation(settings, role="worker"):
            _print("Deskbell works: this process answers, and serves no pages.")
            await stopped.wait()


async def run(settings: Settings, when_ready: WhenReady | None = None, *, quiet: bool = False, role: Role = "all") -> None:
    """Open everything, listen, say where (unless quiet), and close everything in order."""
    listening = _listen(settings)
    settings = _at_port(settings, listening.getsockname()[1])
    async with open_installation(settings, role=role) as house:
        # On a shared database commands go to the database itself, and every process learns of them.
        operator = None if house.database.shared else (Backstage(house, tools()), write_token(settings))
        server = _Server(
            uvicorn.Config(
                Front(house, operator),
                log_config=None,
                access_log=False,
                timeout_graceful_shutdown=DRAIN_S,
                server_header=False,
                lifespan="off",
            )
        )
        telling = asyncio.create_task(_tell(server, house, when_ready, quiet))
        try:
            await server.serve(sockets=[listening])
        finally:
            if operator is not None:
                token_file(settings).unlink(missing_ok=True)
            telling.cancel()
            await asyncio.gather(telling, return_exceptions=True)


class Front:
    """The app as it is now. A brand that moves in while we run has pages of its own: then it is put together anew."""

    def __init__(self, house: Installation, operator: tuple[Backstage, str] | None) -> None:
        self._house = house
        self._operator = operator
        self._watchers = tuple(house.watchers)
        self._app = make_app(house, operator)
        house.doors.append(self._renew)

    async def _renew(self) -> None:
        # What the last one counted by is left behind with it, like at a restart. Requests under way end where they began.
        self._house.watchers[:] = self._watchers
        self._app = make_app(self._house, self._operator)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        await self._app(scope, receive, send)


class _Server(uvicorn.Server):
    """Says when it listens, and ends quietly: uvicorn's own would raise the signal again and cut the closing of the house short."""

    def __init__(self, config: uvicorn.Config) -> None:
        super().__init__(config)
        self.up = asyncio.Event()

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        self.up.set()

    @contextmanager
    def capture_signals(self) -> Generator[None, None, None]:
        loop, wanted = asyncio.get_running_loop(), (signal.SIGINT, signal.SIGTERM)
        for one in wanted:
            loop.add_signal_handler(one, self.handle_exit, one, None)
        try:
            yield
        finally:
            for one in wanted:
                loop.remove_signal_handler(one)


@contextmanager
def _signals() -> Generator[asyncio.Event, None, None]:
    """An event that is set once the process is told to end."""
    loop, stopped = asyncio.get_running_loop(), asyncio.Event()
    for one in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(one, stopped.set)
    try:
        yield stopped
    finally:
        for one in (signal.SIGINT, signal.SIGTERM):
            loop.remove_signal_handler(one)


def _listen(settings: Settings) -> socket.socket:
    """The socket before anything else is opened: a port that is taken is said at once."""
    family = socket.AF_INET6 if ":" in settings.host else socket.AF_INET
    # Named, not left to the default: only of a socket that says TCP does asyncio turn Nagle's algorithm off, which costs 40 ms an answer.
    listening = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listening.bind((settings.host, settings.port))
    except OSError as error:
        listening.close()
        raise Trouble(f"cannot listen on {settings.host}:{settings.port}: {error.strerror}. Choose another with --port.") from error
    listening.listen(256)
    return listening


def _at_port(settings: Settings, port: int) -> Settings:
    """Our own address names the port we got, unless it was said or stands behind something else."""
    if "public_url" in settings.model_fields_set:
        return settings.model_copy(update={"port": port})
    return settings.model_copy(update={"port": port, "public_url": f"http://127.0.0.1:{port}"})


async def _tell(server: "_Server", house: Installation, when_ready: WhenReady | None, quiet: bool) -> None:
    await server.up.wait()
    if not quiet:
        await _where(house)
    if when_ready is not None:
        await when_ready(house)


async def _where(house: Installation) -> None:
    _print(f"Deskbell listens on {house.settings.public_url}")
    try:
        first = house.first
    except UnknownBrand:
        _print("There is no brand yet: add one with `deskbell brand add WORLD.yaml`.")
        return
    if house.settings.desk:
        _print(f"Desk, for whoever opens it first: {await Browsers(house).desk_address(first)}")


def _print(text: str) -> None:
    print(text, flush=True)
