"""What a stored environment would touch is found without touching it."""

import json
import subprocess
import sys
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hostile_environments import WITHIN_TRUST, hostile_texts
from tupli_schemas.errors import RefusedEnvironmentError
from tupli_schemas.inspection import identity, inspect, known, read
from tupli_schemas.inspection.limits import MAX_CHARACTERS, MAX_DEPTH

CART_POLE = "gymnasium.envs.classic_control.cartpole.CartPoleEnv"
SPEC = {"id": "CartPole-v1", "entry_point": "gymnasium.envs.classic_control.cartpole:CartPoleEnv"}


def stored(**parts: Any) -> str:
    return json.dumps({"tupli_env": 1, **parts})


def test_a_specification_of_known_parts_is_a_spec() -> None:
    wrapper = {"name": "TimeLimit", "entry_point": "gymnasium.wrappers.common:TimeLimit", "kwargs": {}}
    text = stored(kind="spec", spec={**SPEC, "additional_wrappers": [wrapper]}, requires={"gymnasium": "1.4.0"})

    found = inspect(text)

    assert found.verdict == "spec"
    assert found.classes == (CART_POLE, "gymnasium.wrappers.common.TimeLimit")
    assert found.requires == {"gymnasium": "1.4.0"}


def test_data_and_known_classes_are_safe() -> None:
    array = {"py/object": "numpy.ndarray", "dtype": "<f4", "shape": {"py/tuple": [0]}, "data": {"py/b64": ""}}

    found = inspect(stored(kind="jsonpickle", payload={"py/object": CART_POLE, "state": array}))

    assert (found.verdict, found.needs_trust) == ("safe", ())
    assert found.classes == (CART_POLE, "numpy.ndarray")
    assert found.modules == ("gymnasium.envs.classic_control.cartpole", "numpy")


def test_a_class_of_anybody_else_needs_trust() -> None:
    found = inspect(json.dumps({"py/object": "company_b.envs.GridEnv", "inner": {"py/object": CART_POLE}}))

    assert found.verdict == "needs-trust"
    assert found.needs_trust == ("company_b.envs.GridEnv",)


def test_an_entry_point_of_anybody_else_needs_trust() -> None:
    found = inspect(stored(kind="spec", spec={"id": "company_b/Grid-v0", "entry_point": "company_b.envs:GridEnv"}))

    assert (found.verdict, found.needs_trust) == ("needs-trust", ("company_b.envs.GridEnv",))


@pytest.mark.parametrize("name", ["os.system", "builtins.eval", "subprocess.Popen", "threading.Thread", "io.FileIO"])
def test_no_trust_covers_what_the_standard_library_can_do(name: str) -> None:
    found = inspect(json.dumps({"py/object": name}))

    assert found.verdict == "refused"
    assert name in found.reason


def test_functions_that_describe_data_are_listed() -> None:
    text = json.dumps({"py/reduce": [{"py/function": "numpy._core.multiarray.scalar"}, {"py/tuple": []}]})

    assert inspect(text).functions == ("numpy._core.multiarray.scalar",)


@pytest.mark.parametrize("tag", ["py/mod", "py/repr", "py/iterator", "py/property", "py/ref", "py/new"])
def test_a_tag_without_a_rule_is_refused_by_its_name(tag: str) -> None:
    found = inspect(json.dumps({tag: "os.system"}))

    assert found.verdict == "refused"
    assert tag in found.reason


def test_bare_jsonpickle_text_is_read_like_a_payload() -> None:
    bare, wrapped = json.dumps({"py/object": CART_POLE}), stored(kind="jsonpickle", payload={"py/object": CART_POLE})

    assert inspect(bare) == inspect(wrapped)
    assert identity(bare) == identity(wrapped)


def test_the_reading_stops_at_its_limits() -> None:
    as_deep_as_allowed, too_deep = ("[" * n + "]" * n for n in (MAX_DEPTH, MAX_DEPTH + 1))

    assert inspect(as_deep_as_allowed).verdict == "safe"
    assert "deep" in inspect(too_deep).reason
    assert "characters" in inspect(json.dumps("x" * MAX_CHARACTERS)).reason


def test_a_text_in_a_newer_format_says_so() -> None:
    with pytest.raises(RefusedEnvironmentError, match="newer format"):
        read(json.dumps({"tupli_env": 2, "kind": "spec"}))


def test_reasons_hold_nothing_that_speaks_to_a_terminal() -> None:
    found = inspect(json.dumps({"py/object": "a.\x1b[2J\u202e" + "b" * 1_000}))

    assert found.verdict == "refused"
    assert found.reason.isascii()
    assert found.reason.isprintable()
    assert len(found.reason) < 200


def test_what_loads_without_consent_names_nothing_but_known_classes() -> None:
    found = [inspect(text) for text in {**hostile_texts("marker"), **WITHIN_TRUST}.values()]

    harmless = [inspection for inspection in found if inspection.verdict in {"spec", "safe"}]
    assert {name for inspection in harmless for name in inspection.classes} <= (
        known.DATA | known.CLASSES | known.TYPES | known.SPEC_WRAPPERS | known.ENVIRONMENTS | known.RECIPE_ARGUMENTS
    )
    assert all(inspection.needs_trust for inspection in found if inspection.verdict == "needs-trust")
    assert all(inspection.reason for inspection in found if inspection.verdict == "refused")


def test_reading_takes_nothing_but_pydantic() -> None:
    program = """
import sys
from tupli_schemas.inspection import identity, inspect
text = '{"py/object": "company_b.envs.GridEnv", "x": {"py/object": "numpy.ndarray"}}'
assert inspect(text).verdict == "needs-trust"
assert len(identity(text)) == 64
loaded = {"numpy", "gymnasium", "jsonpickle", "pandas", "company_b"} & set(sys.modules)
assert not loaded, loaded
"""
    subprocess.run([sys.executable, "-c", program], check=True, timeout=60)


json_values: st.SearchStrategy[Any] = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(
                [
                    "py/object",
                    "py/id",
                    "py/tuple",
                    "py/set",
                    "py/type",
                    "py/reduce",
                    "py/state",
                    "py/seq",
                    "py/newargs",
                    "a",
                ]
            ),
            inner | st.sampled_from([CART_POLE, "numpy.ndarray", "company_b.envs.GridEnv", "os.system"]),
            max_size=3,
        )
    ),
    max_leaves=20,
)


@given(json_values)
def test_anything_that_is_json_gets_a_verdict_and_what_is_not_refused_an_identity(value: Any) -> None:
    text = json.dumps(value)

    if inspect(text).verdict != "refused":
        assert identity(text) == identity(text)


@given(st.text(max_size=200))
def test_anything_that_is_text_gets_a_verdict(text: str) -> None:
    assert inspect(text).verdict in {"safe", "refused"}
