"""A file beside a policy that states, corrects or removes rules in plain keys: `returns.rules.yaml`."""

import re
from collections.abc import Sequence
from dataclasses import replace
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import Annotated, Any, Literal
from zoneinfo import ZoneInfo

import yaml
from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError, model_validator

from knowledge.compile.ids import rule_id
from knowledge.document import Document
from knowledge.terms import (
    CANCELS,
    EDITS,
    EVERY_CHANGE,
    AddItems,
    Body,
    ChangeKind,
    CutOff,
    Exclusion,
    HandOffWhen,
    PartialShipment,
    Permit,
    RefundMethod,
    RefundTime,
    RestockingFee,
    ReturnPeriod,
    Rule,
    RuleId,
    Scope,
    Source,
    Stage,
    Window,
)

_GROUPS = {"edits": EDITS, "cancels": CANCELS, "all": EVERY_CHANGE}
_LENGTH = re.compile(r"(\d+(?:\.\d+)?) ?(m|min|minutes?|h|hours?|d|days?|weeks?)")
_MINUTES = {"m": 1, "h": 60, "d": 1440, "w": 10080}


class SidecarError(ValueError):
    """A rules file that cannot be used. The message names the file, the place in it, what is wrong and how to mend it."""


def _changes(value: object) -> object:
    """`edits`, `cancels`, `all` or a list of kinds."""
    names = [value] if isinstance(value, str) else value
    if not isinstance(names, (list, tuple)):
        return value
    out: set[object] = set()
    for name in names:
        out |= _GROUPS.get(str(name), frozenset({name}))
    return frozenset(out)


def _length(value: object) -> object:
    if isinstance(value, timedelta):
        return value
    hit = _LENGTH.fullmatch(str(value).strip().lower())
    if hit is None:
        raise ValueError("write a length of time as in `60 minutes`, `2 hours` or `3 days`")
    return timedelta(minutes=float(hit[1]) * _MINUTES[hit[2][0]])


def _clock(value: object) -> object:
    """YAML reads an unquoted 14:00 as the number 840: taken back to the hour it was."""
    return time(value // 60, value % 60) if isinstance(value, int) and not isinstance(value, bool) and 0 <= value < 1440 else value


def _texts(value: object) -> object:
    return frozenset({value}) if isinstance(value, str) else value


Changes = Annotated[frozenset[ChangeKind], BeforeValidator(_changes)]
Length = Annotated[timedelta, BeforeValidator(_length)]
Hour = Annotated[time, BeforeValidator(_clock)]
Texts = Annotated[frozenset[str], BeforeValidator(_texts)]


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class CutOffKeys(_Strict):
    at: Hour
    zone: str | None = None
    day: Literal["same_day", "next_day", "next_working_day"] = "same_day"
    working_days: bool = False

    @model_validator(mode="after")
    def _zone_exists(self) -> "CutOffKeys":
        if self.zone is not None:
            try:
                ZoneInfo(self.zone)
            except (KeyError, ValueError, OSError) as error:
                raise ValueError(f"no time zone {self.zone!r}; write one such as Europe/Paris") from error
        return self


class WindowKeys(_Strict):
    changes: Changes
    within: Length | None = None
    until: Stage | None = None
    cut_off: CutOffKeys | None = None
    before_release: Length | None = None

    @model_validator(mode="after")
    def _bounded(self) -> "WindowKeys":
        if self.within is None and self.until is None and self.cut_off is None and self.before_release is None:
            raise ValueError("give at least one of within, until, cut_off, before_release; without a bound it is a permit")
        return self


class PermitKeys(_Strict):
    changes: Changes
    options: frozenset[Literal["size", "colour", "quantity_up", "quantity_down", "same_country"]] = frozenset()


class ExclusionKeys(_Strict):
    changes: Changes = frozenset()
    returns: bool = False


class FeeKeys(_Strict):
    percent: Decimal | None = Field(default=None, ge=0, le=100)
    amount: Decimal | None = Field(default=None, ge=0)
    currency: str | None = Field(default=None, pattern=r"^[A-Z]{3}$")
    cap: Decimal | None = Field(default=None, ge=0)
    on: frozenset[Literal["cancel", "return"]] = frozenset({"cancel", "return"})
    after: Stage | None = None

    @model_validator(mode="before")
    @classmethod
    def _on_is_a_word(cls, data: Any) -> Any:
        """YAML 1.1 reads the bare key `on` as true."""
        if isinstance(data, dict) and True in data:
            data = {("on" if key is True else key): value for key, value in data.items()}
        return data


class RefundTimeKeys(_Strict):
    low: int = Field(ge=0)
    high: int = Field(ge=0)
    unit: Literal["days", "working_days", "weeks", "hours"] = "days"
    leg: Literal["issue", "bank", "total"] = "total"


class RefundMethodKeys(_Strict):
    methods: frozenset[Literal["original", "store_credit", "gift_card"]]


class PartialKeys(_Strict):
    open_lines: bool


class AddKeys(_Strict):
    allowed: bool
    within: Length | None = None
    advice: Literal["new_order", "support", "none"] = "none"
    until: Stage | None = None


class HandOffKeys(_Strict):
    changes: Changes = frozenset()
    words: Texts = frozenset()


class ReturnKeys(_Strict):
    within: Length
    exchange: bool = False


class ScopeKeys(_Strict):
    product_tags: Texts = frozenset()
    product_types: Texts = frozenset()
    titles: Texts = frozenset()
    vendors: Texts = frozenset()
    pre_order: bool = False
    personalised: bool = False
    final_sale: bool = False
    digital: bool = False
    gift_card: bool = False
    order_tags: Texts = frozenset()
    customer_tags: Texts = frozenset()
    shipping_methods: Texts = frozenset()
    countries: Texts = frozenset()
    not_countries: Texts = frozenset()
    b2b: bool = False
    discounted: bool = False
    total_from: Decimal | None = None
    total_below: Decimal | None = None
    not_product: "ScopeKeys | None" = None

    def scope(self) -> Scope:
        values = {name: getattr(self, name) for name in type(self).model_fields if name != "not_product"}
        return Scope(**values, not_product=self.not_product.scope() if self.not_product else None)


class StatedRule(_Strict):
    """One rule in plain keys: exactly one body, the words it stands on, and what it reaches."""

    quote: str = Field(min_length=3)
    instead_of: tuple[str, ...] = ()
    window: WindowKeys | None = None
    permit: PermitKeys | None = None
    exclusion: ExclusionKeys | None = None
    restocking_fee: FeeKeys | None = None
    refund_time: RefundTimeKeys | None = None
    refund_method: RefundMethodKeys | None = None
    partial_shipment: PartialKeys | None = None
    add_items: AddKeys | None = None
    hand_off: HandOffKeys | None = None
    return_period: ReturnKeys | None = None
    scope: ScopeKeys = ScopeKeys()
    approved: bool | None = None
    valid_from: datetime | date | None = None
    valid_until: datetime | date | None = None

    @model_validator(mode="after")
    def _one_body(self) -> "StatedRule":
        if sum(getattr(self, name) is not None for name in BODIES) != 1:
            raise ValueError(f"give exactly one of {', '.join(BODIES)}")
        return self

    def body(self, zone: str) -> Body:
        """The rule's body; an hour without a zone is in the brand's."""
        if self.window is not None:
            keys = self.window
            cut = keys.cut_off
            cut_off = CutOff(at=cut.at, zone=cut.zone or zone, day=cut.day, working_days=cut.working_days) if cut else None
            return Window(changes=keys.changes, within=keys.within, until=keys.until, cut_off=cut_off, before_release=keys.before_release)
        for name, make in _MAKERS.items():
            keys_of = getattr(self, name)
            if keys_of is not None:
                body: Body = make(**{field: getattr(keys_of, field) for field in type(keys_of).model_fields})
                return body
        raise AssertionError("a stated rule has one body")


_MAKERS: dict[str, Any] = {
    "permit": Permit,
    "exclusion": Exclusion,
    "restocking_fee": RestockingFee,
    "refund_time": RefundTime,
    "refund_method": RefundMethod,
    "partial_shipment": PartialShipment,
    "add_items": AddItems,
    "hand_off": HandOffWhen,
    "return_period": ReturnPeriod,
}
BODIES = ("window", *_MAKERS)


class Sidecar(_Strict):
    """What a rules file says."""

    approved: bool | None = None
    """For every rule of the document; a rule's own `approved` comes first."""
    remove: tuple[str, ...] = ()
    """Ids of proposed rules that are wrong and have no successor."""
    rules: tuple[StatedRule, ...] = ()
    name: str = Field(default="rules", exclude=True)

    def applied(self, rules: Sequence[Rule], copies: Sequence[Document], *, approved: bool, zone: str) -> list[Rule]:
        """The rules with this file's say.

        copies: the language copies of the document the file stands beside.
        Raises `SidecarError` for a quote that is not in them and for an id that is not among the rules.
        """
        document = next(iter(copies), None)
        if document is None:
            raise SidecarError(f"{self.name}: there is no document of this name; put the file beside the policy it speaks of")
        counts = self.approved if self.approved is not None else approved
        gone = {*self.remove, *(one for rule in self.rules for one in rule.instead_of)}
        known = {str(rule.id) for rule in rules if rule.source.document == document.id}
        for one in sorted(gone - known):
            raise SidecarError(f"{self.name}: no rule {one!r} in {document.id!r}; its rules are {', '.join(sorted(known)) or 'none'}")
        kept = [rule for rule in rules if str(rule.id) not in gone]
        stated = [self._rule(place, rule, copies, counts=counts, zone=zone) for place, rule in enumerate(self.rules)]
        ids = {rule.id for rule in stated}
        return [rule for rule in kept if rule.id not in ids] + stated

    def _rule(self, place: int, stated: StatedRule, copies: Sequence[Document], *, counts: bool, zone: str) -> Rule:
        source = source_of(stated.quote, copies)
        if source is None:
            raise SidecarError(
                f"{self.name}: rules[{place}].quote: these words are not in {copies[0].id!r}: {stated.quote!r}; "
                "copy them from the policy exactly as they stand there"
            )
        body, scope = stated.body(zone), stated.scope.scope()
        rule = Rule(
            id=RuleId(rule_id(source.document, body, scope)),
            source=source,
            body=body,
            scope=scope,
            approved=counts if stated.approved is None else stated.approved,
            valid_from=_moment(stated.valid_from, zone),
            valid_until=_moment(stated.valid_until, zone),
            stated=True,
        )
        if rule.valid_from is not None and rule.valid_until is not None and rule.valid_from >= rule.valid_until:
            raise SidecarError(f"{self.name}: rules[{place}]: valid_until must be later than valid_from")
        return replace(rule)


def source_of(quote: str, copies: Sequence[Document]) -> Source | None:
    """Where the exact words stand, or None."""
    for document in copies:
        for clause in document.clauses:
            if quote in clause.text:
                return Source(document=document.id, clause=clause.id, quote=quote, locale=clause.locale, version=clause.version)
    return None


def _moment(value: datetime | date | None, zone: str) -> datetime | None:
    """A date is its first moment in the brand's zone; an hour without a zone is in it too."""
    if value is None:
        return None
    if not isinstance(value, datetime):
        value = datetime.combine(value, time(0), ZoneInfo(zone))
    return value if value.tzinfo is not None else value.replace(tzinfo=ZoneInfo(zone))


def read_sidecar(text: str, name: str = "rules") -> Sidecar:
    """Read a rules file's text.

    name: the file's name, for the error message.
    Raises `SidecarError` naming the place (`rules[2].window.within`), what is wrong and how to mend it.
    """
    try:
        data = yaml.safe_load(text)
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        where = f" line {mark.line + 1}" if mark is not None else ""
        raise SidecarError(f"{name}:{where} is not readable YAML: {getattr(error, 'problem', error)}") from error
    if data is None:
        data = {}
    if not isinstance(data, dict):
        raise SidecarError(f"{name}: write keys such as `rules:` and `remove:`, not {type(data).__name__}")
    try:
        return Sidecar.model_validate({**data, "name": name})
    except ValidationError as error:
        raise SidecarError("; ".join(f"{name}: {_place(one['loc'])}: {_problem(one)}" for one in error.errors()[:5])) from error


def _place(loc: tuple[int | str, ...]) -> str:
    place = ""
    for step in loc:
        place += f"[{step}]" if isinstance(step, int) else f".{step}" if place else step
    return place or "the file"


def _problem(error: Any) -> str:
    if error["type"] == "extra_forbidden":
        return "this key is not known; see the list of keys in knowledge/compile/README.md"
    return str(error["msg"]).removeprefix("Value error, ")


__all__ = ["BODIES", "Sidecar", "SidecarError", "StatedRule", "read_sidecar", "source_of"]
