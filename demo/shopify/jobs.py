"""What Shopify does after it has answered: a cancellation is a job, done later or, when the order has changed meanwhile, not at all."""

import asyncio
from typing import Any

from fastapi import APIRouter

from demo.shopify.events import CannotHappen
from demo.shopify.pending import Job
from demo.shopify.post import Post
from demo.shopify.shop import Shop
from demo.shopify.state import TwinState


class Jobs:
    """Carries out the jobs of a twin's shops, each a while of real time after the answer that named it."""

    def __init__(self, state: TwinState, post: Post) -> None:
        self._state, self._post = state, post

    def later(self, shop: Shop, job: Job) -> None:
        """Start the wait. With `job_seconds` None nothing happens until /__sim/jobs/run."""
        if self._state.settings.job_seconds is None:
            return
        task = asyncio.get_running_loop().create_task(self._after(self._state.settings.job_seconds, shop, job))
        self._state.tasks.add(task)
        task.add_done_callback(self._state.tasks.discard)

    def run(self, shop: Shop, job: Job) -> None:
        """Do it now, once; a job of a shop that was filled anew is forgotten."""
        if job.done or shop.jobs.get(job.id) is not job:
            return
        try:
            events = job.work()
        except CannotHappen:
            events = []
        job.done = True
        self._post.send(shop, events)

    async def _after(self, seconds: float, shop: Shop, job: Job) -> None:
        await asyncio.sleep(seconds)
        self.run(shop, job)


def control(state: TwinState, jobs: Jobs) -> APIRouter:
    """/__sim/jobs: which are under way, and running them at once."""
    made = APIRouter()

    @made.get("/jobs")
    async def listed() -> list[dict[str, Any]]:
        return [
            {"shop": shop.handle, "id": job.id, "order": job.order.name, "done": job.done}
            for shop in state.shops.values()
            for job in shop.jobs.values()
        ]

    @made.post("/jobs/run")
    async def run() -> dict[str, Any]:
        waiting = [(shop, job) for shop in state.shops.values() for job in shop.jobs.values() if not job.done]
        for shop, job in waiting:
            jobs.run(shop, job)
        return {"run": len(waiting)}

    return made
