"""How a command ends when something is wrong: one sentence on standard error, exit code 2, no traceback."""

import json
import sys
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Any


class Trouble(Exception):
    """A mistake in what was asked; the message says what to do."""


def run(app: Callable[[], Any]) -> None:
    """Run the commands; expected failures become a sentence."""
    try:
        app()
    except Trouble as trouble:
        fail(str(trouble))
    except BrokenPipeError:
        # Whoever reads our output has had enough.
        sys.stderr.close()
        sys.exit(1)
    except KeyboardInterrupt:
        sys.exit(130)
    except Exception as error:
        known = _known(error)
        if known is None:
            raise
        fail(known)


def fail(sentence: str) -> None:
    sys.stderr.write(f"deskbell: {sentence}\n")
    sys.exit(2)


def _known(error: Exception) -> str | None:
    from pydantic import ValidationError

    from knowledge.document import UnreadableDocument
    from server.store.database import StoreError
    from server.world_brand import WorldError

    if isinstance(error, (WorldError, UnreadableDocument, StoreError)):
        return str(error)
    if isinstance(error, ValidationError) and error.title == "Settings":
        return "; ".join(_setting(one) for one in error.errors())
    return None


def _setting(error: Any) -> str:
    said = str(error["msg"]).removeprefix("Value error, ")
    place = ".".join(str(part) for part in error["loc"])
    return f"DESKBELL_{place.upper()}: {said}" if place else said


def rows_of(file: Path, *required: str) -> Iterable[dict[str, Any]]:
    """The JSON objects of a file, one a line. Raises Trouble naming the line."""
    try:
        lines = sys.stdin.buffer.read().splitlines() if str(file) == "-" else file.read_bytes().splitlines()
    except OSError as error:
        raise Trouble(f"{str(file)!r} cannot be read: {error.strerror}. Check the path.") from error
    for number, line in enumerate(lines, 1):
        if not line.strip():
            continue
        try:
            row = json.loads(line)
        except (ValueError, RecursionError) as error:
            raise Trouble(f"{file}: line {number} is not JSON. Write one object a line.") from error
        missing = [key for key in required if not isinstance(row, Mapping) or not isinstance(row.get(key), str)]
        if missing:
            raise Trouble(f"{file}: line {number} lacks {missing[0]!r}. Each line is an object such as {{{', '.join(required)}}}.")
        yield dict(row)


def put(value: Mapping[str, Any]) -> None:
    """One JSON object on a line of standard output. Lone surrogates, which no UTF-8 can hold, leave as escapes."""
    text = json.dumps(value, ensure_ascii=False, default=str)
    try:
        text.encode()
    except UnicodeEncodeError:
        text = json.dumps(value, default=str)
    sys.stdout.write(text + "\n")
    sys.stdout.flush()


def say(text: str) -> None:
    """A line for a person."""
    sys.stdout.write(text.encode("utf-8", "replace").decode() + "\n")
    sys.stdout.flush()
