"""Every environment of Gymnasium's standard families survives: the same trajectory, bit for bit, and one identity."""

from pathlib import Path
from typing import Any

import gymnasium
import pytest

from trajectories import trajectory
from tupli_client.serialization import from_text, identity, inspect, to_text

Env = gymnasium.Env[Any, Any]


def newest(name: str) -> str:
    """The id of the newest version of an environment that is installed."""
    return max(spec.id for spec in gymnasium.registry.values() if spec.name == name and spec.namespace is None)


PYTHON = tuple(
    newest(name)
    for name in [
        "Acrobot",
        "Blackjack",
        "CartPole",
        "CliffWalking",
        "FrozenLake",
        "MountainCar",
        "MountainCarContinuous",
        "Pendulum",
        "Taxi",
    ]
)
BOX2D = ("BipedalWalker-v3", "BipedalWalkerHardcore-v3", "CarRacing-v3", "LunarLander-v3", "LunarLanderContinuous-v3")
MUJOCO = tuple(
    f"{name}-v5"
    for name in [
        "Ant",
        "HalfCheetah",
        "Hopper",
        "Humanoid",
        "HumanoidStandup",
        "InvertedDoublePendulum",
        "InvertedPendulum",
        "Pusher",
        "Reacher",
        "Swimmer",
        "Walker2d",
    ]
)


@pytest.fixture(autouse=True)
def _elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)  # MuJoCo writes a log where it runs


def make(name: str) -> Env:
    if name in BOX2D:
        pytest.importorskip("Box2D")
    if name in MUJOCO:
        pytest.importorskip("mujoco")
    env: Env = gymnasium.make(name)
    return env


@pytest.mark.parametrize("name", [*PYTHON, *BOX2D, *MUJOCO])
def test_it_is_stored_as_a_specification_and_comes_back_the_same(name: str) -> None:
    env = make(name)

    text = to_text(env)
    loaded = from_text(text)

    assert inspect(text).verdict == "spec"
    assert len(text) < 1_500
    assert trajectory(loaded) == trajectory(env)
    env.close()


@pytest.mark.parametrize("name", PYTHON)
def test_its_attributes_come_back_the_same_too(name: str) -> None:
    env = make(name)

    text = to_text(env, prefer="jsonpickle")
    loaded = from_text(text)

    assert (inspect(text).verdict, inspect(text).kind) == ("safe", "jsonpickle")
    assert trajectory(loaded) == trajectory(env)


@pytest.mark.parametrize("name", [*PYTHON, "LunarLander-v3", "BipedalWalker-v3", "Hopper-v5", "Humanoid-v5"])
def test_running_it_does_not_change_its_identity(name: str) -> None:
    env = make(name)
    before = to_text(env)

    trajectory(env, seed=5, n_steps=300)

    assert to_text(env) == before
    env.close()


@pytest.mark.parametrize("name", PYTHON)
def test_nor_does_it_in_the_form_of_attributes(name: str) -> None:
    env = make(name)
    before = identity(to_text(env, prefer="jsonpickle"))

    trajectory(env, seed=5, n_steps=300)

    assert identity(to_text(env, prefer="jsonpickle")) == before


@pytest.mark.parametrize(
    ("name", "attribute", "value"),
    [("CartPole-v1", "gravity", 3.7), ("MountainCar-v0", "goal_position", 0.4), ("Hopper-v5", "_healthy_reward", 2.0)],
)
def test_a_changed_attribute_makes_another_environment(name: str, attribute: str, value: float) -> None:
    env, changed = make(name), make(name)
    assert hasattr(changed.unwrapped, attribute)
    setattr(changed.unwrapped, attribute, value)

    if name == "Hopper-v5":
        with pytest.raises(Exception, match="outside of Python"):
            to_text(changed)
        return
    assert identity(to_text(changed)) != identity(to_text(env))
    assert getattr(from_text(to_text(changed)).unwrapped, attribute) == value


def test_a_changed_model_is_not_mistaken_for_its_specification() -> None:
    env = make("Hopper-v5")
    env.unwrapped.model.opt.gravity[2] = -1.0  # type: ignore[attr-defined]

    with pytest.raises(Exception, match="model"):
        to_text(env)


def test_arguments_that_json_has_no_form_for_come_back_exactly() -> None:
    pytest.importorskip("mujoco")
    env: Env = gymnasium.make("Ant-v5", healthy_z_range=(0.1, 1.0))

    loaded = from_text(to_text(env))

    assert loaded.unwrapped._healthy_z_range == (0.1, 1.0)  # type: ignore[attr-defined]


def test_rendering_does_not_change_its_identity() -> None:
    pytest.importorskip("pygame")
    env: Env = gymnasium.make("CartPole-v1", render_mode="rgb_array")
    before = to_text(env)

    env.reset(seed=0)
    env.render()

    assert to_text(env) == before
    assert to_text(env, prefer="jsonpickle")  # its window does not travel
    env.close()
