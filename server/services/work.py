"""What jobs do when their time has come: send a code, try the shop again, ask providers what was missed, forget what is old."""

from datetime import timedelta

from channels.message import ConversationId, Signal
from server.installation import Installation
from server.services.chat import Chat
from server.services.codes import Codes
from server.services.forgetting import forget
from server.services.intake import Intake
from server.services.reconciling import EVERY, Reconciling
from server.store import conversations
from server.store.jobs import Job

_EVERY = timedelta(hours=6)
_SOON = timedelta(minutes=1)
"""Until the next run of forgetting, where one was not enough."""


class Work:
    def __init__(self, installation: Installation, chat: Chat, codes: Codes) -> None:
        self._house = installation
        self._chat = chat
        self._codes = codes
        self._reconciling = Reconciling(installation, Intake(installation))

    async def run(self, job: Job) -> None:
        """Implements `engine.RunJob`."""
        match job.kind:
            case "code":
                await self._codes.send(job)
            case "retry":
                await self._retry(job)
            case "retention":
                await self._forget(job)
            case kind if kind in EVERY:
                await self._reconciling.run(job)
            case _:
                raise LookupError(f"no worker for jobs of kind {job.kind!r}")

    async def plan(self) -> None:
        """The jobs that come round by themselves; asked for at each start, made once."""
        now = self._house.clock.now()
        for home in tuple(self._house.residences.values()):
            await self._house.engine.schedule(home.brand.id, "retention", f"from {now:%Y-%m-%d}", now + _EVERY, {})
            await self._reconciling.plan(home)

    async def _retry(self, job: Job) -> None:
        home = self._house.residence(job.brand)
        async with self._house.database.reading() as tx:
            thread = await conversations.thread(tx, home.brand, ConversationId(job.payload["conversation"]))
        if thread is not None and thread.state.pending is not None:
            await self._chat.signal(home, thread, Signal.RETRY, f"retry:{job.key}")

    async def _forget(self, job: Job) -> None:
        home = self._house.residence(job.brand)
        now = self._house.clock.now()
        more = await forget(self._house.database, home.brand, now)
        await self._house.engine.schedule(job.brand, "retention", f"after {job.id}", now + (_SOON if more else _EVERY), {})
