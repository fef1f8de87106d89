"""How soon a delivery is acknowledged, durably kept, while more come at a steady pace and turns are taken beside them (S1, D3)."""

import asyncio
import os
import tempfile
import time
from pathlib import Path
from urllib.parse import urlencode

import httpx

from demo.phones.signing import twilio_signature
from evals.bench.figures import Spread
from evals.bench.outside import WORLD, free_ports, outside
from evals.bench.served import TWILIO_TOKEN, brand_of, environment, serving, taking

PER_SECOND = 50
SECONDS = 60
GOAL = "goal p50 ≤ 20, p99 ≤ 250"


async def measure(seconds: int = SECONDS) -> list[str]:
    """The printed lines."""
    ports = free_ports()
    async with outside(ports), taking() as provider:
        with tempfile.TemporaryDirectory(prefix="deskbell-bench-") as folder:
            given = environment(Path(folder), ports, DESKBELL_TWILIO_URL=provider)
            async with serving(given):
                sound = await _deliver(given["DESKBELL_PUBLIC_URL"], seconds, forged=0)
                beside = await _deliver(given["DESKBELL_PUBLIC_URL"], seconds // 3, forged=2_000, first=10**6)
    return [
        sound.line(f"webhook acknowledged, {PER_SECOND}/s, turns beside", "ms", GOAL),
        beside.line("… while 2,000/s with bad signatures come in", "ms", "goal p99 < 250"),
    ]


async def _deliver(url: str, seconds: int, *, forged: int, first: int = 0) -> Spread:
    """Milliseconds from sending each delivery at its own appointed time to the acknowledgement's last byte."""
    address, token = f"{url}/webhooks/sms/northbay", TWILIO_TOKEN
    settings = brand_of(WORLD).sms
    assert settings is not None
    took: list[float] = []
    limits = httpx.Limits(max_connections=200)
    async with httpx.AsyncClient(trust_env=False, timeout=30, limits=limits) as web:

        async def one(number: int) -> None:
            form = {
                "MessageSid": f"SM{first + number:032x}",
                "AccountSid": settings.account,
                "From": f"+1202555{100 + number % 100:04d}",
                "To": settings.number,
                "Body": "how long do refunds take?",
                "NumMedia": "0",
            }
            headers = {"X-Twilio-Signature": twilio_signature(address, list(form.items()), token)}
            begun = time.perf_counter()
            answer = await web.post(address, data=form, headers=headers)
            took.append((time.perf_counter() - begun) * 1000)
            answer.raise_for_status()

        flood = asyncio.create_task(_flood(web, address, forged)) if forged else None
        begun = time.perf_counter()
        tasks = []
        for number in range(PER_SECOND * seconds):
            await asyncio.sleep(max(0.0, begun + number / PER_SECOND - time.perf_counter()))
            tasks.append(asyncio.create_task(one(number)))
        await asyncio.gather(*tasks)
        if flood is not None:
            flood.cancel()
            await asyncio.gather(flood, return_exceptions=True)
    return Spread.of(took)


async def _flood(web: httpx.AsyncClient, address: str, per_second: int) -> None:
    """Deliveries nobody signed, as fast as `per_second`, as far as this machine can."""
    body = urlencode({"MessageSid": "SM" + "f" * 32, "Body": "x"}).encode()
    headers = {"X-Twilio-Signature": "AAAA", "Content-Type": "application/x-www-form-urlencoded"}
    gate = asyncio.Semaphore(100)

    async def one() -> None:
        async with gate:
            assert (await web.post(address, content=body, headers=headers)).status_code == 403

    tasks: set[asyncio.Task[None]] = set()
    begun, sent = time.perf_counter(), 0
    while True:
        sent += 1
        await asyncio.sleep(max(0.0, begun + sent / per_second - time.perf_counter()))
        task = asyncio.create_task(one())
        tasks.add(task)
        task.add_done_callback(tasks.discard)


if __name__ == "__main__":
    print("\n".join(asyncio.run(measure(int(os.environ.get("BENCH_SECONDS", SECONDS))))))
