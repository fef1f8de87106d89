"""Errors in Shopify's words: what graphql-core says, said as the Admin API says it.

Validation errors carry neither data nor cost; execution errors carry both. Shopify's path of a validation error starts with the operation
("query Name"); graphql-core gives none, so the place of every node is found once more here.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from graphql import (
    SKIP,
    ArgumentNode,
    DirectiveNode,
    DocumentNode,
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    GraphQLEnumType,
    GraphQLError,
    GraphQLInputObjectType,
    GraphQLInputType,
    GraphQLSchema,
    GraphQLSyntaxError,
    InlineFragmentNode,
    NamedTypeNode,
    Node,
    ObjectFieldNode,
    OperationDefinitionNode,
    TypeInfo,
    TypeInfoVisitor,
    VariableDefinitionNode,
    VariableNode,
    Visitor,
    get_named_type,
    is_required_argument,
    print_ast,
    specified_rules,
    validate,
    visit,
)
from graphql.validation import ASTValidationRule, KnownArgumentNamesRule, KnownDirectivesRule

Envelope = dict[str, Any]
_Found = tuple[bool, tuple[int, int], Envelope]
"""Is it an unused variable, where does it stand, what is said."""


def location(node: Node) -> list[dict[str, int]]:
    found = node.loc
    if found is None:
        return []
    line, column = found.source.get_location(found.start)
    return [{"line": line, "column": column}]


def syntax(error: GraphQLSyntaxError) -> Envelope:
    """PARSE_ERROR with the place in the text (recorded)."""
    line, column = next(((at.line, at.column) for at in error.locations or []), (1, 1))
    found = re.search(r'(?:found|Unexpected) (?:Name |Int |Float |String |\w+ )?"?([^".]+)"?\.?$', error.message)
    what = "unexpected end of file" if "<EOF>" in error.message else f'unexpected invalid token ("{found[1] if found else ""}")'
    message = f"syntax error, {what} at [{line}, {column}]"
    return {"message": message, "locations": [{"line": line, "column": column}], "extensions": {"code": "PARSE_ERROR"}}


@dataclass(frozen=True, slots=True)
class _Place:
    """Where a node stands: Shopify's path, the operation, and what holds it."""

    path: list[str]
    operation: str
    field: FieldNode | None
    holder: ArgumentNode | ObjectFieldNode | None
    condition_of: list[str]
    """The path of the fragment around it."""


class _Places(Visitor):
    """The place of every node, and the definitions and types of fields and arguments."""

    def __init__(self, schema: GraphQLSchema, info: TypeInfo) -> None:
        super().__init__()
        self.schema, self.info = schema, info
        self.at: dict[int, _Place] = {}
        self.parents: dict[int, Any] = {}
        self.definitions: dict[int, Any] = {}
        self.inputs: dict[int, tuple[Any, Any]] = {}
        self._open: list[Node] = []

    def enter(self, node: Node, *_: Any) -> None:
        self._open.append(node)
        steps = [(each, step) for each in self._open if (step := _step(each)) is not None]
        operation = next((d for d in self._open if isinstance(d, OperationDefinitionNode)), None)
        fragments = [n for n, (each, _) in enumerate(steps, start=1) if isinstance(each, InlineFragmentNode | FragmentDefinitionNode)]
        path = [step for _, step in steps]
        self.at[id(node)] = _Place(
            path,
            operation.name.value if operation and operation.name else "anonymous query",
            next((each for each in reversed(self._open) if isinstance(each, FieldNode)), None),
            next((each for each in reversed(self._open) if isinstance(each, ArgumentNode | ObjectFieldNode)), None),
            path[: fragments[-1]] if fragments else path,
        )
        if isinstance(node, FieldNode):
            self.parents[id(node)] = self.info.get_parent_type()
            self.definitions[id(node)] = self.info.get_field_def()
        if isinstance(node, ArgumentNode | ObjectFieldNode):
            self.inputs[id(node)] = self.info.get_parent_input_type(), self.info.get_input_type()

    def leave(self, node: Node, *_: Any) -> None:
        self._open.pop()


def _step(node: Node) -> str | None:
    match node:
        case OperationDefinitionNode():
            return f"{node.operation.value} {node.name.value}" if node.name else node.operation.value
        case FragmentDefinitionNode():
            return f"fragment {node.name.value}"
        case InlineFragmentNode():
            condition: NamedTypeNode | None = node.type_condition
            return "..." if condition is None else f"... on {condition.name.value}"
        case FragmentSpreadNode():
            return f"... {node.name.value}"
        case FieldNode():
            return node.alias.value if node.alias else node.name.value
        case ArgumentNode() | ObjectFieldNode():
            return node.name.value
        case _:
            return None


def validation(schema: GraphQLSchema, document: DocumentNode) -> list[Envelope]:
    """Every validation error in Shopify's words, in the order of the text; unused variables last. Empty when the document is valid."""
    if not validate(schema, document):
        return []
    info = TypeInfo(schema)
    places = _Places(schema, info)
    visit(document, TypeInfoVisitor(info, places))
    found: list[_Found] = []
    for rule in specified_rules:
        for error in validate(schema, document, [rule]):
            for envelope in _translated(rule, error, document, places):
                at = envelope["locations"][0] if envelope["locations"] else {"line": 0, "column": 0}
                unused = envelope.get("extensions", {}).get("code") == "variableNotUsed"
                found.append((unused, (at["line"], at["column"]), envelope))
    found += _unused_through_mistakes(schema, document, places)
    said: list[Envelope] = []
    for _, _, envelope in sorted(found, key=lambda each: each[:2]):
        if envelope not in said:
            said.append(envelope)
    return said


def _unused_through_mistakes(schema: GraphQLSchema, document: DocumentNode, places: _Places) -> list[_Found]:
    """A variable that only an unknown argument or directive holds counts as unused (recorded)."""
    mistakes = validate(schema, document, [KnownArgumentNamesRule, KnownDirectivesRule])
    unknown = {id(node) for error in mistakes for node in error.nodes or ()}
    if not unknown:
        return []
    used: set[str] = set()

    class Used(Visitor):
        def enter(self, node: Node, *_: Any) -> Any:
            if id(node) in unknown or isinstance(node, VariableDefinitionNode):
                return SKIP
            if isinstance(node, VariableNode):
                used.add(node.name.value)
            return None

    visit(document, Used())
    operations = [each for each in document.definitions if isinstance(each, OperationDefinitionNode)]
    return [
        (True, (location(operation)[0]["line"], location(operation)[0]["column"]), _unused(definition, operation, places))
        for operation in operations
        for definition in operation.variable_definitions
        if definition.variable.name.value not in used
    ]


def _unused(definition: VariableDefinitionNode, operation: OperationDefinitionNode, places: _Places) -> Envelope:
    name, place = definition.variable.name.value, places.at[id(operation)]
    return {
        "message": f"Variable ${name} is declared by {place.operation} but not used",
        "locations": location(operation),
        "path": place.path,
        "extensions": {"code": "variableNotUsed", "variableName": name},
    }


def _translated(rule: type[ASTValidationRule], error: GraphQLError, document: DocumentNode, places: _Places) -> Iterator[Envelope]:
    node = (error.nodes or [document])[0]
    place = places.at.get(id(node))
    path = place.path if place else []

    def said(message: str, code: str, at: Node = node, **extensions: Any) -> Envelope:
        here = places.at.get(id(at))
        said_path = here.path if here else path
        return {"message": message, "locations": location(at), "path": said_path, "extensions": {"code": code, **extensions}}

    match rule.__name__, node:
        case "FieldsOnCorrectTypeRule", FieldNode():
            kind, name = places.parents[id(node)].name, node.name.value
            yield said(f"Field '{name}' doesn't exist on type '{kind}'", "undefinedField", typeName=kind, fieldName=name)
        case "ProvidedRequiredArgumentsRule", FieldNode() | DirectiveNode():
            yield _missing_arguments(node, places, said)
        case "KnownArgumentNamesRule", ArgumentNode():
            yield _unknown_argument(node, error, said)
        case "KnownDirectivesRule", DirectiveNode():
            name = node.name.value
            yield said(f"Directive @{name} is not defined", "undefinedDirective", directiveName=name)
        case "NoUnusedVariablesRule", VariableDefinitionNode():
            owner = next(d for d in document.definitions if isinstance(d, OperationDefinitionNode) and node in d.variable_definitions)
            yield _unused(node, owner, places)
        case "ScalarLeafsRule", FieldNode():
            yield _selection(node, places, said)
        case "KnownTypeNamesRule", _:
            name = print_ast(node)
            owner_path = place.condition_of if place else path
            message = f"No such type {name}, so it can't be a fragment condition"
            yield {**said(message, "undefinedType", typeName=name), "path": owner_path}
        case "ValuesOfCorrectTypeRule", _:
            yield _literal(node, error, places, said)
        case _:
            yield {"message": error.message, "locations": location(node), "path": path}


def _missing_arguments(node: FieldNode | DirectiveNode, places: _Places, said: Any) -> Envelope:
    """All of a field together; graphql-core reports them one by one."""
    given = {argument.name.value for argument in node.arguments}
    is_field = isinstance(node, FieldNode)
    definition: Any = places.definitions[id(node)] if is_field else places.schema.get_directive(node.name.value)
    wanted = [name for name, argument in definition.args.items() if is_required_argument(argument) and name not in given]
    what, name, names = ("Field" if is_field else "Directive"), node.name.value, ", ".join(wanted)
    message = f"{what} '{name}' is missing required arguments: {names}"
    envelope: Envelope = said(message, "missingRequiredArguments", className=what, name=name, arguments=names)
    return envelope


def _unknown_argument(node: ArgumentNode, error: GraphQLError, said: Any) -> Envelope:
    name = node.name.value
    on = re.search(r"on (field|directive) ['\"]@?(?:\w+\.)?(\w+)", error.message)
    what, owner = (on[1].title(), on[2]) if on else ("Field", "")
    message = f"{what} '{owner}' doesn't accept argument '{name}'"
    envelope: Envelope = said(message, "argumentNotAccepted", name=owner, typeName=what, argumentName=name)
    return envelope


def _selection(node: FieldNode, places: _Places, said: Any) -> Envelope:
    name, kind = node.name.value, get_named_type(places.definitions[id(node)].type).name
    if node.selection_set is None:
        hint = f"field '{name}' returns {kind} but has no selections. Did you mean '{name} {{ ... }}'?"
        message = f"Field must have selections ({hint})"
    else:
        inner = ", ".join(print_ast(each).split("\n")[0] for each in node.selection_set.selections)
        message = f"Selections can't be made on scalars (field '{name}' returns {kind} but has selections [{inner!r}])"
    envelope: Envelope = said(message, "selectionMismatch", nodeName=f"field '{name}'", typeName=kind)
    return envelope


def _literal(node: Node, error: GraphQLError, places: _Places, said: Any) -> Envelope:
    """A literal of the wrong form: missing or unknown input field, wrong value, or not exactly one key."""
    place = places.at[id(node)]
    holder = place.holder
    on, kind = places.inputs[id(holder)] if holder is not None else (None, None)
    if unknown := re.search(r"Field ['\"](\w+)['\"] is not defined by type ['\"](\w+)['\"]", error.message):
        text = f"InputObject '{unknown[2]}' doesn't accept argument '{unknown[1]}'"
        envelope = said(text, "argumentNotAccepted", name=unknown[2], typeName="InputObject", argumentName=unknown[1])
    elif missing := re.search(r"Field ['\"](\w+)\.(\w+)['\"] of required type ['\"]([^'\"]+)['\"] was not provided", error.message):
        text = f"Argument '{missing[2]}' on InputObject '{missing[1]}' is required. Expected type {missing[3]}"
        extensions = {"argumentName": missing[2], "argumentType": missing[3], "inputObjectType": missing[1]}
        envelope = said(text, "missingRequiredInputObjectAttribute", **extensions)
        envelope["path"] = [*envelope["path"], missing[2]]
    elif re.search(r"OneOf Input Object|exactly one", error.message):
        name = get_named_type(kind).name if kind is not None else ""
        envelope = said(f"OneOf Input Object '{name}' must specify exactly one key.", "invalidOneOfInputObject", inputObjectType=name)
    else:
        owner, target = "Field", place.field.name.value if place.field else ""
        if isinstance(holder, ObjectFieldNode) and on is not None:
            owner, target = "InputObject", get_named_type(on).name
        name = holder.name.value if holder is not None else ""
        text = f"Argument '{name}' on {owner} '{target}' has an invalid value ({print_ast(node)}). Expected type '{kind}'."
        envelope = said(text, "argumentLiteralsIncompatible", place.field or node, typeName=owner, argumentName=name)
        envelope["path"] = place.path  # the place of the field, the path of the argument (recorded)
    result: Envelope = envelope
    return result


def variable(definition: VariableDefinitionNode, declared: str, value: Any, problems: Sequence[Mapping[str, Any]]) -> Envelope:
    """INVALID_VARIABLE with its problems; it has no path (recorded)."""
    name = definition.variable.name.value
    nested = [f"{'.'.join(str(step) for step in p['path'])} ({p['explanation']})" for p in problems if p["path"]]
    message = f"Variable ${name} of type {declared} was provided invalid value" + (f" for {', '.join(nested)}" if nested else "")
    extensions = {"code": "INVALID_VARIABLE", "value": value, "problems": list(problems)}
    return {"message": message, "locations": location(definition), "extensions": extensions}


def explanation(message: str, value: Any, kind: GraphQLInputType) -> str:
    """graphql-core's reason why a value does not fit, in graphql-ruby's words."""
    named = get_named_type(kind)
    if "not to be None" in message or "was not provided" in message:
        return "Expected value to not be null"
    if unknown := re.search(r"Field ['\"]\w+['\"] is not defined by type ['\"](\w+)['\"]", message):
        return f"Field is not defined on {unknown[1]}"
    if "exactly one" in message.lower():
        return f"'{named.name}' requires exactly one argument"
    if isinstance(named, GraphQLEnumType):
        return f"Expected {_quoted(value)} to be one of: {', '.join(named.values)}"
    if isinstance(named, GraphQLInputObjectType):
        return f"Expected {_quoted(value)} to be a key-value object."
    return f"Could not coerce value {_quoted(value)} to {named.name}"


def _quoted(value: Any) -> str:
    return f'"{value}"' if isinstance(value, str) else str(value)


def execution(error: GraphQLError) -> Envelope:
    """An error of one field, with its path."""
    envelope: Envelope = {"message": error.message, "path": list(error.path or [])}
    if error.locations:
        envelope["locations"] = [{"line": at.line, "column": at.column} for at in error.locations]
    if error.extensions:
        envelope["extensions"] = dict(error.extensions)
    return envelope


def internal(request_id: str) -> dict[str, Any]:
    """Data null, no cost (recorded)."""
    message = f"Internal error. Looks like something went wrong on our end.\nRequest ID: {request_id} (include this in support requests)."
    return {"errors": [{"message": message, "extensions": {"code": "INTERNAL_SERVER_ERROR", "requestId": request_id}}], "data": None}
