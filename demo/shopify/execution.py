"""Running a query on graphql-core, fast enough for a demo shop that is asked all day.

graphql-core executes; this context only remembers per document what it would find out again for every value: the field's definition, its
resolver and its arguments. Values are completed by graphql-core's rules.
"""

from dataclasses import dataclass
from functools import partial
from typing import Any, cast

from graphql import (
    ExecutionContext,
    FieldNode,
    GraphQLField,
    GraphQLObjectType,
    GraphQLOutputType,
    GraphQLSchema,
    VariableNode,
    get_argument_values,
    get_directive_values,
    is_leaf_type,
    is_list_type,
    is_non_null_type,
    located_error,
)
from graphql.language import Visitor, visit
from graphql.pyutils import Path

from demo.shopify.errors import NotInTwin, bad_request
from demo.shopify.resolvers import resolver_of
from demo.shopify.resolvers.table import Asking, Resolve

NO_ARGS: dict[str, Any] = {}
KEYED = frozenset({"Mutation.refundCreate"})


@dataclass(frozen=True, slots=True, kw_only=True)
class FieldPlan:
    """What graphql-core works out for a field of a document, kept for the next time."""

    coordinate: str
    name: str
    parent_type: GraphQLObjectType
    definition: GraphQLField
    type: GraphQLOutputType
    resolve: Resolve
    args: dict[str, Any] | None
    """None: the arguments hold variables and are worked out per request."""
    serialize: Any
    """For a leaf, else None."""
    required: bool
    keyed: bool
    """Needs an idempotency key."""

    @property
    def field_name(self) -> str:
        """graphql-core asks a resolve info for it when it words an error."""
        return self.name


@dataclass(slots=True, kw_only=True)
class Run:
    """One execution: who asks, the plans kept with the document, what this token is denied."""

    asking: Asking
    plans: dict[tuple[int, str], FieldPlan]
    denied: dict[str, Any]


class _Variables(Visitor):
    def __init__(self) -> None:
        super().__init__()
        self.found = False

    def enter_variable(self, node: VariableNode, *_: Any) -> None:
        self.found = True


def _has_variables(node: FieldNode) -> bool:
    seen = _Variables()
    for argument in node.arguments:
        visit(argument, seen)
    return seen.found


class TwinExecution(ExecutionContext):
    """graphql-core's execution with remembered field plans. Resolvers are sync: the store is in memory."""

    def execute_fields(
        self, parent_type: GraphQLObjectType, source_value: Any, path: Path | None, fields: dict[str, list[FieldNode]]
    ) -> dict[str, Any]:
        run: Run = self.context_value
        plans, denied, asking, variables = run.plans, run.denied, run.asking, self.variable_values
        results: dict[str, Any] = {}
        for response_name, nodes in fields.items():
            node = nodes[0]
            plan = plans.get((id(node), parent_type.name))
            if plan is None:
                if node.name.value == "__typename":
                    results[response_name] = parent_type.name
                    continue
                plan = self._plan(parent_type, node)
            try:
                if denied and plan.coordinate in denied:
                    raise denied[plan.coordinate]()
                args = plan.args
                if args is None:
                    args = get_argument_values(plan.definition, node, variables)
                if plan.keyed:
                    asking.key = _key(self.schema, node, variables)
                value = plan.resolve(source_value, asking, args)
                if plan.serialize is not None:
                    if value is not None:
                        results[response_name] = plan.serialize(value)
                        continue
                    if plan.required:
                        raise TypeError(f"Cannot return null for non-nullable field {plan.coordinate}.")
                    results[response_name] = None
                    continue
                here = Path(path, response_name, parent_type.name)
                results[response_name] = self.complete_value(plan.type, nodes, cast(Any, plan), here, value)
            except Exception as raw:
                here = Path(path, response_name, parent_type.name)
                error = located_error(raw, nodes, here.as_list())
                self.handle_field_error(error, plan.type, here)
                results[response_name] = None
        return results

    def execute_fields_serially(
        self, parent_type: GraphQLObjectType, source_value: Any, path: Path | None, fields: dict[str, list[FieldNode]]
    ) -> dict[str, Any]:
        return self.execute_fields(parent_type, source_value, path, fields)

    def complete_list_value(self, return_type: Any, field_nodes: Any, info: Any, path: Any, result: Any) -> Any:
        inner = return_type.of_type.of_type if is_non_null_type(return_type.of_type) else return_type.of_type
        if is_leaf_type(inner):
            return [inner.serialize(item) for item in result]
        return super().complete_list_value(return_type, field_nodes, info, path, result)

    def complete_object_value(self, return_type: Any, field_nodes: Any, info: Any, path: Any, result: Any) -> Any:
        return self.execute_fields(return_type, result, path, self.collect_subfields(return_type, field_nodes))

    def _plan(self, parent_type: GraphQLObjectType, node: FieldNode) -> FieldPlan:
        name = node.name.value
        definition = parent_type.fields[name]
        coordinate = f"{parent_type.name}.{name}"
        resolve = resolver_of(parent_type.name, name)
        required = is_non_null_type(definition.type)
        inner: Any = definition.type.of_type if is_non_null_type(definition.type) else definition.type
        leaf = is_leaf_type(inner) and not is_list_type(inner)
        plan = FieldPlan(
            coordinate=coordinate,
            name=name,
            parent_type=parent_type,
            definition=definition,
            type=definition.type,
            resolve=resolve or partial(_missing, coordinate),
            args=None if _has_variables(node) else (get_argument_values(definition, node) or NO_ARGS),
            serialize=inner.serialize if leaf else None,
            required=required,
            keyed=coordinate in KEYED,
        )
        self.context_value.plans[(id(node), parent_type.name)] = plan
        return plan


def _key(schema: GraphQLSchema, node: FieldNode, variables: dict[str, Any]) -> str:
    """The key of @idempotent. Without it the field fails at run time (recorded); a blank one is refused in words that are assumed."""
    directive = schema.get_directive("idempotent")
    given = get_directive_values(directive, node, variables) if directive else None
    if given is None:
        raise bad_request("The @idempotent directive is required for this mutation but was not provided.")
    key: str = given["key"]
    if not key.strip():
        raise bad_request("The @idempotent directive's key can't be blank.")
    return key


def _missing(coordinate: str, source: Any, asking: Asking, args: Any) -> Any:
    raise NotInTwin(coordinate)
