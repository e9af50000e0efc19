"""A specification is followed by way of the local registry, and only as far as it says the same."""

import json
from collections.abc import Iterator
from typing import Any

import gymnasium
import pytest
from gymnasium.envs.registration import EnvSpec

from company_b.envs import GridEnv
from tupli_client.serialization import from_text, inspect, to_text
from tupli_schemas.errors import RefusedEnvironmentError

CART_POLE = "gymnasium.envs.classic_control.cartpole:CartPoleEnv"


GRID: Any = GridEnv  # a class itself, as notebooks register it


def spec(**changes: Any) -> str:
    return json.dumps(
        {"tupli_env": 1, "kind": "spec", "spec": {"id": "CartPole-v1", "entry_point": CART_POLE, **changes}}
    )


@pytest.fixture
def registered() -> Iterator[None]:
    gymnasium.register("tests/Grid-v0", entry_point=GRID, kwargs={"size": 3})
    yield
    del gymnasium.registry["tests/Grid-v0"]


def test_an_id_that_means_something_else_here_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    other = EnvSpec("CartPole-v1", entry_point="company_b.envs:GridEnv")
    monkeypatch.setitem(gymnasium.registry, "CartPole-v1", other)

    with pytest.raises(RefusedEnvironmentError, match=r"registered here as company_b\.envs:GridEnv"):
        from_text(spec())


def test_the_local_registry_has_the_last_word_on_entry_points() -> None:
    env = from_text(spec(reward_threshold=1.0))

    assert env.spec is not None
    assert env.spec.entry_point == CART_POLE
    assert env.spec.vector_entry_point == gymnasium.spec("CartPole-v1").vector_entry_point


def test_limits_and_checks_are_those_of_the_text() -> None:
    env = from_text(spec(max_episode_steps=7, order_enforce=False, disable_env_checker=True))

    assert env.spec is not None
    assert env.spec.max_episode_steps == 7
    assert str(env) == "<TimeLimit<CartPoleEnv<CartPole-v1>>>"


@pytest.mark.usefixtures("registered")
def test_a_class_that_was_registered_itself_is_named() -> None:
    env = gymnasium.make("tests/Grid-v0", goal=(1, 1))

    text = to_text(env)

    assert inspect(text).kind == "spec"
    assert inspect(text).needs_trust == ("company_b.envs.GridEnv",)
    assert from_text(text, trust=["company_b"]).unwrapped.size == 3  # type: ignore[attr-defined]


@pytest.mark.usefixtures("registered")
def test_an_attribute_that_was_changed_by_hand_is_no_part_of_a_specification() -> None:
    env = gymnasium.make("tests/Grid-v0")
    env.unwrapped.size = 8  # type: ignore[attr-defined]

    text = to_text(env)

    assert inspect(text).kind == "jsonpickle"
    assert from_text(text, trust=["company_b"]).unwrapped.size == 8  # type: ignore[attr-defined]


def test_arguments_that_do_not_fit_are_an_error_of_ours() -> None:
    with pytest.raises(RefusedEnvironmentError, match=r"CartPole-v1 cannot be built: .*colour"):
        from_text(spec(kwargs={"colour": "red"}))


def test_a_stored_spec_is_only_given_back_where_it_is_true() -> None:
    true, false = (
        {
            "py/object": "gymnasium.envs.registration.EnvSpec",
            "id": "CartPole-v1",
            "entry_point": entry_point,
            "kwargs": {},
        }
        for entry_point in (CART_POLE, "os:system")
    )
    env = {"py/object": CART_POLE.replace(":", ".")}

    assert from_text(json.dumps({**env, "spec": true})).spec.entry_point == CART_POLE  # type: ignore[union-attr]
    assert from_text(json.dumps({**env, "spec": false})).spec is None
