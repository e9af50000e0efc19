"""Benchmarks of PyTupli are bare jsonpickle text; they load too, and through the same gate."""

import base64
import collections
import datetime as dt
import json
from pathlib import Path
from typing import Any

import gymnasium
import jsonpickle
import numpy as np
import pytest

from company_b.envs import GridEnv
from trajectories import trajectory
from tupli_client.serialization import from_text, inspect
from tupli_schemas.errors import RefusedEnvironmentError, UntrustedCodeError

Env = gymnasium.Env[Any, Any]

# Written by PyTupli 1.2.9 for a CartPole that had been reset and stepped once, so with a random generator in it.
CART_POLE = (Path(__file__).parent / "golden" / "pytupli-cart-pole.json").read_text()


@pytest.mark.filterwarnings("ignore::DeprecationWarning")
def as_pytupli_writes(env: Env, keys: bool = False) -> str:
    text: str = jsonpickle.encode(env, keys=keys, indent=4)
    return text


def test_a_benchmark_of_pytupli_loads_without_consent() -> None:
    assert inspect(CART_POLE).verdict == "safe"
    assert trajectory(from_text(CART_POLE)) == trajectory(gymnasium.make("CartPole-v1"))


def test_its_random_generator_goes_on() -> None:
    env = from_text(CART_POLE)

    numbers = env.np_random.random(3)

    assert list(from_text(CART_POLE).np_random.random(3)) == list(numbers)


@pytest.mark.filterwarnings("ignore:keys will default:DeprecationWarning")
@pytest.mark.parametrize(
    "name", ["Acrobot-v1", "Blackjack-v1", "MountainCar-v0", "MountainCarContinuous-v0", "Pendulum-v1"]
)
def test_so_do_other_environments_as_pytupli_writes_them(name: str) -> None:
    env: Env = gymnasium.make(name)
    env.reset(seed=1)

    loaded = from_text(as_pytupli_writes(env))

    assert trajectory(loaded) == trajectory(gymnasium.make(name))


@pytest.mark.parametrize("name", ["FrozenLake-v1", "FrozenLake8x8-v1"])
def test_with_its_keys_a_table_of_transitions_loads_too(name: str) -> None:
    env: Env = gymnasium.make(name)

    assert trajectory(from_text(as_pytupli_writes(env, keys=True))) == trajectory(env)


def test_anybody_elses_class_needs_consent_here_as_well() -> None:
    text = as_pytupli_writes(GridEnv(), keys=True)

    with pytest.raises(UntrustedCodeError, match=r"company_b\.envs\.GridEnv"):
        from_text(text)
    assert trajectory(from_text(text, trust=["company_b"])) == trajectory(GridEnv())


def test_data_in_reduce_form_is_made_by_recipes() -> None:
    env: Any = GridEnv()
    env.data = [
        *(
            np.random.RandomState(3),
            np.random.default_rng(4),
            np.datetime64("2020-01-02", "h"),
            np.arange(6).reshape(2, 3).T,
        ),
        *(np.array(["a", None], dtype=object), np.float16(1.5), np.dtype("S3"), frozenset({1}), slice(1, 2), range(3)),
        *(collections.deque([1, 2], maxlen=5), collections.OrderedDict(b=1, a=2), collections.Counter("aab")),
        *(
            dt.datetime.fromisoformat("2020-01-01T03:00"),
            dt.date(2020, 1, 1),
            dt.time(4),
            dt.timedelta(3),
            dt.timezone(dt.timedelta(hours=1)),
        ),
        dt.datetime(2020, 1, 1, 3, tzinfo=dt.UTC),
    ]

    loaded: Any = from_text(as_pytupli_writes(env, keys=True), trust=["company_b"])

    for ours, theirs in zip(loaded.data[2:], env.data[2:], strict=True):
        assert type(ours) is type(theirs)
        assert np.array_equal(ours, theirs), theirs
    assert [item.random() for item in loaded.data[:2]] == [item.random() for item in env.data[:2]]


@pytest.mark.parametrize(
    "data",
    [b"\x07\xe4\x01\xff\x00\x00\x00\x00\x00\x00", b"\x07\xe4\x01\x01\xff\xff\xff\x00\x00\x00", b"short", b"\xff" * 10],
)
def test_a_moment_that_cannot_be_is_refused(data: bytes) -> None:
    moment = [{"py/type": "datetime.datetime"}, [base64.b64encode(data).decode()]]
    value = {"py/object": "datetime.datetime", "__reduce__": moment}

    with pytest.raises(RefusedEnvironmentError, match=r"datetime\.datetime is not valid"):
        from_text(json.dumps({"py/object": "gymnasium.envs.classic_control.cartpole.CartPoleEnv", "x": value}))
