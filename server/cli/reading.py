"""`deskbell read`: what the reader makes of each line, with nothing around it."""

import asyncio
import logging
from datetime import UTC, datetime
from pathlib import Path

from agent.conversation import ConversationState
from agent.readers.report import row
from agent.reading import Reader
from channels.message import Channel, ConversationId, Inbound, MessageId
from channels.words import LOCALES
from knowledge.brand import Brand, BrandId
from server.cli.asking import from_environment
from server.cli.trouble import put, rows_of
from server.heavy import make_reader
from server.logs import configure
from server.services.cleaning import cleaned
from server.settings import Settings

NOBODY = Brand(
    id=BrandId("reader"),
    name="Reader",
    shop="reader.myshopify.com",
    site="https://reader.example.com",
    currency="EUR",
    time_zone="UTC",
    locales=LOCALES,
)
"""A brand that speaks every language, so that none is read as another."""


def read(file: Path) -> None:
    configure(level=logging.ERROR, plain=True)
    asyncio.run(_read(file))


async def _read(file: Path) -> None:
    settings = Settings(dev=True, **from_environment())
    reader = await make_reader(settings)
    for number, given in enumerate(rows_of(file, "text")):
        put(await one(reader, given["text"], str(given.get("locale") or "en"), number))


async def one(reader: Reader, text: str, locale: str, number: int) -> dict[str, object]:
    """{text, language, asks_back, wishes}: the line as the first message of a conversation in `locale`."""
    message = Inbound(
        id=MessageId(f"m{number}"),
        channel=Channel.WEBCHAT,
        conversation=ConversationId("read"),
        text=cleaned(text),
        locale=locale,
        at=datetime.now(UTC),
    )
    reading = await reader.read((message,), ConversationState(locale=locale), NOBODY)
    return row(reading, text)
