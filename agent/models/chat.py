"""Connects the chat model an operator has configured: any LangChain model id, any OpenAI-compatible address."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Any, TypeAlias

import httpx2
from langchain.chat_models import init_chat_model
from langchain_core.language_models.chat_models import BaseChatModel

ChatModel: TypeAlias = BaseChatModel
"""For rooms that hand a model on without knowing LangChain."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelSettings:
    """Which model, where, and how long it may take."""

    id: str
    """`provider:name`, e.g. `openai:some-model`; a bare name is taken as OpenAI-compatible."""
    base_url: str | None = None
    api_key: str | None = None
    timeout: timedelta = timedelta(seconds=6)
    """Of a turn's 8 seconds; what is left words the built-in reading instead."""
    max_tokens: int | None = 700
    """A reading needs about 100. None for models that think aloud in the same budget."""
    temperature: float | None = None
    """None: the model's own, since some refuse to be told."""


def make_client(settings: ModelSettings) -> httpx2.AsyncClient:
    """The connections to the model, for whoever opens and closes the application. openai speaks httpx2, not httpx."""
    return httpx2.AsyncClient(timeout=settings.timeout.total_seconds(), limits=httpx2.Limits(max_connections=50))


def make_model(settings: ModelSettings, client: httpx2.AsyncClient | None = None) -> ChatModel:
    """The model, without retries: unset, the SDK would wait ten minutes and try three times.

    client: from `make_client`, for OpenAI-compatible addresses; without it LangChain keeps one for the process and never closes it.

    Raises ImportError with the package's name where the provider's LangChain package is not installed, ValueError for an unknown id.
    """
    options: dict[str, Any] = {"timeout": settings.timeout.total_seconds(), "max_retries": 0}
    for name in ("base_url", "max_tokens", "temperature"):
        if (value := getattr(settings, name)) is not None:
            options[name] = value
    if settings.api_key or settings.base_url:
        options["api_key"] = settings.api_key or "none"  # a self-hosted endpoint often wants none, the client insists on one
    id = settings.id if ":" in settings.id else f"openai:{settings.id}"
    if client is not None and id.startswith("openai:"):
        options["http_async_client"] = client
    model: ChatModel = init_chat_model(id, **options)
    return model
