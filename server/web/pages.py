"""The widget's frame and the files our pages are made of."""

import hashlib
import re
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Annotated, Any
from urllib.parse import urlsplit

from babel import Locale
from fastapi import APIRouter, Query
from fastapi.responses import HTMLResponse, Response
from jinja2 import Environment, FileSystemLoader, StrictUndefined, select_autoescape

from channels.words import nearest, ui
from server.installation import Installation, Residence
from server.services.chat import chosen_locale
from server.web.errors import Refused
from server.web.guards import page_policy

_HERE = Path(__file__).parent
_ROOT = _HERE.parent.parent
_ROOMS = {
    "shared": _HERE / "static" / "shared",
    "auth": _HERE / "static" / "auth",
    "hub": _ROOT / "hub" / "pages" / "static",
    "desk": _ROOT / "desk" / "pages" / "static",
}
_WIDGET = (_HERE / "static" / "widget", _HERE / "static" / "shared")
_TYPES = {
    ".js": "text/javascript; charset=utf-8",
    ".css": "text/css; charset=utf-8",
    ".svg": "image/svg+xml",
    ".woff2": "font/woff2",
    ".txt": "text/plain; charset=utf-8",
}
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}")
_COLOUR = re.compile(r"#[0-9A-Fa-f]{3,8}|[a-z]{3,20}|\d{1,3}(?:px|rem)|(?:rgb|hsl)\([0-9 %,./deg]{3,40}\)")
_PROPERTY = re.compile(r"--db-[a-z-]{2,30}")


@cache
def _templates() -> Environment:
    return Environment(loader=FileSystemLoader(_HERE / "templates"), autoescape=select_autoescape(), undefined=StrictUndefined)


def render(name: str, **values: Any) -> str:
    """A page of ours: every value is escaped."""
    return _templates().get_template(name).render(**values)


def router(house: Installation) -> APIRouter:
    """The loader, the frame, the brand's colours and the static files."""
    routes = APIRouter()

    @routes.get("/widget/loader.js")
    async def loader() -> Response:
        answer = _file((_WIDGET[0],), "loader.js")
        # The one file other sites load: any page of the brand may.
        answer.headers["Cross-Origin-Resource-Policy"] = "cross-origin"
        return answer

    @routes.get("/widget/frame")
    async def frame(brand: Annotated[str, Query(max_length=64)], locale: Annotated[str | None, Query(max_length=35)] = None) -> Response:
        home = house.residence(brand)
        tongue = chosen_locale(home.brand, locale)
        html = render(
            "frame.html",
            brand=home.brand,
            locale=tongue,
            direction=Locale.parse(nearest(tongue)).text_direction,
            strings=ui(tongue, "widget"),
        )
        policy = page_policy(frame_ancestors=ancestors(home), connect=True, images=house.settings.image_sources)
        return HTMLResponse(html, headers={"Content-Security-Policy": policy, "Cross-Origin-Resource-Policy": "cross-origin"})

    @routes.get("/widget/brand.css")
    async def colours(brand: Annotated[str, Query(max_length=64)]) -> Response:
        return Response(colour_sheet(house.residence(brand).brand.colours), media_type="text/css", headers=_cached(300))

    @routes.get("/widget/static/{name}")
    async def widget_file(name: str) -> Response:
        return _file(_WIDGET, name)

    @routes.get("/static/{room}/{name}")
    async def file(room: str, name: str) -> Response:
        folder = _ROOMS.get(room)
        if folder is None:
            raise Refused(404, "not_found", "There is nothing at this address.")
        return _file((folder,), name)

    return routes


def ancestors(home: Residence) -> str:
    """Who may show the chat in a frame: the brand's own site, and where its storefront is reached; never all shops."""
    sites = {_origin(home.brand.site), _origin(home.base_url)}
    return " ".join(["'self'", *sorted(site for site in sites if site)])


def colour_sheet(colours: Mapping[str, str]) -> str:
    """The brand's custom properties as CSS. What is not plainly a colour or a length is left out: it is a stranger's text."""
    rows = [f"{name}: {value};" for name, value in colours.items() if _PROPERTY.fullmatch(name) and _COLOUR.fullmatch(value)]
    return ":root { " + " ".join(rows) + " }\n"


def _origin(url: str) -> str:
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}" if parts.scheme in ("http", "https") and parts.netloc else ""


def _file(folders: tuple[Path, ...], name: str) -> Response:
    if _NAME.fullmatch(name) and ".." not in name:
        for folder in folders:
            path = folder / name
            if path.suffix in _TYPES and path.is_file():
                body = path.read_bytes()
                tag = hashlib.sha256(body).hexdigest()[:16]
                return Response(body, headers={"Content-Type": _TYPES[path.suffix], "ETag": f'"{tag}"', **_cached(300)})
    raise Refused(404, "not_found", "There is nothing at this address.")


def _cached(seconds: int) -> dict[str, str]:
    return {"Cache-Control": f"public, max-age={seconds}"}
