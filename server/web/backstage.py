"""The operator's way into a running server: from this machine, with the token that lies in the installation's own folder."""

import hmac
import os
import secrets
from pathlib import Path

from fastapi import APIRouter, Request
from fastapi.responses import JSONResponse, Response

from server.services.backstage import Backstage, CannotDo
from server.settings import Settings
from server.web.errors import Refused

_NEAR = frozenset({"127.0.0.1", "::1"})


def token_file(settings: Settings) -> Path:
    """Beside the database; readable by whoever runs the server, and by nobody else."""
    return settings.database_path.with_suffix(".backstage")


def write_token(settings: Settings) -> str:
    """A new token, and where the server is reached. The file lasts as long as the server."""
    token = secrets.token_urlsafe(32)
    path = token_file(settings)
    path.unlink(missing_ok=True)
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
        file.write(f"http://127.0.0.1:{settings.port}\n{token}\n")
    return token


def router(backstage: Backstage, token: str) -> APIRouter:
    """POST /backstage/{command} with the command's arguments as JSON."""
    routes = APIRouter()

    @routes.post("/backstage/{command}")
    async def command(request: Request, command: str) -> Response:
        given = request.headers.get("authorization", "").partition(" ")[2]
        near = request.client is not None and request.client.host in _NEAR
        if not near or not hmac.compare_digest(given.encode(), token.encode()):
            raise Refused(401, "not_for_you", "Only whoever runs this installation may do this, from its own machine.")
        try:
            return JSONResponse({"rows": await backstage.run(command, await request.json())})
        except ValueError as error:
            raise Refused(422, "bad_json", "The body is not JSON.") from error
        except CannotDo as error:
            raise Refused(409, "cannot_do", str(error)) from error

    return routes
