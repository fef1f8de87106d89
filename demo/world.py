"""Reading a world file: one brand, its shop and one moment, or a plain word about where the file is wrong.

load_world(Path("brand.yaml"))  ->  World        raises WorldError: orders[2].lines[0].sku: no variant "X"; known: LS-BL-M, TOTE
"""

import difflib
import inspect
import typing
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml
from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from demo.world_parts import SHIPPED_STATES, Line, Order, Product, Units, World

__all__ = ["Fault", "World", "WorldError", "check_world", "load_world", "world_from"]

MOST_FAULTS = 20
"""A file with a systematic mistake would otherwise print thousands of lines."""


FORMS = {
    "phone": 'write it with its country, e.g. "+12025550123"',
    "email": "write an address, e.g. ana@example.com",
    "shop": "write it as northbay.myshopify.com, small letters",
    "site": "write an address, e.g. https://northbay.example.com",
    "currency": "write three capital letters, e.g. EUR",
    "country": "write two capital letters, e.g. FR",
    "id": "write small letters, digits, - and _",
    "from": 'write a time of day, e.g. "09:00"',
    "to": 'write a time of day, e.g. "18:00"',
    "reply_within": "write a duration, e.g. 4h or 30m",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """One mistake in a world file and the place it stands, e.g. `orders[2].lines[0].sku`."""

    place: str
    problem: str

    def __str__(self) -> str:
        return f"{self.place}: {self.problem}" if self.place else self.problem


class WorldError(Exception):
    """A world file is wrong. `faults` names each place; the text holds the first twenty."""

    def __init__(self, faults: Sequence[Fault]) -> None:
        self.faults = tuple(faults)
        shown = [str(fault) for fault in self.faults[:MOST_FAULTS]]
        if len(self.faults) > MOST_FAULTS:
            shown.append(f"… and {len(self.faults) - MOST_FAULTS} more")
        super().__init__("\n".join(shown))


def load_world(source: Path | str) -> World:
    """A world from a file, or from YAML or JSON text (a string with a line break or a brace is text).

    Paths of policies are read relative to the file; in text, relative to the working directory.
    Raises WorldError with every place that is wrong.
    """
    if isinstance(source, Path) or ("\n" not in source and "{" not in source):
        path = Path(source)
        try:
            text, base = path.read_text(encoding="utf-8"), path.parent
        except (OSError, UnicodeDecodeError) as error:
            raise WorldError([Fault(place="", problem=f"cannot read {path}: {error}")]) from error
    else:
        text, base = source, Path()
    return world_from(_parse(text), base=base)


def world_from(data: object, *, base: Path = Path()) -> World:
    """A world from a parsed file. Raises WorldError."""
    if not isinstance(data, Mapping):
        raise WorldError([Fault(place="", problem="a world file is a mapping with clock, brand, policies, products, customers and orders")])
    try:
        world = World.model_validate(data)
    except ValidationError as error:
        raise WorldError([_fault(each) for each in error.errors(include_url=False)]) from None
    check_world(world, base=base)
    return world


def check_world(world: World, *, base: Path = Path()) -> None:
    """Do the parts fit together: ids once, references known, units add up? Raises WorldError."""
    faults = [*_products(world), *_customers(world), *_policies(world, base), *_orders(world)]
    if faults:
        raise WorldError(faults)


class _Loader(getattr(yaml, "CSafeLoader", yaml.SafeLoader)):  # type: ignore[misc]  # the C one where libyaml is there, ten times faster
    """YAML that does not let the second of two equal keys win in silence."""

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Any, Any]:
        keys = [key.value for key, _ in node.value if key.tag == "tag:yaml.org,2002:str"]
        if len(set(keys)) != len(keys):
            twice = next(key for key, count in Counter(keys).items() if count > 1)
            line = node.start_mark.line + 1
            raise WorldError([Fault(place=f"line {line}", problem=f"the key {twice!r} stands twice in one mapping")])
        mapping: dict[Any, Any] = super().construct_mapping(node, deep=deep)
        return mapping


def _parse(text: str) -> object:
    try:
        return yaml.load(text, Loader=_Loader)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark
        place = f"line {mark.line + 1}, column {mark.column + 1}" if mark else ""
        raise WorldError([Fault(place=place, problem=f"not YAML: {error.problem}")]) from None
    except (yaml.YAMLError, ValueError, RecursionError) as error:
        raise WorldError([Fault(place="", problem=f"not YAML: {error}")]) from None


def _place(loc: Iterable[int | str]) -> str:
    place = ""
    for step in loc:
        if isinstance(step, int):
            place += f"[{step}]"
        elif not _is_branch(step):
            place += f".{step}" if place else step
    return place


def _is_branch(step: str) -> bool:
    """Pydantic names the member of a union it tried (`bool`, `literal[…]`, `function-before[…]`): no key of ours."""
    return step in {"bool", "str", "constrained-str", "Discount", "Terms"} or "[" in step


def _fault(error: ErrorDetails) -> Fault:
    loc = error["loc"]
    given = error.get("input")
    match error["type"]:
        case "extra_forbidden":
            known = _known_keys(loc[:-1])
            near = difflib.get_close_matches(str(loc[-1]), known, n=1)
            hint = f"did you mean {near[0]!r}?" if near else f"known: {', '.join(known)}"
            problem = f"unknown key {loc[-1]!r}; {hint}"
        case "missing":
            problem = "is missing"
        case "string_type" if isinstance(given, int | float | bool) or hasattr(given, "isoformat"):
            problem = f"{given!s} is not text here: put it in quotes"
        case "timezone_aware":
            problem = 'a time needs an offset: write e.g. "2026-11-20T14:40:00+01:00"'
        case "literal_error":
            problem = f'no such value "{given}"; known: {(error.get("ctx") or {}).get("expected", "")}'
        case "string_pattern_mismatch":
            problem = f"{given!r} does not fit: {FORMS.get(str(loc[-1]), error['msg'])}"
        case "value_error":
            problem = error["msg"].removeprefix("Value error, ")
        case _:
            problem = f"{error['msg']} (given: {given!r:.80})" if given is not None else error["msg"]
    return Fault(place=_place(loc), problem=problem)


def _known_keys(loc: Sequence[int | str]) -> list[str]:
    model: type[BaseModel] | None = World
    for step in loc:
        if isinstance(step, str) and model is not None and not _is_branch(step):
            field = next((f for name, f in model.model_fields.items() if step in (name, f.alias)), None)
            model = next(_models(field.annotation), None) if field else None
    return sorted(field.alias or name for name, field in model.model_fields.items()) if model else []


def _models(annotation: Any) -> Iterator[type[BaseModel]]:
    if inspect.isclass(annotation) and issubclass(annotation, BaseModel):
        yield annotation
    for inner in typing.get_args(annotation):
        yield from _models(inner)


def _twice(values: Iterable[tuple[str, str]], what: str) -> Iterator[Fault]:
    first: dict[str, str] = {}
    for place, value in values:
        if value in first:
            yield Fault(place=place, problem=f'{what} "{value}" already stands at {first[value]}')
        first.setdefault(value, place)


def _products(world: World) -> Iterator[Fault]:
    yield from _twice(((f"products[{i}].id", p.id) for i, p in enumerate(world.products)), "product")
    skus = ((f"products[{i}].variants[{j}].sku", v.sku) for i, p in enumerate(world.products) for j, v in enumerate(p.variants))
    yield from _twice(skus, "variant")
    for i, product in enumerate(world.products):
        yield from _variants(f"products[{i}]", product)


def _variants(place: str, product: Product) -> Iterator[Fault]:
    for j, variant in enumerate(product.variants):
        if len(variant.options) != len(product.options):
            said = f"{len(variant.options)} values for {len(product.options)} options ({', '.join(product.options) or 'none'})"
            yield Fault(place=f"{place}.variants[{j}].options", problem=said)
    if len(product.variants) > 1 and not product.options:
        yield Fault(place=f"{place}.options", problem="several variants need options that tell them apart")


def _customers(world: World) -> Iterator[Fault]:
    yield from _twice(((f"customers[{i}].id", c.id) for i, c in enumerate(world.customers)), "customer")
    emails = ((f"customers[{i}].email", c.email.casefold()) for i, c in enumerate(world.customers) if c.email)
    yield from _twice(emails, "e-mail address")


def _policies(world: World, base: Path) -> Iterator[Fault]:
    ids = ((f"policies[{i}]", f"{p.id} ({p.locale})") for i, p in enumerate(world.policies))
    yield from _twice(ids, "policy")
    for i, policy in enumerate(world.policies):
        if (policy.text is None) == (policy.path is None):
            yield Fault(place=f"policies[{i}]", problem="give either text or path")
        for key, path in (("path", policy.path), ("rules", policy.rules)):
            if path is not None and not (base / path).is_file():
                yield Fault(place=f"policies[{i}].{key}", problem=f"no file {path!r} beside the world file")


def _orders(world: World) -> Iterator[Fault]:
    yield from _twice(((f"orders[{i}].name", o.name) for i, o in enumerate(world.orders)), "order")
    skus = {v.sku for p in world.products for v in p.variants}
    customers = {c.id for c in world.customers}
    for i, order in enumerate(world.orders):
        place = f"orders[{i}]"
        if order.customer is not None and order.customer not in customers:
            yield Fault(place=f"{place}.customer", problem=f'no customer "{order.customer}"; known: {_some(customers)}')
        if order.cancelledAt is not None and order.cancelledAt < order.createdAt:
            yield Fault(place=f"{place}.cancelledAt", problem="lies before createdAt")
        yield from _lines(place, order, skus)


def _lines(place: str, order: Order, skus: set[str]) -> Iterator[Fault]:
    parcels: dict[str, tuple[str, str]] = {}
    for j, line in enumerate(order.lines):
        here = f"{place}.lines[{j}]"
        if line.sku not in skus:
            yield Fault(place=f"{here}.sku", problem=f'no variant "{line.sku}"; known: {_some(skus)}')
        yield from _parts(here, line)
        for at, units in _units(here, line):
            yield from _unit(at, units, order)
            number = units.tracking.number if units.tracking else None
            if number is not None and units.state is not None:
                state, where = parcels.setdefault(number, (units.state, at))
                if state != units.state:
                    yield Fault(place=f"{at}.tracking", problem=f"parcel {number} is {state} at {where} and {units.state} here")


def _units(place: str, line: Line) -> Iterator[tuple[str, Units]]:
    if line.parts is None:
        yield place, line
    else:
        for k, part in enumerate(line.parts):
            yield f"{place}.parts[{k}]", part


def _parts(place: str, line: Line) -> Iterator[Fault]:
    if line.parts is None:
        return
    total = sum(part.n for part in line.parts)
    if total != line.quantity:
        yield Fault(place=f"{place}.parts", problem=f"add up to {total}, but the quantity is {line.quantity}")
    if line.state is not None:
        yield Fault(place=f"{place}.state", problem="give either state or parts")


def _unit(place: str, units: Units, order: Order) -> Iterator[Fault]:
    state = units.state or "open"
    belongs = {
        "tracking": (units.tracking, SHIPPED_STATES),
        "shipped_at": (units.shipped_at, SHIPPED_STATES),
        "reason": (units.reason, {"held"}),
        "handle": (units.handle, {"held"}),
        "cancel": (units.cancel, {"accepted"}),
        "at": (units.at, SHIPPED_STATES | {"scheduled", "held", "requested", "accepted", "packing", "incomplete", "removed"}),
    }
    for key, (value, states) in belongs.items():
        if value is not None and state not in states:
            yield Fault(place=f"{place}.{key}", problem=f"belongs to state {' or '.join(sorted(states))}, not {state}")
    if units.at is not None and state in SHIPPED_STATES and units.at < order.createdAt:
        yield Fault(place=f"{place}.at", problem="lies before the order's createdAt")


def _some(names: Iterable[str], most: int = 12) -> str:
    listed = sorted(names)
    return ", ".join(listed[:most]) + (f" … ({len(listed)} in all)" if len(listed) > most else "") if listed else "none"
