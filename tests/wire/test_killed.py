"""A process that is killed outright between keeping a message and answering it; the next one answers, once."""

import asyncio
import json
import signal
import sys
from pathlib import Path

from channels.message import ConversationId
from server.store import conversations
from tests.server.stage import Stage, stage

ROOT = Path(__file__).parents[2]
CHILD = """
import asyncio, sys
from pathlib import Path
from tests.server.stage import Repeater, stage

async def main() -> None:
    turn = Repeater(hold=asyncio.Event())
    async with stage(Path(sys.argv[1]), turn=turn, engine=True) as house:
        page = await house.begin()
        for n in range(3):
            answer = await page.say(f"message {n}")
            assert answer.status_code == 202
        print(page.id, flush=True)
        await turn.begun.wait()
        print("thinking", flush=True)
        await asyncio.sleep(60)

asyncio.run(main())
"""


async def test_what_was_acknowledged_before_a_kill_is_answered_after_it(tmp_path: Path) -> None:
    child = await asyncio.create_subprocess_exec(
        sys.executable, "-c", CHILD, str(tmp_path), cwd=ROOT, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.DEVNULL
    )
    assert child.stdout is not None
    conversation = ""
    async for line in child.stdout:
        said = line.decode().strip()
        if said == "thinking":
            break
        conversation = said if len(said) == 22 else conversation
    child.send_signal(signal.SIGKILL)
    await child.wait()
    async with stage(tmp_path) as house:
        await house.settle()
        assert await agent_words(house, conversation) == ["L0: message 0 | message 1 | message 2"]


async def agent_words(house: Stage, conversation: str) -> list[str]:

    async with house.house.database.reading() as tx:
        log = await conversations.log_after(tx, house.home.brand, ConversationId(conversation), 1)
    bodies = [json.loads(event.body) for event in log if event.kind == "message"]
    return [body["text"] for body in bodies if body["author"] == "agent"]
