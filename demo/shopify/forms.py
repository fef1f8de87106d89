"""What may be said to the control API: the forms of its requests, and the events that can be made to happen to an order."""

from collections.abc import Callable
from typing import Annotated, Any, Literal

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field

from demo import world_parts as parts
from demo.clock import Mode
from demo.shopify import faults
from demo.shopify.events import Event, Verbs


class Given(BaseModel):
    model_config = ConfigDict(extra="forbid")


class ClockGiven(Given):
    now: AwareDatetime | None = None
    advance_seconds: float | None = None
    mode: Mode | None = None


class FaultGiven(Given):
    kind: faults.Kind
    operation: str | None = None
    nth: Annotated[int, Field(ge=1)] | None = None
    times: Annotated[int, Field(ge=1)] | None = None
    seconds: Annotated[float, Field(ge=0)] | None = None
    field: str | None = None
    shop: str | None = None


class UnitsGiven(Given):
    sku: str | None = None
    quantity: Annotated[int, Field(ge=1)] | None = None


class ShipGiven(UnitsGiven):
    tracking: parts.Tracking | str | None = None


class DeliverGiven(Given):
    number: str | None = None


class HoldGiven(UnitsGiven):
    reason: parts.HoldReason = "OTHER"
    handle: Annotated[str, Field(max_length=64)] | None = None
    notes: str | None = None


class ReleaseGiven(Given):
    handle: str | None = None
    sku: str | None = None


class SkuGiven(Given):
    sku: str | None = None


class RemoveGiven(Given):
    sku: str
    quantity: Annotated[int, Field(ge=1)] | None = None


class CancelGiven(Given):
    reason: Literal["CUSTOMER", "DECLINED", "FRAUD", "INVENTORY", "OTHER", "STAFF"] = "CUSTOMER"
    refund: bool = True


class WebhookGiven(Given):
    address: str
    topics: list[str] = ["*"]
    client_id: str | None = None


class PlanGiven(Given):
    duplicates: bool = False
    reorder: bool = False
    lose: Annotated[float, Field(ge=0, le=1)] = 0.0
    paused: bool = False


class RedirectGiven(Given):
    redirect_uris: list[str]


def tracking(given: parts.Tracking | str | None) -> dict[str, str | None] | None:
    if given is None:
        return None
    return {"number": given} if isinstance(given, str) else given.model_dump()


VERBS: dict[str, tuple[type[Given], Callable[[Verbs, Any], list[Event]]]] = {
    "ship": (ShipGiven, lambda v, g: v.ship(sku=g.sku, quantity=g.quantity, tracking=tracking(g.tracking))),
    "ready": (UnitsGiven, lambda v, g: v.ready(sku=g.sku, quantity=g.quantity)),
    "deliver": (DeliverGiven, lambda v, g: v.deliver(number=g.number)),
    "hold": (HoldGiven, lambda v, g: v.hold(reason=g.reason, handle=g.handle, notes=g.notes, sku=g.sku, quantity=g.quantity)),
    "release": (ReleaseGiven, lambda v, g: v.release(handle=g.handle, sku=g.sku)),
    "request": (UnitsGiven, lambda v, g: v.request(sku=g.sku, quantity=g.quantity)),
    "request_cancellation": (UnitsGiven, lambda v, g: v.request_cancellation(sku=g.sku, quantity=g.quantity)),
    "accept": (SkuGiven, lambda v, g: v.accept(sku=g.sku)),
    "reject": (SkuGiven, lambda v, g: v.reject(sku=g.sku)),
    "pick": (UnitsGiven, lambda v, g: v.pick(sku=g.sku, quantity=g.quantity)),
    "give_up": (SkuGiven, lambda v, g: v.give_up(sku=g.sku)),
    "open": (SkuGiven, lambda v, g: v.open(sku=g.sku)),
    "remove": (RemoveGiven, lambda v, g: v.remove(sku=g.sku, quantity=g.quantity)),
    "cancel": (CancelGiven, lambda v, g: v.cancel(reason=g.reason, refund=g.refund)),
    "pay": (Given, lambda v, g: v.pay()),
}
