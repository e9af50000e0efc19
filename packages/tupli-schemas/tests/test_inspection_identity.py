"""Two texts have one identity exactly if they describe the same environment."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tupli_schemas.errors import RefusedEnvironmentError
from tupli_schemas.inspection import digest, identity

GRID = "company_b.envs.GridEnv"


def payload(**attributes: Any) -> str:
    return json.dumps({"py/object": GRID, **attributes})


def stored(attributes: dict[str, Any], **parts: Any) -> str:
    return json.dumps({"tupli_env": 1, "kind": "jsonpickle", "payload": {"py/object": GRID, **attributes}, **parts})


def spec(**changes: Any) -> str:
    parts = {"id": "CartPole-v1", "entry_point": "gymnasium.envs.classic_control.cartpole:CartPoleEnv", **changes}
    return json.dumps({"tupli_env": 1, "kind": "spec", "spec": parts})


def generator(state: int, kind: str = "PCG64") -> dict[str, Any]:
    return {"py/object": "numpy.random.Generator", "bit_generator": kind, "state": {"state": state}}


def test_it_is_a_sha256() -> None:
    assert len(bytes.fromhex(identity(payload(a=1)))) == 32


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (payload(a=1, b=2), payload(b=2, a=1)),
        (payload(a={"x": 1, "y": 2}), payload(a={"y": 2, "x": 1})),
        (payload(a={"py/set": [1, "x"]}), payload(a={"py/set": ["x", 1]})),
        (payload(a=generator(1)), payload(a=generator(2))),
        (stored({"a": 1}), stored({"a": 1}, versions={"numpy": "2.0"}, requires={"pandas": "3.0"})),
        (spec(kwargs={"a": 1, "b": 2}), spec(kwargs={"b": 2, "a": 1})),
        (spec(), spec(reward_threshold=475.0)),
        (stored({"n": 1}, history=[["n"]]), stored({"n": 2}, history=[["n"]])),
    ],
    ids=["attributes", "keys", "sets", "generators", "versions", "arguments", "thresholds", "history"],
)
def test_how_it_was_written_or_run_does_not_matter(one: str, other: str) -> None:
    assert identity(one) == identity(other)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (payload(a=1), payload(a=2)),
        (payload(a=1), payload(a=1.0)),
        (payload(a=1), payload(a=True)),
        (payload(a="1"), payload(a=1)),
        (payload(a=0.0), payload(a=-0.0)),
        (payload(a=1), payload(b=1)),
        (payload(a=[1, 2]), payload(a=[2, 1])),
        (payload(a=[1, 2]), payload(a={"py/tuple": [1, 2]})),
        (payload(a=[[1], 2]), payload(a=[[1, 2]])),
        (payload(a={"1": 2}), payload(a={"json://1": 2})),
        (payload(a=generator(1)), payload(a=generator(1, "MT19937"))),
        (payload(), json.dumps({"py/object": "company_b.envs.OtherEnv"})),
        (payload(a=[0], b={"py/id": 1}), payload(a=[0], b=[0])),
        (spec(kwargs={"a": 1}), spec(kwargs={"a": 2})),
        (spec(), spec(max_episode_steps=5)),
        (spec(), spec(id="CartPole-v0")),
        (stored({"n": 1}, history=[["n"]]), stored({"n": 1})),
        (stored({"n": 1, "m": 1}, history=[["n"]]), stored({"n": 1, "m": 2}, history=[["n"]])),
    ],
)
def test_one_changed_parameter_makes_another_environment(one: str, other: str) -> None:
    assert identity(one) != identity(other)


def test_a_reference_counts_by_what_it_refers_to_and_not_by_its_number() -> None:
    # The same two lists, one of them in two places; the first text defines it under "a", the second under "b".
    first = payload(a=[1], b={"py/id": 1}, c=[2])
    second = payload(c=[2], b=[1], a={"py/id": 2})

    assert identity(first) == identity(second)


def test_code_cannot_hide_in_history() -> None:
    harmless, other = (
        stored({"seen": [{"py/object": f"company_b.envs.{name}"}]}, history=[["seen"]]) for name in ("Log", "Trap")
    )

    assert identity(harmless) != identity(other)


def test_history_is_found_however_the_object_is_reached() -> None:
    # The machine is written under "a_machine" first, while its history is told by way of "machine".
    def text(n: int) -> str:
        machine = {"py/object": "company_b.envs.Machine", "n": n}
        return stored({"a_machine": machine, "machine": {"py/id": 1}}, history=[["machine", "n"]])

    assert identity(text(1)) == identity(text(2))


def test_a_history_of_what_is_not_there_changes_nothing() -> None:
    assert identity(stored({"a": 1}, history=[["b"], ["a", "b", "c"]])) == identity(stored({"a": 1}))


def test_what_cannot_be_read_has_none() -> None:
    with pytest.raises(RefusedEnvironmentError):
        identity('{"py/repr": "os/os.system"}')


def test_a_consent_is_for_every_character() -> None:
    assert digest("{}") != digest("{} ")
    assert digest("\ud800") != digest("\ud801")


plain = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text("abc", min_size=1, max_size=2), inner, max_size=3)
    ),
    max_leaves=10,
)


@given(plain, plain)
def test_equal_values_and_no_others_have_one_identity(one: Any, other: Any) -> None:
    same = json.dumps(one, sort_keys=True) == json.dumps(other, sort_keys=True)

    assert (identity(payload(a=one)) == identity(payload(a=other))) == same
