"""Chains of wrappers come back as they were, whether a specification tells them or not."""

import warnings
from collections.abc import Callable
from typing import Any

import gymnasium
import numpy as np
import pytest
from gymnasium import wrappers

from company_b.envs import GridEnv, Scaled
from trajectories import trajectory
from tupli_client.serialization import HistoryWarning, from_text, identity, inspect, to_text
from tupli_schemas.errors import RefusedEnvironmentError

Env = gymnasium.Env[Any, Any]

# Gymnasium's own, when it makes a Box of doubles from one of floats.
pytestmark = pytest.mark.filterwarnings("ignore:overflow encountered in cast")


LOW, HIGH = np.float32(-1), np.float32(1)


def pendulum() -> Env:
    env: Env = gymnasium.make("Pendulum-v1")
    return env


CHAINS: dict[str, Callable[[Env], Env]] = {
    "ClipAction": wrappers.ClipAction,
    "ClipReward": lambda env: wrappers.ClipReward(env, -1, 1),
    "DelayObservation": lambda env: wrappers.DelayObservation(env, 2),
    "DtypeObservation": lambda env: wrappers.DtypeObservation(env, np.float64),
    "FlattenObservation": wrappers.FlattenObservation,
    "FrameStackObservation": lambda env: wrappers.FrameStackObservation(env, 3),
    "RecordEpisodeStatistics": wrappers.RecordEpisodeStatistics,
    "RescaleAction": lambda env: wrappers.RescaleAction(env, np.array([-1.0], np.float32), np.float32(1)),
    "ReshapeObservation": lambda env: wrappers.ReshapeObservation(env, (1, 3)),
    "StickyAction": lambda env: wrappers.StickyAction(env, 0.2),
    "TimeAwareObservation": lambda env: wrappers.TimeAwareObservation(env, flatten=False, normalize_time=True),
    "a filter": lambda env: wrappers.FilterObservation(wrappers.TimeAwareObservation(env, flatten=False), ["obs"]),
    "four of them": lambda env: wrappers.FrameStackObservation(
        wrappers.TimeAwareObservation(wrappers.RescaleAction(wrappers.FlattenObservation(env), LOW, HIGH)), 2
    ),
}


@pytest.mark.parametrize("wrap", CHAINS.values(), ids=CHAINS)
def test_a_specification_tells_its_wrappers(wrap: Callable[[Env], Env]) -> None:
    env = wrap(pendulum())

    text = to_text(env)
    loaded = from_text(text)

    assert inspect(text).verdict == "spec"
    assert str(loaded) == str(env)
    assert trajectory(loaded) == trajectory(env)


@pytest.mark.parametrize("wrap", CHAINS.values(), ids=CHAINS)
def test_attributes_tell_their_wrappers(wrap: Callable[[Env], Env]) -> None:
    env = wrap(pendulum())

    loaded = from_text(to_text(env, prefer="jsonpickle"))

    assert str(loaded) == str(env)
    assert trajectory(loaded) == trajectory(env)


@pytest.mark.parametrize("wrap", CHAINS.values(), ids=CHAINS)
def test_wrappers_count_for_the_identity_and_running_does_not(wrap: Callable[[Env], Env]) -> None:
    env = wrap(pendulum())
    before = identity(to_text(env))

    trajectory(env, n_steps=250)

    assert identity(to_text(env)) == before
    assert identity(to_text(pendulum())) != before


def test_wrappers_in_an_order_that_make_would_not_choose_are_kept_in_it() -> None:
    env = wrappers.TimeLimit(wrappers.ClipAction(pendulum()), 7)

    text = to_text(env)

    assert inspect(text).kind == "jsonpickle"
    assert str(from_text(text)) == str(env)
    assert trajectory(from_text(text)) == trajectory(env)


def test_what_a_wrapper_learned_comes_back() -> None:
    env = wrappers.NormalizeObservation(pendulum())
    fresh = identity(to_text(env))
    trajectory(env, n_steps=100)

    loaded = from_text(to_text(env))

    assert isinstance(loaded, wrappers.NormalizeObservation)
    assert loaded.obs_rms.count == env.obs_rms.count > 100
    assert identity(to_text(env)) == fresh
    assert trajectory(loaded) == trajectory(env)


def test_where_only_the_specification_can_be_stored_what_was_learned_is_missed_aloud() -> None:
    pytest.importorskip("Box2D")
    env: Env = wrappers.NormalizeObservation(gymnasium.make("LunarLander-v3"))

    with pytest.warns(HistoryWarning, match="starts anew"):
        text = to_text(env)

    assert inspect(text).verdict == "spec"


def test_a_wrapper_of_ones_own_needs_the_same_trust_as_an_environment() -> None:
    env = Scaled(gymnasium.make("company_b/Grid-v0", size=4), factor=3.0)

    text = to_text(env)
    loaded = from_text(text, trust=["company_b"])

    assert inspect(text).kind == "spec"
    assert inspect(text).needs_trust == ("company_b.envs.GridEnv", "company_b.envs.Scaled")
    assert trajectory(loaded) == trajectory(env)


def test_gymnasiums_wrappers_around_an_environment_that_is_not_registered() -> None:
    env = wrappers.TimeLimit(wrappers.FlattenObservation(wrappers.RescaleObservation(GridEnv(), LOW, HIGH)), 9)

    loaded = from_text(to_text(env), trust=["company_b"])

    assert trajectory(loaded) == trajectory(env)


def test_a_wrapper_with_a_function_is_refused_with_its_place() -> None:
    env = wrappers.TransformReward(pendulum(), lambda reward: reward)

    with pytest.raises(RefusedEnvironmentError, match=r"at _saved_kwargs.func, .*lambda.* functions do not travel"):
        to_text(env)


def test_storing_leaves_every_layer_as_it_was() -> None:
    env = wrappers.NormalizeObservation(wrappers.RecordEpisodeStatistics(pendulum()))
    env.reset(seed=1)
    env.step(env.action_space.sample())
    layers = [env, env.env, env.env.env, env.unwrapped]  # type: ignore[attr-defined]
    before = [repr(sorted(vars(layer).items(), key=str)) for layer in layers]
    state = env.np_random.bit_generator.state

    with warnings.catch_warnings():
        warnings.simplefilter("error")
        to_text(env)

    assert [repr(sorted(vars(layer).items(), key=str)) for layer in layers] == before
    assert env.np_random.bit_generator.state == state
