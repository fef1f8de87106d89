"""How the house opens HTTP connections to a shop: with time limits, and without writing addresses into logs."""

import logging

import httpx

TOTAL = 3.0
"""Seconds: all tries of one question together (F-06)."""
CONNECT = 1.0
CONNECTIONS = 200
"""More than the turns one process takes at once (128): a shop that hangs must not leave another brand's without a connection (R12)."""


def new_http_client(*, timeout: float = TOTAL, transport: httpx.AsyncBaseTransport | None = None) -> httpx.AsyncClient:
    """The one place that makes HTTP clients for shops. Follows no redirect, reads no proxy from the environment.

    transport: a stand-in for the network, e.g. `httpx.ASGITransport(app)`.
    """
    # httpx writes every address it asks at INFO; addresses carry shop names and ids.
    for name in ("httpx", "httpcore"):
        logging.getLogger(name).setLevel(logging.WARNING)
    return httpx.AsyncClient(
        timeout=httpx.Timeout(timeout, connect=CONNECT),
        limits=httpx.Limits(max_connections=CONNECTIONS, max_keepalive_connections=20, keepalive_expiry=60),
        follow_redirects=False,
        trust_env=False,
        headers={"User-Agent": "Deskbell"},
        transport=transport,
    )
