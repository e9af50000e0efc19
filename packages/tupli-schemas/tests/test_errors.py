"""Errors travel and come back as they were."""

import pytest
from pydantic import ValidationError

from tupli_schemas import errors
from tupli_schemas.benchmarks import BenchmarkQuery
from tupli_schemas.errors import (
    ERRORS_BY_CODE,
    FieldProblem,
    Problem,
    TupliError,
    from_problem,
    invalid_data,
    to_problem,
)


@pytest.mark.parametrize("kind", ERRORS_BY_CODE.values(), ids=ERRORS_BY_CODE)
def test_an_error_comes_back_from_the_wire_as_itself(kind: type[TupliError]) -> None:
    sent = to_problem(kind("what", hint="next", errors=(FieldProblem(path="a", message="b"),)), request_id="r1")

    received = from_problem(Problem.model_validate_json(sent.model_dump_json()))

    assert type(received) is kind
    assert (received.detail, received.hint, received.request_id) == ("what", "next", "r1")
    assert received.errors[0].path == "a"


def test_every_code_belongs_to_one_error() -> None:
    kinds = [kind for kind in vars(errors).values() if isinstance(kind, type) and issubclass(kind, TupliError)]

    assert sorted(kind.code for kind in set(kinds)) == sorted(ERRORS_BY_CODE)


def test_an_unknown_code_of_a_newer_server_becomes_the_error_of_its_status() -> None:
    received = from_problem(
        Problem.model_validate({"title": "?", "status": 404, "detail": "gone", "code": "very-new", "extra": 1})
    )

    assert received.code == "not-found"


def test_a_wrong_field_is_named_with_its_path() -> None:
    with pytest.raises(ValidationError) as caught:
        BenchmarkQuery.model_validate({"hash": "h", "serialized": "x", "metadata": {"name": "n", "colour": "red"}})

    error = invalid_data(caught.value, "the benchmark")

    assert error.errors[0].path == "metadata.colour"
    assert str(error).startswith("the benchmark is not valid at 'metadata.colour'")
