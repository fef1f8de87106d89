"""One GraphQL call from its body to its answer: read, check, charge, run, and say what failed in Shopify's words."""

import logging
import uuid
from dataclasses import dataclass
from functools import cache
from typing import Any

from graphql import ExecutionResult, execute

from demo.shopify import envelopes
from demo.shopify.bucket import SINGLE_QUERY_LIMIT, Bucket
from demo.shopify.documents import Document, Documents, Operation
from demo.shopify.errors import NotInTwin, access_denied
from demo.shopify.execution import Run, TwinExecution
from demo.shopify.resolvers.table import Asking
from demo.shopify.schema_file import admin_schema

log = logging.getLogger(__name__)


@dataclass(slots=True, kw_only=True)
class Answer:
    """What goes back: HTTP status, JSON body, and what the request log keeps."""

    body: dict[str, Any]
    status: int = 200
    operation: str | None = None
    requested: int | None = None
    actual: int | None = None


@cache
def _documents() -> Documents:
    """The documents seen: what a text means hangs on the schema alone, so the twins of a process share them."""
    return Documents(admin_schema())


class GraphQL:
    """The Admin API's GraphQL endpoint without its HTTP. One per twin."""

    def __init__(self) -> None:
        self.schema = admin_schema()
        self.documents = _documents()

    def answer(
        self,
        text: str,
        variables: dict[str, Any],
        operation_name: str | None,
        asking: Asking,
        bucket: Bucket,
        *,
        denied_fields: frozenset[str] = frozenset(),
    ) -> Answer:
        """denied_fields: `Type.field` coordinates a planned fault takes away from this call."""
        document = self.documents.read(text)
        if document.errors:
            return Answer(body={"errors": document.errors}, operation=operation_name)
        operation = _chosen(document, operation_name)
        if isinstance(operation, dict):
            return Answer(body={"errors": [operation]}, operation=operation_name)
        values, errors = self.documents.coerce(operation, variables)
        if errors:
            return Answer(body={"errors": errors}, operation=operation.name)
        denied = self.documents.denied(document, asking.scopes)
        if denied_fields:
            denied = denied | {field: _denier(field) for field in denied_fields}
        missing = [each for each in document.missing if not _all_roots_denied(operation, denied)]
        if missing:
            return _not_in_twin(NotInTwin(*missing), operation)
        return self._charged(document, operation, values, asking, bucket, denied)

    def _charged(
        self, document: Document, operation: Operation, values: dict[str, Any], asking: Asking, bucket: Bucket, denied: dict[str, Any]
    ) -> Answer:
        requested = operation.cost.requested(values)
        if requested > SINGLE_QUERY_LIMIT:
            message = f"Query cost is {requested}, which exceeds the single query max cost limit ({SINGLE_QUERY_LIMIT})"
            error = {"message": message, "extensions": {"code": "MAX_COST_EXCEEDED"}}
            return Answer(body={"errors": [error]}, operation=operation.name, requested=requested)
        if not bucket.take(requested):
            return throttled(operation.name, requested, bucket)
        assert document.ast is not None
        result = execute(
            self.schema,
            document.ast,
            context_value=Run(asking=asking, plans=document.plans, denied=denied),
            variable_values=values,
            operation_name=operation.name,
            execution_context_class=TwinExecution,
            is_awaitable=_never,
        )
        assert isinstance(result, ExecutionResult)
        actual = min(requested, operation.cost.actual(result.data))
        bucket.give_back(requested - actual)
        return _executed(result, operation, requested, actual, bucket)


def _never(value: Any) -> bool:
    return False


def _denier(coordinate: str) -> Any:
    name = coordinate.rpartition(".")[2]
    return lambda: access_denied(name, "`a_scope_taken_away` access scope.")


def _all_roots_denied(operation: Operation, denied: dict[str, Any]) -> bool:
    """A write that this token may not make is refused, whatever the twin could do with it."""
    return operation.is_mutation and all(f"Mutation.{name}" in denied for name in operation.root_fields)


def _chosen(document: Document, name: str | None) -> Operation | envelopes.Envelope:
    if name:
        found = document.operations.get(name)
        return found if found else {"message": f'No operation named "{name}"'}
    if len(document.operations) != 1:
        return {"message": "An operation name is required" if document.operations else "No operations provided"}
    return next(iter(document.operations.values()))


def throttled(operation: str | None, requested: int, bucket: Bucket) -> Answer:
    """HTTP 200, no data, actual cost null: it did not run."""
    error = {"message": "Throttled", "extensions": {"code": "THROTTLED"}}
    cost = {"requestedQueryCost": requested, "actualQueryCost": None, "throttleStatus": bucket.status()}
    return Answer(body={"errors": [error], "extensions": {"cost": cost}}, operation=operation, requested=requested)


def _not_in_twin(error: NotInTwin, operation: Operation) -> Answer:
    body = {"errors": [{"message": str(error), "extensions": {"code": "NOT_IN_TWIN", "missing": list(error.what)}}]}
    return Answer(body=body, status=501, operation=operation.name)


def _executed(result: ExecutionResult, operation: Operation, requested: int, actual: int, bucket: Bucket) -> Answer:
    errors = result.errors or []
    for error in errors:
        if isinstance(error.original_error, NotInTwin):
            return _not_in_twin(error.original_error, operation)
        if "code" not in (error.extensions or {}):
            log.error("the twin failed to answer %s", operation.name, exc_info=error.original_error or error)
            return Answer(body=envelopes.internal(str(uuid.uuid4())), operation=operation.name, requested=requested)
    body: dict[str, Any] = {"data": result.data}
    if errors:
        body["errors"] = [envelopes.execution(error) for error in errors]
    cost = {"requestedQueryCost": requested, "actualQueryCost": actual, "throttleStatus": bucket.status()}
    body["extensions"] = {"cost": cost}
    return Answer(body=body, operation=operation.name, requested=requested, actual=actual)
