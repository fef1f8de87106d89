"""A house to measure: production's own assembly over real HTTP to the twin, and a shopper who writes to it."""

import asyncio
import logging
import tempfile
import time
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import structlog

from demo.storefront.proxy import signed_query
from evals.bench.outside import WORLD, Ports
from server.assembly import NO_PAUSE, Stand, open_installation
from server.engine.turns import Answered
from server.installation import Installation
from server.settings import Settings
from server.web.app import make_app

BRAND, SHOP = "northbay", "northbay.myshopify.com"


@dataclass(slots=True)
class Shopper:
    """One webchat: writes, and waits for the answer."""

    web: httpx.AsyncClient
    headers: dict[str, str]
    bell: asyncio.Event
    """Rings at each kept turn, as an open event stream would tell the page: no polling disturbs the turn that is measured."""
    after: int = 0
    said: int = 0

    async def ask(self, text: str) -> tuple[float, list[dict[str, Any]]]:
        """(seconds from sending to the answer's event, the agent's messages)."""
        self.said += 1
        self.bell.clear()
        begun = time.perf_counter()
        await patiently(self.web, f"/api/chat/{BRAND}/messages", {"id": f"m{self.said}", "text": text}, self.headers)
        while True:
            await self.bell.wait()
            log = (await self.web.get(f"/api/chat/{BRAND}/events?after={self.after}&wait=0", headers=self.headers)).json()
            self.after = log["after"]
            answers = [one for one in log["events"] if one.get("kind") == "message" and one["author"] == "agent"]
            self.bell.clear()
            if answers:
                return time.perf_counter() - begun, answers


@dataclass(frozen=True, slots=True, kw_only=True)
class House:
    installation: Installation
    web: httpx.AsyncClient
    answered: list[Answered]
    bell: asyncio.Event
    customers: Mapping[str, str]
    """e-mail → numeric id, as the twin has them."""

    async def shopper(self, email: str | None, locale: str = "en") -> Shopper:
        """A new conversation; with an address, of a shopper who is logged in at the storefront."""
        body: dict[str, Any] = {"locale": locale}
        if email:
            now = int(self.installation.clock.now().timestamp())
            query = signed_query([], shop=SHOP, customer=self.customers[email], timestamp=now, secret="read-secret")
            body["ticket"] = (await self.web.get(f"/proxy/{BRAND}/session?{query}")).json()["ticket"]
        made = await patiently(self.web, f"/api/chat/{BRAND}/conversations", body, {})
        shopper = Shopper(self.web, {"Authorization": f"Bearer {made.json()['token']}"}, self.bell)
        log = (await self.web.get(f"/api/chat/{BRAND}/events?after=0&wait=0", headers=shopper.headers)).json()
        shopper.after = log["after"]
        return shopper


@asynccontextmanager
async def open_house(ports: Ports, *, model: str = "", forced: bool = False, world: Path = WORLD) -> AsyncIterator[House]:
    """The app in this process, without debounce, over the twin's HTTP. model: a LangChain model id, asked at the scripted server."""
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.ERROR))
    with tempfile.TemporaryDirectory(prefix="deskbell-bench-") as folder:
        given: dict[str, Any] = {
            "dev": True,
            "var": Path(folder),
            "world": world,
            "shop_url": f"{ports.twin_url}/shops/{{handle}}",
            "read_client_id": "deskbell-read",
            "read_client_secret": "read-secret",
            "clock": f"{ports.twin_url}/__sim/clock",
            "public_url": ports.app_url,
            "model": model,
            "model_base_url": f"{ports.model_url}/v1" if model else "",
            "model_api_key": "none" if model else "",
            "model_forced": forced,
        }
        answered: list[Answered] = []
        async with open_installation(Settings(**given), Stand(timing=NO_PAUSE)) as installation:
            bell = asyncio.Event()
            installation.watchers += [answered.append, lambda one: bell.set()]
            await installation.ready()
            app = make_app(installation)
            async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url=ports.app_url, timeout=60) as web:
                customers = await _customers(ports)
                house = House(installation=installation, web=web, answered=answered, bell=bell, customers=customers)
                await (await house.shopper(None)).ask("hello there")  # loads the encoder and opens connections; not counted
                answered.clear()
                yield house


async def patiently(web: httpx.AsyncClient, path: str, body: dict[str, Any], headers: dict[str, str]) -> httpx.Response:
    """Posts, and waits where the house says that one sender asks too much at once."""
    while (answer := await web.post(path, json=body, headers=headers)).status_code == 429:  # noqa: ASYNC110 - the house says how long
        await asyncio.sleep(float(answer.headers["retry-after"]))
    answer.raise_for_status()
    return answer


async def _customers(ports: Ports) -> dict[str, str]:
    async with httpx.AsyncClient(trust_env=False) as http:
        state = (await http.get(f"{ports.twin_url}/__sim/state")).json()
    people = state["shops"][BRAND]["customers"].values()
    return {person["email"]: str(person["id"]) for person in people if person["email"]}


def memory_mb() -> float:
    """This process's resident memory, from the kernel's own account; 0 where it keeps none."""
    status = Path("/proc/self/status")
    if not status.exists():
        return 0.0
    line = next(line for line in status.read_text(encoding="ascii").splitlines() if line.startswith("VmRSS"))
    return int(line.split()[1]) / 1024
