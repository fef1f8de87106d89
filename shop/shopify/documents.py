"""The questions we ask Shopify: every one is a file in `operations/`, and every one only reads."""

from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path

from graphql import (
    DocumentNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    OperationDefinitionNode,
    OperationType,
    Visitor,
    parse,
    print_ast,
    visit,
)
from graphql.error import GraphQLSyntaxError

from shop.reading import ShopRejected

OPERATIONS = Path(__file__).parent / "operations"


class NotARead(ShopRejected):
    """The document would change something, or is no single query."""


@dataclass(frozen=True, slots=True)
class ReadDocument:
    """One GraphQL query. A document that holds a mutation or a subscription cannot be made (INV-5)."""

    text: str
    operation: str = field(init=False, default="")
    """The operation's name, told to Shopify and written into the turn's record."""

    def __post_init__(self) -> None:
        try:
            operations = [node for node in parse(self.text).definitions if isinstance(node, OperationDefinitionNode)]
        except GraphQLSyntaxError as error:
            raise NotARead(f"not a GraphQL document: {error.message}") from error
        if len(operations) != 1 or operations[0].operation is not OperationType.QUERY or operations[0].name is None:
            raise NotARead("a document must be exactly one named query")
        object.__setattr__(self, "operation", operations[0].name.value)


@lru_cache(maxsize=64)
def read_document(name: str) -> ReadDocument:
    """`operations/{name}.graphql` with the shared fragments it needs. Raises NotARead, FileNotFoundError."""
    return ReadDocument(assembled(OPERATIONS, name))


def assembled(folder: Path, name: str) -> str:
    """`{folder}/{name}.graphql` with what it needs of the `00_fragments.graphql` beside it. Raises FileNotFoundError."""
    document = parse((folder / f"{name}.graphql").read_text(encoding="utf-8"))
    shared = {
        fragment.name.value: fragment for fragment in _fragments(parse((folder / "00_fragments.graphql").read_text(encoding="utf-8")))
    }
    known = {fragment.name.value for fragment in _fragments(document)}
    needed: dict[str, FragmentDefinitionNode] = {}
    waiting: list[DocumentNode | FragmentDefinitionNode] = [document]
    while waiting:
        for spread in _spreads(waiting.pop()):
            if spread not in known and spread not in needed:
                needed[spread] = shared[spread]
                waiting.append(shared[spread])
    return print_ast(DocumentNode(definitions=(*document.definitions, *needed.values())))


def document_names() -> tuple[str, ...]:
    """Every document there is, by file name without ending."""
    return tuple(sorted(path.stem for path in OPERATIONS.glob("*.graphql") if not path.stem.startswith("00_")))


def _fragments(document: DocumentNode) -> list[FragmentDefinitionNode]:
    return [node for node in document.definitions if isinstance(node, FragmentDefinitionNode)]


def _spreads(node: DocumentNode | FragmentDefinitionNode) -> list[str]:
    found: list[str] = []

    class Spreads(Visitor):
        def enter_fragment_spread(self, spread: FragmentSpreadNode, *_: object) -> None:
            found.append(spread.name.value)

    visit(node, Spreads())
    return found
