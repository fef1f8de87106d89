"""How the Hub's pages are put together: template, language, security headers."""

from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import quote

from babel import negotiate_locale
from fastapi import Request
from fastapi.responses import HTMLResponse
from jinja2 import Environment, FileSystemLoader, StrictUndefined, select_autoescape

from channels.words import ui, words
from hub.ports import HubHost, HubSession

ICONS = {
    "open": "M12 21a9 9 0 1 0 0-18 9 9 0 0 0 0 18ZM8.5 12.2l2.4 2.4 4.6-5",
    "waiting": "M12 21a9 9 0 1 0 0-18 9 9 0 0 0 0 18ZM12 7.5V12l3 2",
    "shipped": "M3 7h10v9H3zM13 10h4l4 3.5V16h-8zM7 19a2 2 0 1 0 0-4 2 2 0 0 0 0 4ZM17 19a2 2 0 1 0 0-4 2 2 0 0 0 0 4Z",
    "delivered": "M4 11l8-7 8 7v9H4ZM8.5 14.2l2.4 2.3 4.4-4.6",
    "stopped": "M12 21a9 9 0 1 0 0-18 9 9 0 0 0 0 18ZM9 9l6 6M15 9l-6 6",
    "shut": "M12 21a9 9 0 1 0 0-18 9 9 0 0 0 0 18ZM8 12h8",
    "problem": "M12 4 3 20h18ZM12 10v4.5M12 17.3v.2",
    "box": "M4 8l8-4 8 4v8l-8 4-8-4ZM4 8l8 4 8-4M12 12v8",
}
HEADERS = {"Cache-Control": "no-store", "Referrer-Policy": "no-referrer", "X-Content-Type-Options": "nosniff"}


def policy(images: str) -> str:
    """The pages' Content-Security-Policy: nothing inline, nothing from elsewhere but product pictures from `images`."""
    return (
        f"default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' {images}; "
        "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
    )


@cache
def _templates() -> Environment:
    environment = Environment(
        loader=FileSystemLoader(Path(__file__).parent / "templates"), autoescape=select_autoescape(), undefined=StrictUndefined
    )
    environment.filters["path"] = lambda name: quote(name.removeprefix("#"), safe="")
    return environment


def language(request: Request, host: HubHost, session: HubSession) -> str:
    """The page's language: what was chosen, else what the browser prefers among the brand's own, else the brand's first."""
    known = list(host.brand.locales)
    asked = request.query_params.get("locale") or session.locale
    if asked and asked in known:
        return asked
    preferred = [part.split(";")[0].strip() for part in request.headers.get("accept-language", "").split(",") if part.strip()]
    found = negotiate_locale(preferred, known, sep="-")
    return found.split("_")[0] if found else known[0]


def page(host: HubHost, base: str, session: HubSession, locale: str, template: str, status: int = 200, **values: Any) -> HTMLResponse:
    """One page. Every word comes from the catalogue, every value is escaped."""
    html = (
        _templates()
        .get_template(f"{template}.html")
        .render(
            brand=host.brand,
            base=base,
            session=session,
            locale=locale,
            now=host.now(),
            icons=ICONS,
            t=words(locale).say,
            ui=ui(locale, "widget"),
            **values,
        )
    )
    response = HTMLResponse(html, status_code=status, headers={**HEADERS, "Content-Security-Policy": policy(host.image_sources)})
    set_cookie(response, host, session)
    return response


def cookie_name(host: HubHost) -> str:
    """`__Host-` wherever the Hub is reached by https (ASVS 3.3.1); a plain name on a developer's loopback."""
    prefix = "__Host-" if (host.brand.hub_url or "").startswith("https://") else ""
    return f"{prefix}deskbell-hub-{host.brand.id}"


def set_cookie(response: Any, host: HubHost, session: HubSession) -> None:
    """The browser's session cookie; replaced whenever the level changes."""
    name = cookie_name(host)
    response.set_cookie(name, session.token, path="/", httponly=True, samesite="lax", secure=name.startswith("__Host-"), max_age=12 * 3600)
