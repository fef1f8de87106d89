"""An OpenAI-compatible server with scripted answers, delays and faults: for tests and measurements without a model.

POST /v1/chat/completions and /v1/embeddings answer; /__sim/script, /__sim/reset and /__sim/requests steer and show.
"""

import asyncio
import hashlib
import json
import math
from collections import deque
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field
from typing import Any, Literal

from fastapi import FastAPI, Request
from fastapi.responses import JSONResponse, Response, StreamingResponse
from pydantic import BaseModel, ConfigDict

Kind = Literal[
    "answer",
    "refusal",
    "empty_choices",
    "no_json",
    "half_json",
    "megabyte",
    "http_400",
    "http_401",
    "http_429",
    "http_500",
    "http_503",
    "hang",
    "reset",
    "not_openai",
    "drip",
]


class Step(BaseModel):
    """What the next call gets."""

    model_config = ConfigDict(extra="forbid")

    kind: Kind = "answer"
    content: str | dict[str, Any] = ""
    """Text, or an object that is sent as JSON."""
    tool_calls: list[dict[str, Any]] = []
    """[{name, arguments}] for clients that offer tools."""
    seconds: float = 0.0
    times: int = 1


@dataclass(slots=True)
class Script:
    """What the server will say, and what it was asked."""

    steps: deque[Step] = field(default_factory=deque)
    otherwise: Step = field(default_factory=Step)
    """Said when the steps are used up."""
    latency: float = 0.0
    """Seconds before every answer."""
    requests: list[dict[str, Any]] = field(default_factory=list)
    count: Callable[[str], int] = field(default=lambda text: math.ceil(len(text.encode()) / 4))
    """Tokens of a text; four bytes a token where no tokenizer is given."""

    def next(self) -> Step:
        if not self.steps:
            return self.otherwise
        step = self.steps[0]
        step.times -= 1
        if step.times <= 0:
            self.steps.popleft()
        return step


def make_app(script: Script | None = None) -> FastAPI:
    """The server; hand in a script to hold on to it from the same process."""
    script = script or Script()
    app = FastAPI(title="A scripted model")
    app.state.script = script

    @app.post("/v1/chat/completions")
    async def complete(request: Request) -> Response:
        body = await request.json()
        script.requests.append({"path": "/v1/chat/completions", "body": body})
        step = script.next()
        await asyncio.sleep(script.latency + (step.seconds if step.kind != "drip" else 0))
        return await _respond(step, body, script)

    @app.post("/v1/embeddings")
    async def embed(request: Request) -> Response:
        body = await request.json()
        script.requests.append({"path": "/v1/embeddings", "body": body})
        step = script.next() if script.steps else Step()
        await asyncio.sleep(script.latency + step.seconds)
        if step.kind.startswith("http_"):
            return _error(int(step.kind[5:]))
        texts = [body["input"]] if isinstance(body["input"], str) else body["input"]
        size = int(body.get("dimensions") or 64)
        data = [{"object": "embedding", "index": n, "embedding": _vector(str(text), size)} for n, text in enumerate(texts)]
        used = sum(script.count(str(text)) for text in texts)
        usage = {"prompt_tokens": used, "total_tokens": used}
        return JSONResponse({"object": "list", "data": data, "model": body.get("model", ""), "usage": usage})

    @app.post("/__sim/script")
    async def steer(request: Request) -> dict[str, int]:
        body = await request.json()
        script.steps.extend(Step.model_validate(step) for step in body.get("steps", []))
        if "otherwise" in body:
            script.otherwise = Step.model_validate(body["otherwise"])
        script.latency = float(body.get("latency", script.latency))
        return {"waiting": len(script.steps)}

    @app.post("/__sim/reset")
    async def reset() -> dict[str, bool]:
        script.steps.clear()
        script.requests.clear()
        script.otherwise, script.latency = Step(), 0.0
        return {"ok": True}

    @app.get("/__sim/requests")
    async def asked() -> list[dict[str, Any]]:
        return script.requests

    return app


async def _respond(step: Step, body: dict[str, Any], script: Script) -> Response:
    match step.kind:
        case "http_400" | "http_401" | "http_429" | "http_500" | "http_503":
            return _error(int(step.kind[5:]))
        case "hang":
            await asyncio.sleep(3600)
            return _error(500)
        case "reset":
            return StreamingResponse(_cut_off(), media_type="application/json", headers={"content-length": "1000"})
        case "not_openai":
            return JSONResponse({"hello": "world"})
        case "empty_choices":
            return JSONResponse(_completion(body, None, script) | {"choices": []})
        case "refusal":
            message = {"role": "assistant", "content": None, "refusal": "I can't help with that."}
            return JSONResponse(_completion(body, message, script))
        case "no_json":
            return JSONResponse(_completion(body, {"role": "assistant", "content": "Sure! The shopper wants a refund."}, script))
        case "half_json":
            return JSONResponse(_completion(body, {"role": "assistant", "content": '{"wishes": [{"intent": "canc'}, script))
        case "megabyte":
            return JSONResponse(_completion(body, {"role": "assistant", "content": '{"wishes": "' + "x" * 1_000_000 + '"}'}, script))
        case "drip":
            whole = json.dumps(_completion(body, _message(step), script)).encode()
            return StreamingResponse(_drip(whole, step.seconds), media_type="application/json")
        case "answer":
            return JSONResponse(_completion(body, _message(step), script))


def _message(step: Step) -> dict[str, Any]:
    content = step.content if isinstance(step.content, str) else json.dumps(step.content, ensure_ascii=False)
    message: dict[str, Any] = {"role": "assistant", "content": content}
    if step.tool_calls:
        message["tool_calls"] = [
            {
                "id": f"call_{n}",
                "type": "function",
                "function": {"name": call["name"], "arguments": json.dumps(call.get("arguments", {}), ensure_ascii=False)},
            }
            for n, call in enumerate(step.tool_calls)
        ]
    return message


def _completion(body: dict[str, Any], message: dict[str, Any] | None, script: Script) -> dict[str, Any]:
    """In the shape of the real API, with the tokens a real one would count: messages, schema and tools."""
    sent = json.dumps([body.get("messages", []), body.get("response_format", ""), body.get("tools", "")], ensure_ascii=False)
    answered = script.count(json.dumps(message, ensure_ascii=False)) if message else 0
    asked = script.count(sent)
    done = "tool_calls" if message and message.get("tool_calls") else "stop"
    return {
        "id": "chatcmpl-scripted",
        "object": "chat.completion",
        "created": 0,
        "model": body.get("model", ""),
        "choices": [{"index": 0, "message": message, "finish_reason": done}],
        "usage": {"prompt_tokens": asked, "completion_tokens": answered, "total_tokens": asked + answered},
    }


def _error(status: int) -> JSONResponse:
    return JSONResponse({"error": {"message": "scripted", "type": "scripted", "code": None}}, status_code=status)


async def _cut_off() -> AsyncIterator[bytes]:
    yield b'{"id": "chatcmpl'
    raise ConnectionResetError


async def _drip(whole: bytes, seconds: float) -> AsyncIterator[bytes]:
    for at in range(0, len(whole), 8):
        yield whole[at : at + 8]
        await asyncio.sleep(seconds)


def _vector(text: str, size: int) -> list[float]:
    """The same text gives the same vector; nothing is meant by it."""
    seed = b"".join(hashlib.sha256(f"{n}:{text}".encode()).digest() for n in range(math.ceil(size / 32)))
    values = [byte / 127.5 - 1 for byte in seed[:size]]
    length = math.sqrt(sum(value * value for value in values)) or 1.0
    return [value / length for value in values]
