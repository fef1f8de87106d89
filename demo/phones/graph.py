"""Meta's Graph API as far as messages go: what a request must look like, and the words of each refusal.

Shapes and codes: WhatsApp Business Platform, Cloud API, "Messages" and "Error codes".
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any, TypeAlias

from fastapi.responses import JSONResponse

TEXT_MOST, BODY_MOST, TITLE_MOST, ROW_MOST, DESCRIPTION_MOST = 4096, 1024, 20, 24, 72
CALLBACK_MOST = 512


class GraphError(Exception):
    """An error as the Graph API words it."""

    def __init__(self, status: int, code: int, message: str, details: str = "", *, type_: str = "OAuthException", subcode: int = 0) -> None:
        super().__init__(message)
        self.status, self.code, self.message, self.details, self.type, self.subcode = status, code, message, details, type_, subcode

    def answer(self) -> JSONResponse:
        error: dict[str, Any] = {"message": self.message, "type": self.type, "code": self.code, "fbtrace_id": "AbCdEfGhIjKlMnOpQrStUvW"}
        if self.details:
            error["error_data"] = {"messaging_product": "whatsapp", "details": self.details}
        if self.subcode:
            error["error_subcode"] = self.subcode
        return JSONResponse({"error": error}, status_code=self.status)


TOKEN = GraphError(401, 190, "Invalid OAuth access token - Cannot parse access token")
NOT_JSON = GraphError(400, 100, "(#100) The parameter messaging_product is required.")
THROUGHPUT = GraphError(
    400, 130429, "(#130429) Rate limit hit", "Message failed to send because there were too many messages sent from this number."
)
ACCOUNT_RATE = GraphError(400, 80007, "(#80007) Rate limit issues", "The WhatsApp Business Account has reached its rate limit.")
WINDOW = GraphError(
    400,
    131047,
    "(#131047) Re-engagement message",
    "Message failed to send because more than 24 hours have passed since the customer last replied to this number.",
)
UNDELIVERABLE = GraphError(400, 131026, "(#131026) Message undeliverable", "Message undeliverable.")
BROKEN = GraphError(500, 131000, "(#131000) Something went wrong", "Something went wrong.")


def unknown_number(given: str) -> GraphError:
    return GraphError(
        400,
        100,
        f"Unsupported post request. Object with ID '{given}' does not exist, cannot be loaded due to missing permissions, "
        "or does not support this operation",
        type_="GraphMethodException",
        subcode=33,
    )


def missing(name: str) -> GraphError:
    return GraphError(400, 131008, "(#131008) Required parameter is missing", f"Parameter {name} is required.")


def invalid(details: str) -> GraphError:
    return GraphError(400, 131009, "(#131009) Parameter value is not valid", details)


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """A request that is in order."""

    to: str
    """E.164."""
    kind: str
    text: str
    buttons: tuple[tuple[str, str], ...] = ()
    rows: tuple[str, ...] = ()
    opener: str = ""
    link: tuple[str, str] | None = None
    ref: str | None = None


Templates: TypeAlias = Mapping[tuple[str, str], str]
"""(name, language) → the approved body, with `{{1}}` where its values go."""


def read(body: Any, templates: Templates) -> Asked:
    """The message that is asked for. Raises GraphError in Meta's words."""
    if not isinstance(body, dict) or body.get("messaging_product") != "whatsapp":
        raise NOT_JSON
    digits = str(body.get("to", "")).removeprefix("+")
    if not (digits.isascii() and digits.isdigit() and 7 <= len(digits) <= 15):
        raise missing("to") if not digits else invalid("Parameter to is not a valid phone number.")
    ref = body.get("biz_opaque_callback_data")
    if ref is not None and not (isinstance(ref, str) and len(ref) <= CALLBACK_MOST):
        raise invalid(f"biz_opaque_callback_data must be a string of at most {CALLBACK_MOST} characters.")
    kind = body.get("type", "text")
    held = body.get(kind)
    if not isinstance(held, dict):
        raise missing(str(kind))
    match kind:
        case "text":
            return Asked(to=f"+{digits}", kind="text", text=_words(held.get("body"), "text.body", TEXT_MOST), ref=ref)
        case "interactive":
            return _interactive(f"+{digits}", held, ref)
        case "template":
            return Asked(to=f"+{digits}", kind="template", text=_template(held, templates), ref=ref)
        case _:
            raise invalid(f"type {kind!r} is not known here.")


def _interactive(to: str, held: Mapping[str, Any], ref: str | None) -> Asked:
    kind, action = held.get("type"), _object(held.get("action"), "interactive.action")
    said = _object(held.get("body"), "interactive.body").get("text")
    match kind:
        case "button":
            replies = [_object(_object(one, "button").get("reply"), "reply") for one in _some(action.get("buttons"), "buttons", 3)]
            buttons = tuple((_id(one, 256), _words(one.get("title"), "Button title", TITLE_MOST)) for one in replies)
            _distinct([title for _, title in buttons], "Button title")
            _distinct([id_ for id_, _ in buttons], "Button id")
            return Asked(to=to, kind="button", text=_words(said, "body.text", BODY_MOST), buttons=buttons, ref=ref)
        case "list":
            sections = [_object(one, "section") for one in _some(action.get("sections"), "sections", 10)]
            rows = [_object(row, "row") for section in sections for row in _some(section.get("rows"), "rows", 10)]
            if len(rows) > 10:
                raise invalid("Total row count exceed max allowed count: 10.")
            buttons = tuple((_id(row, 200), _words(row.get("title"), "Row title", ROW_MOST)) for row in rows)
            _distinct([id_ for id_, _ in buttons], "Row id")
            notes = tuple(_words(row["description"], "Row description", DESCRIPTION_MOST) if row.get("description") else "" for row in rows)
            opener = _words(action.get("button"), "action.button", TITLE_MOST)
            return Asked(to=to, kind="list", text=_words(said, "body.text", TEXT_MOST), buttons=buttons, rows=notes, opener=opener, ref=ref)
        case "cta_url":
            if action.get("name") != "cta_url":
                raise invalid("action.name must be cta_url.")
            given = _object(action.get("parameters"), "action.parameters")
            url = _words(given.get("url"), "url", 2000)
            if not url.startswith(("http://", "https://")):
                raise invalid("url is not a valid URL.")
            label = _words(given.get("display_text"), "display_text", TITLE_MOST)
            return Asked(to=to, kind="cta_url", text=_words(said, "body.text", BODY_MOST), link=(label, url), ref=ref)
        case _:
            raise invalid(f"interactive type {kind!r} is not known here.")


def _template(held: Mapping[str, Any], templates: Templates) -> str:
    name, code = str(held.get("name", "")), str(_object(held.get("language"), "template.language").get("code", ""))
    approved = templates.get((name, code.partition("_")[0]))
    if approved is None:
        raise GraphError(
            404,
            132001,
            "(#132001) Template name does not exist in the translation",
            f"template name ({name}) does not exist in {code or 'no language'}",
        )
    values: list[str] = []
    for component in held.get("components", []):
        if component.get("type") == "body":
            values = [str(one.get("text", "")) for one in component.get("parameters", [])]
    wanted = approved.count("{{")
    if len(values) != wanted:
        raise GraphError(
            400,
            132000,
            "(#132000) Number of parameters does not match the expected number of params",
            f"body: number of localizable_params ({len(values)}) does not match the expected number of params ({wanted})",
        )
    for place, value in enumerate(values, 1):
        if not value or any(sign in value for sign in "\n\t") or "     " in value:
            raise GraphError(
                400,
                132018,
                "(#132018) There was an issue with the parameters in your template",
                "Param text cannot have new-line/tab characters or more than 4 consecutive spaces",
            )
        approved = approved.replace(f"{{{{{place}}}}}", value)
    if len(approved) > BODY_MOST:
        raise GraphError(400, 132005, "(#132005) Translated text too long", f"Translated text is longer than {BODY_MOST} characters")
    return approved


def _words(value: Any, name: str, most: int) -> str:
    if not isinstance(value, str) or not value.strip():
        raise missing(name)
    if len(value) > most:
        raise invalid(f"{name} length invalid. Min length: 1, Max length: {most}")
    return value


def _id(held: Mapping[str, Any], most: int) -> str:
    value = _words(held.get("id"), "id", most)
    if value != value.strip():
        raise invalid("id must not begin or end with a blank.")
    return value


def _object(value: Any, name: str) -> Mapping[str, Any]:
    if not isinstance(value, dict):
        raise missing(name)
    return value


def _some(value: Any, name: str, most: int) -> list[Any]:
    if not isinstance(value, list) or not value:
        raise missing(name)
    if len(value) > most:
        raise invalid(f"Invalid {name} count. Min allowed {name}: 1, Max allowed {name}: {most}")
    return value


def _distinct(values: Collection[str], name: str) -> None:
    if len(set(values)) < len(values):
        raise invalid(f"Duplicated {name}.")
