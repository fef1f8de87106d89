"""The brand and the policies a world file holds, as the app reads them: the shop's part of the file is the shop's affair.

A mistake is an error that names the place, e.g. `policies[2].path: there is no file policies/returns.en.md`.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, time, timedelta
from functools import cache
from pathlib import Path
from typing import Annotated, Any, Literal
from zoneinfo import available_timezones

import yaml
from pydantic import BaseModel, ConfigDict, Field, StrictBool, StrictStr, ValidationError, field_validator, model_validator

from channels.words import LOCALES
from knowledge.brand import Brand, BrandId, Budgets, HubSettings, MailSettings, OfficeHours, SmsSettings, Voice, WhatsAppSettings
from knowledge.document import Document, DocumentId, UnreadableDocument
from knowledge.documents.files import read_file, read_text
from knowledge.terms import ChangeKind

LARGEST = 20_000_000
_DAYS = frozenset({"mon", "tue", "wed", "thu", "fri", "sat", "sun"})
_SPAN = re.compile(r"(\d{1,4})\s*(min|m|h|d)")
_UNITS = {"min": "minutes", "m": "minutes", "h": "hours", "d": "days"}
_zones = cache(available_timezones)
"""Looked up on disk, a thousand files, once."""


class WorldError(ValueError):
    """A world file cannot be used; the message names the file, the place and what to do."""


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class _Hub(_Part):
    active: StrictBool = False
    changes: tuple[ChangeKind, ...] = ()
    increase_quantity: StrictBool = False
    returns: StrictBool = True


class _Handoff(_Part):
    days: tuple[StrictStr, ...] = ("mon", "tue", "wed", "thu", "fri")
    opens: StrictStr = Field(default="09:00", alias="from")
    closes: StrictStr = Field(default="18:00", alias="to")
    reply_within: StrictStr = "4h"

    @field_validator("days")
    @classmethod
    def _known_days(cls, days: tuple[str, ...]) -> tuple[str, ...]:
        for day in days:
            if day not in _DAYS:
                raise ValueError(f"no day {day!r}: write mon, tue, wed, thu, fri, sat or sun")
        return days

    @field_validator("opens", "closes")
    @classmethod
    def _hour(cls, text: str) -> str:
        _clock_time(text)
        return text

    @field_validator("reply_within")
    @classmethod
    def _length(cls, text: str) -> str:
        _span(text)
        return text


_E164 = Annotated[StrictStr, Field(pattern=r"^\+[1-9][0-9]{6,14}$")]


class _Sms(_Part):
    number: _E164
    account: Annotated[StrictStr, Field(pattern=r"^AC[0-9a-fA-F]{32}$")]
    service: Annotated[StrictStr, Field(pattern=r"^MG[0-9a-fA-F]{32}$")] | None = None
    registered: StrictBool = True
    countries: tuple[Annotated[StrictStr, Field(pattern=r"^[1-9][0-9]{0,3}$")], ...] = ()


class _WhatsApp(_Part):
    phone_number_id: Annotated[StrictStr, Field(pattern=r"^[0-9]{5,20}$")]
    number: _E164
    templates: dict[StrictStr, StrictStr] = {}


class _Mail(_Part):
    address: Annotated[StrictStr, Field(pattern=r"^[^@\s]+@[^@\s]+$")]
    authserv_id: StrictStr | None = None
    imap_host: StrictStr | None = None
    imap_port: Annotated[int, Field(ge=1, le=65535)] = 993
    imap_user: StrictStr | None = None
    imap_folder: StrictStr = "INBOX"
    imap_tls: StrictBool = True


class _Budgets(_Part):
    tokens_per_turn: Annotated[int, Field(ge=0)] = 6_000
    tokens_per_contact_day: Annotated[int, Field(ge=0)] = 60_000
    tokens_per_brand_day: Annotated[int, Field(ge=0)] = 2_000_000
    segments_per_contact_hour: Annotated[int, Field(ge=0)] = 20
    segments_per_contact_day: Annotated[int, Field(ge=0)] = 60
    segments_per_brand_day: Annotated[int, Field(ge=0)] = 20_000


class _Voice(_Part):
    tone: Literal["neutral", "professional", "friendly", "playful"] = "friendly"
    persona: StrictStr | None = None
    banned: tuple[StrictStr, ...] = ()
    disclaimer: StrictStr | None = None
    phrases: dict[StrictStr, dict[StrictStr, StrictStr]] = {}


class _Brand(_Part):
    id: Annotated[StrictStr, Field(pattern=r"^[a-z0-9][a-z0-9_-]{0,39}$")]
    name: Annotated[StrictStr, Field(min_length=1, max_length=80)]
    shop: Annotated[StrictStr, Field(pattern=r"^[a-z0-9][a-z0-9-]*\.myshopify\.com$")]
    site: Annotated[StrictStr, Field(pattern=r"^https?://[^\s/]+")]
    currency: Annotated[StrictStr, Field(pattern=r"^[A-Z]{3}$")]
    time_zone: StrictStr
    locales: Annotated[tuple[StrictStr, ...], Field(min_length=1)]
    channels: tuple[Literal["webchat", "sms", "whatsapp", "email"], ...] = ("webchat",)
    sms: _Sms | None = None
    whatsapp: _WhatsApp | None = None
    mail: _Mail | None = None
    budgets: _Budgets = _Budgets()
    all_orders: StrictBool = False
    hub: _Hub = _Hub()
    handoff: _Handoff = _Handoff()
    contact_email: StrictStr | None = None
    whatsapp_sender_proves: StrictBool = True
    hub_proof: Literal["code", "account"] = "code"
    hub_url: StrictStr | None = None
    voice: _Voice = _Voice()
    colours: dict[StrictStr, StrictStr] = {}

    @field_validator("time_zone")
    @classmethod
    def _known_zone(cls, zone: str) -> str:
        if zone not in _zones():
            raise ValueError(f"no time zone {zone!r}: write an IANA name, e.g. Europe/Paris")
        return zone

    @field_validator("locales")
    @classmethod
    def _spoken(cls, locales: tuple[str, ...]) -> tuple[str, ...]:
        for locale in locales:
            if locale.split("-")[0] not in LOCALES:
                raise ValueError(f"no catalogue for {locale!r}: the agent speaks {', '.join(LOCALES)}")
        return locales


class _Policy(_Part):
    id: Annotated[StrictStr, Field(min_length=1, max_length=120)]
    locale: StrictStr
    title: StrictStr | None = None
    text: StrictStr | None = None
    path: StrictStr | None = None
    rules: StrictStr | None = None
    approved: StrictBool = True
    changed: datetime | None = None

    @model_validator(mode="after")
    def _one_source(self) -> "_Policy":
        if (self.text is None) == (self.path is None):
            raise ValueError("give either text or path")
        return self


class _Head(BaseModel):
    """Only our part of the file."""

    model_config = ConfigDict(extra="ignore", frozen=True)
    clock: StrictStr | None = None
    brand: _Brand
    policies: tuple[_Policy, ...] = ()

    @field_validator("clock")
    @classmethod
    def _aware(cls, text: str | None) -> str | None:
        if text is not None and datetime.fromisoformat(text).tzinfo is None:
            raise ValueError("a time needs its offset, e.g. 2026-11-20T15:00:00+01:00")
        return text


@dataclass(frozen=True, slots=True, kw_only=True)
class WorldBrand:
    """What the app takes from a world file."""

    brand: Brand
    documents: tuple[Document, ...]
    drafts: frozenset[tuple[DocumentId, str]]
    """(document, locale) whose rules stay drafts."""
    sidecars: Mapping[DocumentId, Path]
    clock: datetime | None

    def counts(self, document: Document) -> bool:
        """Whether the rules compiled from this document count at once."""
        return (document.id, document.locale) not in self.drafts


def read_world_brand(path: Path) -> WorldBrand:
    """The brand and policies of the world file at `path`. Raises WorldError."""
    head = _head(path)
    brand = _brand(head.brand)
    clock = datetime.fromisoformat(head.clock) if head.clock else None
    documents: list[Document] = []
    drafts: set[tuple[DocumentId, str]] = set()
    sidecars: dict[DocumentId, Path] = {}
    for place, policy in enumerate(head.policies):
        document = _said(path, place, policy)
        if any(document.id == other.id and document.locale == other.locale for other in documents):
            raise WorldError(
                f"{path.name}: policies[{place}]: {document.id!r} in {document.locale!r} is given twice. Give each id and locale once."
            )
        documents.append(document)
        if not policy.approved:
            drafts.add((document.id, document.locale))
        if policy.rules is not None:
            sidecars[document.id] = _beside(path, f"policies[{place}].rules", policy.rules)
    return WorldBrand(brand=brand, documents=tuple(documents), drafts=frozenset(drafts), sidecars=sidecars, clock=clock)


def _head(path: Path) -> _Head:
    try:
        if path.stat().st_size > LARGEST:
            raise WorldError(f"{path}: is larger than {LARGEST // 1_000_000} MB. Split the world, or give policies by path.")
        text = path.read_text(encoding="utf-8")
    except OSError as error:
        raise WorldError(f"{path}: cannot be opened ({error.strerror}). Check the path.") from error
    except UnicodeDecodeError as error:
        raise WorldError(f"{path}: is not UTF-8 text (byte {error.start}). Save it as UTF-8.") from error
    try:
        loader: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
        value = yaml.load(text, Loader=loader)
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        where = f" at line {mark.line + 1}, column {mark.column + 1}" if mark else ""
        raise WorldError(f"{path.name}: is not YAML{where}. Check indentation, quotes and colons there.") from error
    if not isinstance(value, dict):
        raise WorldError(f"{path.name}: must hold keys such as `brand` and `policies`.")
    try:
        return _Head.model_validate(value)
    except ValidationError as error:
        first = error.errors()[0]
        raise WorldError(f"{path.name}: {_place(first['loc'])}: {_plain(first)}") from error


def _said(path: Path, place: int, policy: _Policy) -> Document:
    where = f"policies[{place}]"
    try:
        if policy.text is not None:
            return read_text(
                policy.text, id=policy.id, locale=policy.locale, title=policy.title, source=policy.id, changed_at=policy.changed
            )
        found = read_file(_beside(path, f"{where}.path", policy.path or ""), locale=policy.locale, changed_at=policy.changed)
    except UnreadableDocument as error:
        raise WorldError(f"{path.name}: {where}: {error}") from error
    return _renamed(found, policy)


def _renamed(found: Document, policy: _Policy) -> Document:
    """The file's words under the id, locale and title that the world gives them."""
    id_, locale, title = DocumentId(policy.id), policy.locale, policy.title or found.title
    if (id_, locale, title) == (found.id, found.locale, found.title):
        return found
    prefix = f"{found.id}"
    clauses = tuple(
        replace(
            clause,
            id=type(clause.id)(str(clause.id).replace(prefix, str(id_), 1)),
            document=id_,
            locale=locale,
            title=clause.title.replace(found.title, title, 1),
        )
        for clause in found.clauses
    )
    return replace(found, id=id_, locale=locale, title=title, clauses=clauses)


def _beside(path: Path, where: str, name: str) -> Path:
    """A file named relative to the world file. Raises WorldError when it is not there."""
    found = path.parent / name
    if not found.is_file():
        raise WorldError(f"{path.name}: {where}: there is no file {name!r} beside the world file. Check the path.")
    return found


def _brand(given: _Brand) -> Brand:
    return Brand(
        id=BrandId(given.id),
        name=given.name,
        shop=given.shop,
        site=given.site.rstrip("/"),
        currency=given.currency,
        time_zone=given.time_zone,
        locales=given.locales,
        channels=frozenset(given.channels),
        sms=None if given.sms is None else SmsSettings(**given.sms.model_dump()),
        whatsapp=None if given.whatsapp is None else WhatsAppSettings(**given.whatsapp.model_dump()),
        mail=None if given.mail is None else MailSettings(**given.mail.model_dump()),
        budgets=Budgets(**given.budgets.model_dump()),
        all_orders=given.all_orders,
        whatsapp_sender_proves=given.whatsapp_sender_proves,
        hub_proof=given.hub_proof,
        hub=HubSettings(
            active=given.hub.active,
            changes=frozenset(given.hub.changes),
            increase_quantity=given.hub.increase_quantity,
            returns=given.hub.returns,
        ),
        handoff=OfficeHours(
            days=frozenset(given.handoff.days),
            opens=_clock_time(given.handoff.opens),
            closes=_clock_time(given.handoff.closes),
            reply_within=_span(given.handoff.reply_within),
        ),
        voice=Voice(
            tone=given.voice.tone,
            persona=given.voice.persona,
            banned=given.voice.banned,
            disclaimer=given.voice.disclaimer,
            phrases=given.voice.phrases,
        ),
        colours=given.colours,
        contact_email=given.contact_email,
        hub_url=given.hub_url,
    )


_CHANNEL_PARTS: Mapping[str, tuple[type[_Part], type[Any]]] = {
    "sms": (_Sms, SmsSettings),
    "whatsapp": (_WhatsApp, WhatsAppSettings),
    "mail": (_Mail, MailSettings),
}


def read_channel(name: str, given: Mapping[str, Any]) -> SmsSettings | WhatsAppSettings | MailSettings:
    """One channel's settings, held to what a world file may say. name: `sms`, `whatsapp` or `mail`. Raises pydantic.ValidationError."""
    part, kind = _CHANNEL_PARTS[name]
    settings: SmsSettings | WhatsAppSettings | MailSettings = kind(**part.model_validate(dict(given)).model_dump())
    return settings


def _clock_time(text: str) -> time:
    try:
        return time.fromisoformat("00:00" if text == "24:00" else text)
    except ValueError as error:
        raise ValueError(f"{text!r} is not an hour: write e.g. 09:00") from error


def _span(text: str) -> timedelta:
    found = _SPAN.fullmatch(text.strip())
    if found is None:
        raise ValueError(f"{text!r} is not a length of time: write e.g. 30min, 4h or 2d")
    return timedelta(**{_UNITS[found.group(2)]: int(found.group(1))})


def _place(loc: tuple[int | str, ...]) -> str:
    words = ""
    for part in loc:
        words += f"[{part}]" if isinstance(part, int) else f".{part}" if words else str(part)
    return words or "file"


def _plain(error: Any) -> str:
    kinds: dict[str, Callable[[], str]] = {
        "missing": lambda: "is missing",
        "extra_forbidden": lambda: "is not a key of a world file; check its spelling",
    }
    return kinds.get(error["type"], lambda: str(error["msg"]).removeprefix("Value error, "))()
