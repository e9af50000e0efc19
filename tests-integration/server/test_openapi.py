"""The API's description is true: requests that follow it, and requests that break it, are answered as it says."""

import os
from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, given, settings

from live_server import LiveServer
from live_server.people import Person, the_admin
from tupli_server.app import describe_api

DESCRIPTION = describe_api()
API = schemathesis.openapi.from_dict(DESCRIPTION)
# In one order, whatever process asks: workers that run tests side by side must agree on them.
OPERATIONS: list[Any] = sorted(
    (found.ok() for found in API.get_all_operations()),  # type: ignore[union-attr]  # an error fails here
    key=lambda operation: operation.label,
)
N_REQUESTS = 200 if os.environ.get("HYPOTHESIS_PROFILE") == "search" else 15
FREE = {"POST /artifacts/upload", "POST /episodes/upload", "POST /episodes/record"}
"""No schema can say what makes these bodies sound: a stream that is whole, steps that agree with each other."""


@schemathesis.serializer("application/vnd.tupli.frames")
def _as_bytes(_: Any, value: Any) -> bytes:
    return value if isinstance(value, bytes) else str(value).encode()


def _takes_input(operation: Any) -> bool:
    return bool(operation.definition.raw.get("parameters") or operation.definition.raw.get("requestBody"))


@pytest.fixture(scope="module")
def somebody(live_server: LiveServer) -> Person:
    return the_admin(live_server)


def test_the_description_served_is_the_one_that_is_tested(live_server: LiveServer, somebody: Person) -> None:
    assert somebody.get("/openapi.json").json() == DESCRIPTION
    assert DESCRIPTION["openapi"].startswith("3.1")


@pytest.mark.parametrize("operation", OPERATIONS, ids=lambda operation: operation.label)
def test_every_operation_says_what_it_is_for_and_what_can_go_wrong(operation: Any) -> None:
    raw = operation.definition.raw

    assert raw["operationId"]
    assert raw["summary"].strip()
    assert {"200", "500", "503"} <= raw["responses"].keys()
    assert all("application/problem+json" in raw["responses"][status]["content"] for status in ("500", "503"))


def test_no_two_operations_have_one_name() -> None:
    names = [operation.definition.raw["operationId"] for operation in OPERATIONS]

    assert len(names) == len(set(names))


CASES = [
    pytest.param(operation, True, id=f"{operation.label}, valid")
    for operation in OPERATIONS
    if operation.label not in FREE
]
# What takes nothing cannot be given anything wrong.
CASES += [
    pytest.param(operation, False, id=f"{operation.label}, invalid")
    for operation in OPERATIONS
    if _takes_input(operation)
]


@pytest.mark.parametrize(("operation", "valid"), CASES)
def test_every_route_answers_as_its_description_says(
    operation: Any, valid: bool, live_server: LiveServer, somebody: Person
) -> None:
    mode = schemathesis.GenerationMode.POSITIVE if valid else schemathesis.GenerationMode.NEGATIVE

    @settings(max_examples=N_REQUESTS, suppress_health_check=list(HealthCheck), deadline=None)
    @given(case=operation.as_strategy(generation_mode=mode))
    def answers_as_it_says(case: Any) -> None:
        if valid and case.query:
            # Only the server knows which cursors are any good: those that it gave.
            case.query.pop("cursor", None)
        case.call_and_validate(
            base_url=live_server.url, headers={"Authorization": f"Bearer {somebody.token}"}, timeout=30
        )

    answers_as_it_says()
