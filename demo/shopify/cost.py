"""What a query costs in points, before it runs and after.

Model (facts of the Admin API, fitted on recorded answers): an object 1, a value object of money or address 0, a Count 10, a connection
2 + scale(n) × (1 + what one node holds) with scale(n) = max(1, floor(2·ln n)), scalars 0; a mutation 10 (refundCreate and orderCapture 20)
plus what is selected below its payload's own objects. The actual cost is the same with the counts that came back.
"""

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from graphql import (
    DocumentNode,
    FieldNode,
    FragmentDefinitionNode,
    GraphQLNamedType,
    GraphQLSchema,
    InlineFragmentNode,
    IntValueNode,
    OperationDefinitionNode,
    OperationType,
    SelectionSetNode,
    VariableNode,
    get_named_type,
    is_abstract_type,
    is_leaf_type,
)

FREE = frozenset({"MoneyBag", "MoneyV2", "ShopAddress", "LocationAddress"})
DEAR = frozenset({"refundCreate", "orderCapture"})
Size = Callable[[Mapping[str, Any]], int | None]
"""How many nodes a connection is asked for, from the variables."""


def scale(n: int | None) -> int:
    return max(1, math.floor(2 * math.log(n))) if n and n > 0 else 0


@dataclass(slots=True, kw_only=True)
class Node:
    """One field of the answer that costs something, or holds something that does."""

    own: int = 0
    connection: bool = False
    size: Size = lambda variables: None
    children: list[tuple[str, "Node"]] = field(default_factory=list)
    """By response name; for a connection the list is that of one node or edge, under `nodes` or `edges.node`."""
    lists: list[tuple[str, "Node"]] = field(default_factory=list)
    typed: dict[str, "Node"] = field(default_factory=dict)
    """Selections on members of an abstract type: the dearest counts."""

    def requested(self, variables: Mapping[str, Any]) -> int:
        inner = sum(child.requested(variables) for _, child in self.children)
        inner += max((each.requested(variables) for each in self.typed.values()), default=0)
        if self.connection:
            per = sum(1 + each.requested(variables) for _, each in self.lists)
            return self.own + scale(self.size(variables)) * per
        return self.own + inner

    def actual(self, value: Any) -> float:
        """With the counts that came back. A null object is charged itself (recorded), not what it would have held."""
        if value is None:
            return self.own
        if self.connection:
            return self.own + sum(self._listed(key, each, value) for key, each in self.lists)
        if isinstance(value, list):
            # one selection of a list is asked for, and charged, once: the dearest of its items
            return max((self.actual(item) for item in value), default=float(self.own))
        inner = sum(child.actual(value.get(key)) for key, child in self.children)
        return self.own + inner + max((each.actual(value) for each in self.typed.values()), default=0)

    def _listed(self, key: str, each: "Node", value: dict[str, Any]) -> float:
        listed = value.get(key)
        if not isinstance(listed, list) or not listed:
            return 0
        mean = sum(each.actual(item) for item in listed) / len(listed)
        return scale(len(listed)) * (1 + mean)


class CostPlan:
    """The cost of one operation of a document."""

    def __init__(self, schema: GraphQLSchema, document: DocumentNode, operation: OperationDefinitionNode) -> None:
        self._schema = schema
        self._fragments = {d.name.value: d for d in document.definitions if isinstance(d, FragmentDefinitionNode)}
        root = schema.mutation_type if operation.operation is OperationType.MUTATION else schema.query_type
        assert root is not None
        self._mutation = operation.operation is OperationType.MUTATION
        self._root = self._selection(root, [operation.selection_set])
        if self._mutation:
            self._charge_mutations(operation.selection_set)

    def requested(self, variables: Mapping[str, Any]) -> int:
        return self._root.requested(variables)

    def actual(self, data: Any) -> int:
        """Never above what was asked for; a null answer still costs its roots."""
        return math.floor(self._root.actual(data if data is not None else {}))

    def _charge_mutations(self, selections: SelectionSetNode) -> None:
        names = {(s.alias or s.name).value: s.name.value for s in selections.selections if isinstance(s, FieldNode)}
        for key, child in self._root.children:
            child.own = 20 if names[key] in DEAR else 10
            for _, inner in child.children:
                if not inner.connection:
                    inner.own = 0

    def _selection(self, parent: GraphQLNamedType, sets: Sequence[SelectionSetNode]) -> Node:
        fields: dict[str, tuple[GraphQLNamedType, list[FieldNode]]] = {}
        typed: dict[str, list[SelectionSetNode]] = {}
        for each in sets:
            self._collect(parent, each, fields, typed)
        node = Node()
        for key, (owner, nodes) in fields.items():
            child = self._field(owner, nodes)
            if child is not None:
                node.children.append((key, child))
        node.typed = {name: self._selection(self._schema.type_map[name], each) for name, each in typed.items()}
        return node

    def _collect(
        self,
        parent: GraphQLNamedType,
        selections: SelectionSetNode,
        fields: dict[str, tuple[GraphQLNamedType, list[FieldNode]]],
        typed: dict[str, list[SelectionSetNode]],
    ) -> None:
        for each in selections.selections:
            if isinstance(each, FieldNode):
                fields.setdefault((each.alias or each.name).value, (parent, []))[1].append(each)
                continue
            part: Any = each if isinstance(each, InlineFragmentNode) else self._fragments[each.name.value]  # type: ignore[attr-defined]  # a spread
            condition, inner = part.type_condition, part.selection_set
            kind = parent if condition is None else self._schema.type_map[condition.name.value]
            if kind is parent or not is_abstract_type(parent):
                self._collect(kind, inner, fields, typed)
            else:
                typed.setdefault(kind.name, []).append(inner)

    def _field(self, owner: GraphQLNamedType, nodes: list[FieldNode]) -> Node | None:
        name = nodes[0].name.value
        if name.startswith("__"):
            return None
        kind = self._kind(owner, name)
        if is_leaf_type(kind):
            return None
        sets = [each.selection_set for each in nodes if each.selection_set]
        if kind.name.endswith("Connection"):
            return self._connection(kind, nodes[0], sets)
        node = self._selection(kind, sets)
        node.own = 10 if kind.name == "Count" else int(kind.name not in FREE)
        return node

    def _kind(self, owner: Any, name: str) -> GraphQLNamedType:
        """The type a field of an object or interface leads to."""
        found: GraphQLNamedType = get_named_type(owner.fields[name].type)
        return found

    def _connection(self, kind: GraphQLNamedType, node: FieldNode, sets: list[SelectionSetNode]) -> Node:
        found = Node(own=2, connection=True, size=_size(node))
        for each in (s for chosen in sets for s in chosen.selections if isinstance(s, FieldNode)):
            key = (each.alias or each.name).value
            if each.name.value not in ("nodes", "edges") or each.selection_set is None:
                continue
            child = self._selection(self._kind(kind, each.name.value), [each.selection_set])
            if each.name.value == "edges":
                child = _through_edges(child)
            found.lists.append((key, child))
        return found


def _through_edges(edge: Node) -> Node:
    """An edge is free; its node is charged like one of `nodes`."""
    for _, child in edge.children:
        child.own = 0
    return edge


def _size(node: FieldNode) -> Size:
    given = {argument.name.value: argument.value for argument in node.arguments}
    readers = [_reader(given[name]) for name in ("first", "last") if name in given]

    def size(variables: Mapping[str, Any]) -> int | None:
        return next((n for n in (read(variables) for read in readers) if n is not None), None)

    return size


def _reader(value: Any) -> Size:
    if isinstance(value, IntValueNode):
        fixed = int(value.value)
        return lambda variables: fixed
    if isinstance(value, VariableNode):
        name = value.name.value
        return lambda variables: variables.get(name)
    return lambda variables: None
