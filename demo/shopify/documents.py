"""Query texts, parsed and checked once and kept: most calls bring a text the twin has seen before."""

import hashlib
import re
from collections import OrderedDict
from dataclasses import dataclass, field
from functools import partial
from typing import Any

from graphql import (
    DocumentNode,
    FieldNode,
    GraphQLError,
    GraphQLObjectType,
    GraphQLSchema,
    GraphQLSyntaxError,
    OperationDefinitionNode,
    OperationType,
    TypeInfo,
    TypeInfoVisitor,
    Undefined,
    Visitor,
    parse,
    print_ast,
    type_from_ast,
    value_from_ast,
    visit,
)
from graphql.utilities import coerce_input_value

from demo.shopify import access, envelopes
from demo.shopify.access import ScopeSet
from demo.shopify.cost import CostPlan
from demo.shopify.errors import access_denied, not_approved
from demo.shopify.execution import FieldPlan
from demo.shopify.paging import PAGE_ARGS
from demo.shopify.resolvers import resolver_of

KEPT = 500
ARGS: dict[str, frozenset[str]] = {
    "QueryRoot.customer": frozenset({"id"}),
    "QueryRoot.customerByIdentifier": frozenset({"identifier"}),
    "QueryRoot.customers": PAGE_ARGS | {"query", "sortKey"},
    "QueryRoot.order": frozenset({"id"}),
    "QueryRoot.orderByIdentifier": frozenset({"identifier"}),
    "QueryRoot.orders": PAGE_ARGS | {"query", "sortKey"},
    "QueryRoot.product": frozenset({"id"}),
    "QueryRoot.productVariant": frozenset({"id"}),
    "QueryRoot.locations": PAGE_ARGS | {"sortKey"},
    "QueryRoot.fulfillmentOrder": frozenset({"id"}),
    "QueryRoot.fulfillment": frozenset({"id"}),
    "QueryRoot.job": frozenset({"id"}),
    "QueryRoot.node": frozenset({"id"}),
    "QueryRoot.returnableFulfillments": PAGE_ARGS | {"orderId"},
    "QueryRoot.webhookSubscriptions": PAGE_ARGS | {"sortKey", "topics"},
    "Mutation.webhookSubscriptionCreate": frozenset({"topic", "webhookSubscription"}),
    "Mutation.orderEditBegin": frozenset({"id"}),
    "Mutation.orderEditSetQuantity": frozenset({"id", "lineItemId", "quantity", "restock"}),
    "Mutation.orderEditAddVariant": frozenset({"id", "variantId", "quantity", "allowDuplicates", "locationId"}),
    "Mutation.orderEditAddLineItemDiscount": frozenset({"id", "lineItemId", "discount"}),
    "Mutation.orderEditCommit": frozenset({"id", "notifyCustomer", "staffNote"}),
    "Mutation.orderUpdate": frozenset({"input"}),
    "Mutation.orderCancel": frozenset({"orderId", "reason", "refund", "refundMethod", "restock", "notifyCustomer", "staffNote"}),
    "Mutation.orderInvoiceSend": frozenset({"id", "email"}),
    "Mutation.refundCreate": frozenset({"input"}),
    "Mutation.returnRequest": frozenset({"input"}),
    "Mutation.fulfillmentOrderHold": frozenset({"id", "fulfillmentHold"}),
    "Mutation.fulfillmentOrderReleaseHold": frozenset({"id", "holdIds", "externalId"}),
    "Mutation.fulfillmentOrderCancel": frozenset({"id"}),
    "Mutation.fulfillmentOrderSubmitCancellationRequest": frozenset({"id", "message"}),
    "CalculatedOrder.lineItems": PAGE_ARGS | {"query"},
    "Order.suggestedRefund": frozenset(
        {"refundDuties", "refundLineItems", "refundMethodAllocation", "refundShipping", "shippingAmount", "suggestFullRefund"}
    ),
    "Customer.orders": PAGE_ARGS | {"query", "sortKey"},
    "Order.fulfillmentOrders": PAGE_ARGS | {"displayable", "query"},
    "Order.fulfillments": frozenset({"first"}),
    "Order.transactions": frozenset({"first"}),
    "Order.refunds": frozenset({"first"}),
    "Order.returns": PAGE_ARGS | {"query"},
    "Order.events": PAGE_ARGS | {"query", "sortKey"},
    "Order.statusPageUrl": frozenset({"audience", "notificationUsage"}),
    "FulfillmentOrder.merchantRequests": PAGE_ARGS | {"kind"},
    "Fulfillment.trackingInfo": frozenset({"first"}),
    "Product.variants": PAGE_ARGS | {"sortKey"},
    "ProductVariant.contextualPricing": frozenset({"context"}),
    "MailingAddress.formatted": frozenset({"withName", "withCompany"}),
}
"""Arguments the twin honours; a connection that is not listed honours the paging ones, everything else none."""


@dataclass(slots=True, kw_only=True)
class Operation:
    """One operation of a document, with what was found out about it."""

    node: OperationDefinitionNode
    cost: CostPlan
    root_fields: tuple[str, ...]

    @property
    def name(self) -> str | None:
        return self.node.name.value if self.node.name else None

    @property
    def is_mutation(self) -> bool:
        return self.node.operation is OperationType.MUTATION


@dataclass(slots=True, kw_only=True)
class Document:
    """A parsed query text: valid with operations, or with the errors to send."""

    digest: str
    ast: DocumentNode | None = None
    errors: list[envelopes.Envelope] = field(default_factory=list)
    operations: dict[str | None, Operation] = field(default_factory=dict)
    fields: dict[str, tuple[GraphQLObjectType, str, Any]] = field(default_factory=dict)
    """Every coordinate it selects on an object type."""
    arguments: dict[str, set[str]] = field(default_factory=dict)
    plans: dict[tuple[int, str], FieldPlan] = field(default_factory=dict)
    denied: dict[ScopeSet, dict[str, Any]] = field(default_factory=dict)
    missing: tuple[str, ...] = ()
    """What the twin does not implement of it; of a mutation only what a token that may run it would meet."""


class Documents:
    """The texts seen last, by hash."""

    def __init__(self, schema: GraphQLSchema) -> None:
        self.schema = schema
        self._kept: OrderedDict[str, Document] = OrderedDict()

    def read(self, text: str) -> Document:
        digest = hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()
        found = self._kept.get(digest)
        if found is None:
            found = self._kept[digest] = self._read(digest, text)
            if len(self._kept) > KEPT:
                self._kept.popitem(last=False)
        else:
            self._kept.move_to_end(digest)
        return found

    def _read(self, digest: str, text: str) -> Document:
        try:
            ast = parse(text)
        except GraphQLSyntaxError as error:
            return Document(digest=digest, errors=[envelopes.syntax(error)])
        document = Document(digest=digest, ast=ast, errors=envelopes.validation(self.schema, ast))
        if not document.errors:
            self._survey(document, ast)
        return document

    def _survey(self, document: Document, ast: DocumentNode) -> None:
        info = TypeInfo(self.schema)
        survey = _Survey(info)
        visit(ast, TypeInfoVisitor(info, survey))
        document.fields, document.arguments = survey.fields, survey.arguments
        document.missing = tuple(_missing(survey))
        for node in ast.definitions:
            if isinstance(node, OperationDefinitionNode):
                roots = tuple(s.name.value for s in node.selection_set.selections if isinstance(s, FieldNode))
                cost = CostPlan(self.schema, ast, node)
                operation = Operation(node=node, cost=cost, root_fields=roots)
                document.operations[operation.name] = operation

    def denied(self, document: Document, scopes: ScopeSet) -> dict[str, Any]:
        """Coordinates this token may not read, each with a maker of the error to raise."""
        found = document.denied.get(scopes)
        if found is None:
            found = document.denied[scopes] = {}
            for coordinate, (parent, name, definition) in document.fields.items():
                needs = access.requirement(self.schema, parent, name, definition)
                level = access.protection(parent.name, name)
                if needs is not None and access.is_denied(needs, scopes):
                    found[coordinate] = partial(access_denied, name, access.words(needs))
                elif level is not None and level not in scopes.data:
                    found[coordinate] = partial(not_approved, name)
        return found

    def coerce(self, operation: Operation, given: dict[str, Any]) -> tuple[dict[str, Any], list[envelopes.Envelope]]:
        """The variables with their defaults, and an INVALID_VARIABLE error for each that does not fit (recorded form)."""
        values: dict[str, Any] = {}
        errors: list[envelopes.Envelope] = []
        for definition in operation.node.variable_definitions:
            name = definition.variable.name.value
            kind: Any = type_from_ast(self.schema, definition.type)
            if name not in given and definition.default_value is not None:
                values[name] = value_from_ast(definition.default_value, kind)
                continue
            if name not in given and not str(kind).endswith("!"):
                continue
            value = given.get(name)
            problems = _problems(value, kind)
            if problems:
                errors.append(envelopes.variable(definition, print_ast(definition.type), value, problems))
            else:
                values[name] = value
        return values, errors


def _problems(value: Any, kind: Any) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = []

    def on_error(path: list[str | int], invalid: Any, error: GraphQLError) -> None:
        where = list(path)
        if (missing := re.search(r"Field ['\"]\w+\.(\w+)['\"]", error.message)) or (
            missing := re.search(r"Field ['\"](\w+)['\"] (?:is not defined|of required type)", error.message)
        ):
            where.append(missing[1])
        found.append({"path": where, "explanation": envelopes.explanation(error.message, invalid, _at(kind, where))})

    coerced = coerce_input_value(value, kind, on_error)
    if coerced is Undefined and not found:
        found.append({"path": [], "explanation": "Expected value to not be null"})
    return found


def _at(kind: Any, path: list[str | int]) -> Any:
    """The input type a path leads to."""
    for step in path:
        while hasattr(kind, "of_type"):
            kind = kind.of_type
        fields = getattr(kind, "fields", None)
        if isinstance(step, str) and fields and step in fields:
            kind = fields[step].type
    return kind


class _Survey(Visitor):
    """Which fields with which arguments a document selects."""

    def __init__(self, info: TypeInfo) -> None:
        super().__init__()
        self.info = info
        self.fields: dict[str, tuple[GraphQLObjectType, str, Any]] = {}
        self.arguments: dict[str, set[str]] = {}
        self.below: set[str] = set()
        self._mutation = 0

    def enter_field(self, node: FieldNode, *_: Any) -> None:
        parent, definition = self.info.get_parent_type(), self.info.get_field_def()
        if not isinstance(parent, GraphQLObjectType) or definition is None or node.name.value.startswith("__"):
            return
        coordinate = f"{parent.name}.{node.name.value}"
        self.fields[coordinate] = (parent, node.name.value, definition)
        self.arguments.setdefault(coordinate, set()).update(argument.name.value for argument in node.arguments)


def _missing(survey: _Survey) -> list[str]:
    found = []
    for coordinate, (parent, name, definition) in survey.fields.items():
        if resolver_of(parent.name, name) is None:
            found.append(coordinate)
            continue
        paged = str(definition.type).rstrip("!").endswith("Connection")
        honoured = ARGS.get(coordinate, PAGE_ARGS if paged else frozenset())
        found += [f"{coordinate}({argument}:)" for argument in sorted(survey.arguments[coordinate] - honoured)]
    return found
