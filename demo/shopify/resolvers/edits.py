"""Order editing, as the Admin API offers it: sessions, calculated orders, the commit."""

from dataclasses import dataclass
from decimal import Decimal
from functools import partial
from typing import Any

from demo.shopify import arithmetic as sums
from demo.shopify import editing
from demo.shopify.arithmetic import bag
from demo.shopify.editing import Declined
from demo.shopify.errors import NotInTwin
from demo.shopify.paging import page
from demo.shopify.pending import AddedLine, Edit
from demo.shopify.records import Line, Variant, gid, number_of
from demo.shopify.resolvers.declining import mutation
from demo.shopify.resolvers.roots import order_seen
from demo.shopify.resolvers.table import Args, Asking, Table, attr, const, gid_of, key, number

OF_SESSION = ("orderEditSession", "calculatedOrder")


@dataclass(frozen=True, slots=True)
class CalculatedLine:
    """A line as it would be after the commit."""

    edit: Edit
    of: Line | AddedLine

    @property
    def number(self) -> int | str:
        return self.of.id if isinstance(self.of, AddedLine) else self.of.number

    @property
    def quantity(self) -> int:
        return self.of.quantity if isinstance(self.of, AddedLine) else self.edit.quantity(self.of)

    @property
    def before(self) -> int:
        return 0 if isinstance(self.of, AddedLine) else sums.editable_units(self.of)

    @property
    def editable(self) -> int:
        """How many of them may still go. Values were never recorded: assumed."""
        return self.quantity if isinstance(self.of, AddedLine) else max(0, self.quantity - (self.of.current - self.before))

    @property
    def variant(self) -> Variant:
        return self.of.variant

    @property
    def price(self) -> Decimal:
        return self.of.variant.price if isinstance(self.of, AddedLine) else self.of.price

    @property
    def discounted(self) -> Decimal:
        return self.of.unit_price if isinstance(self.of, AddedLine) else sums.unit_price(self.of)

    @property
    def restocking(self) -> bool:
        return not isinstance(self.of, AddedLine) and self.of.number in self.edit.restocked


def _edit(asking: Asking, args: Args) -> Edit:
    """Both the calculated order's id and the session's are taken; they share the number (recorded)."""
    kind = "OrderEditSession" if "/OrderEditSession/" in args["id"] else "CalculatedOrder"
    return editing.open_edit(asking.shop, number(args["id"], kind))


def _line(edit: Edit, args: Args) -> Line | AddedLine:
    return editing.line_of(edit, number(args["lineItemId"], "CalculatedLineItem"))


def _session(edit: Edit, line: Line | AddedLine | None = None) -> dict[str, Any]:
    shown = {} if line is None else {"calculatedLineItem": CalculatedLine(edit, line)}
    return {"orderEditSession": edit, "calculatedOrder": edit, **shown}


def _begin(asking: Asking, args: Args) -> dict[str, Any]:
    return _session(editing.begin(asking.shop, order_seen(asking, args["id"])))


def _set_quantity(asking: Asking, args: Args) -> dict[str, Any]:
    edit = _edit(asking, args)
    line = _line(edit, args)
    editing.set_quantity(edit, line, args["quantity"], restock=bool(args.get("restock")))
    return _session(edit, line)


def _add_variant(asking: Asking, args: Args) -> dict[str, Any]:
    if args.get("locationId"):
        raise NotInTwin("Mutation.orderEditAddVariant(locationId:)")
    edit, wanted = _edit(asking, args), number(args["variantId"], "ProductVariant")
    variant = asking.shop.variants.get(wanted) if isinstance(wanted, int) else None
    return _session(edit, editing.add_variant(edit, variant, args["quantity"], duplicates=bool(args.get("allowDuplicates"))))


def _discount(asking: Asking, args: Args) -> dict[str, Any]:
    edit, given = _edit(asking, args), args["discount"]
    try:
        line = _line(edit, args)
    except Declined as no:
        raise Declined(("id",), no.message) from None  # this mutation names another field (recorded)
    if isinstance(line, Line):
        raise NotInTwin("a line item discount on a line that is on the order already")
    fixed = given.get("fixedValue")
    editing.discount(edit, line, off=Decimal(fixed["amount"]) if fixed else None, percent=given.get("percentValue"))
    return {**_session(edit, line), "addedDiscountStagedChange": line}


def _commit(asking: Asking, args: Args) -> dict[str, Any]:
    edit = _edit(asking, args)
    done = editing.commit(asking.shop, edit, note=args.get("staffNote") or "", notify=bool(args.get("notifyCustomer")), by=asking.app.title)
    asking.events += done.events
    return {"order": edit.order, "successMessages": done.messages}


def _lines(edit: Edit, asking: Asking, args: Args) -> Any:
    if args.get("query"):
        raise NotInTwin("CalculatedOrder.lineItems(query:)")
    return page([CalculatedLine(edit, line) for line in edit.order.lines if line.current], args)


def _line_id(line: CalculatedLine, asking: Asking, args: Args) -> str:
    return f"gid://shopify/CalculatedLineItem/{line.number}"


def _bag(name: str) -> Any:
    def of(line: CalculatedLine, asking: Asking, args: Args) -> dict[str, Any]:
        return bag(getattr(line, name), line.edit.order.currency)

    return of


def _whole(name: str) -> Any:
    return lambda edit, asking, args: bag(getattr(edit, name)(), edit.order.currency)


def _shipping_lines(edit: Edit, asking: Asking, args: Args) -> list[dict[str, Any]]:
    line = edit.order.shipping
    if line is None:
        return []
    made = {"id": gid("CalculatedShippingLine", number_of("CalculatedShippingLine", edit.number)), "title": line.title}
    return [{**made, "price": bag(line.price, edit.order.currency), "stagedStatus": "NONE"}]


def _units(edit: Edit, asking: Asking, args: Args) -> int:
    return sum(edit.quantity(line) for line in edit.order.lines) + sum(each.quantity for each in edit.added)


def _variant_title(line: CalculatedLine, asking: Asking, args: Args) -> str | None:
    return line.variant.title if line.variant.options else None


MUTATION: Table = {
    "orderEditBegin": mutation(_begin, *OF_SESSION),
    "orderEditSetQuantity": mutation(_set_quantity, *OF_SESSION, "calculatedLineItem"),
    "orderEditAddVariant": mutation(_add_variant, *OF_SESSION, "calculatedLineItem"),
    "orderEditAddLineItemDiscount": mutation(_discount, *OF_SESSION, "calculatedLineItem", "addedDiscountStagedChange"),
    "orderEditCommit": mutation(_commit, "order", "successMessages"),
}
_payload = partial(key, *OF_SESSION, "userErrors")
TABLES: dict[str, Table] = {
    "OrderEditBeginPayload": _payload(),
    "OrderEditSetQuantityPayload": _payload("calculatedLineItem"),
    "OrderEditAddVariantPayload": _payload("calculatedLineItem"),
    "OrderEditAddLineItemDiscountPayload": _payload("calculatedLineItem", "addedDiscountStagedChange"),
    "OrderEditCommitPayload": key("order", "successMessages", "userErrors"),
    "OrderStagedChangeAddLineItemDiscount": {
        "id": lambda line, asking, args: gid("OrderStagedChangeAddLineItemDiscount", line.off_number),
    },
    "OrderEditSession": {"id": gid_of("OrderEditSession")},
    "CalculatedOrder": {
        "id": gid_of("CalculatedOrder"),
        "originalOrder": attr("order"),
        "lineItems": _lines,
        "addedLineItems": lambda edit, asking, args: page([CalculatedLine(edit, each) for each in edit.added], args),
        "shippingLines": _shipping_lines,
        "subtotalLineItemsQuantity": _units,
        "subtotalPriceSet": _whole("subtotal"),
        "totalPriceSet": _whole("total"),
        "totalOutstandingSet": _whole("outstanding"),
    },
    "CalculatedShippingLine": key("id", "title", "price", "stagedStatus"),
    "CalculatedLineItem": {
        "id": _line_id,
        "title": attr("variant.product.title"),
        "variantTitle": _variant_title,
        "sku": attr("variant.sku"),
        "variant": attr("variant"),
        "quantity": attr("quantity"),
        "editableQuantity": attr("editable"),
        "editableQuantityBeforeChanges": attr("before"),
        "restockable": const(True),
        "restocking": attr("restocking"),
        "hasStagedLineItemDiscount": lambda line, asking, args: isinstance(line.of, AddedLine) and line.of.off > 0,
        "originalUnitPriceSet": _bag("price"),
        "discountedUnitPriceSet": _bag("discounted"),
    },
}
