"""Environments as people write them: data, tables, random generators, parts that know each other, things that are counted."""

import os
import random
import subprocess
import sys
from pathlib import Path
from typing import Any

import gymnasium
import numpy as np
import pandas as pd
import pytest

from company_b.envs import GridEnv, MarketEnv, PickledByArguments, a_table
from trajectories import trajectory
from tupli_client.serialization import from_text, identity, inspect, to_text
from tupli_schemas.errors import RefusedEnvironmentError

TRUST = ["company_b"]


def test_an_environment_with_everything_comes_back_bit_for_bit() -> None:
    env = MarketEnv()

    loaded = from_text(to_text(env), trust=TRUST)

    assert isinstance(loaded, MarketEnv)
    assert trajectory(loaded) == trajectory(env)


def test_so_it_does_in_the_middle_of_its_life() -> None:
    env = MarketEnv()
    trajectory(env, seed=8, n_steps=50)

    loaded = from_text(to_text(env), trust=TRUST)

    assert (loaded.n_resets, loaded.seen) == (env.n_resets, env.seen)  # type: ignore[attr-defined]
    assert trajectory(loaded) == trajectory(env)


def test_every_attribute_comes_back_as_what_it_was() -> None:
    env = MarketEnv()

    loaded: Any = from_text(to_text(env), trust=TRUST)

    pd.testing.assert_frame_equal(loaded.prices, env.prices)
    assert loaded.prices.index.freqstr == "h"
    assert loaded.machine.env is loaded
    assert (loaded.handle.level, loaded.handle.connection) == (3, "made anew")
    assert type(loaded.table[2.5]) is np.float32
    names = (
        "direction",
        "cell",
        "settings",
        "options",
        "log",
        "folder",
        "blob",
        "since",
        "recent",
        "groups",
        "known",
        "fixed",
    )
    for name in (*names, "kind", "limit"):
        assert getattr(loaded, name) == getattr(env, name), name
        assert type(getattr(loaded, name)) is type(getattr(env, name)), name


def test_running_it_does_not_change_its_identity() -> None:
    env = MarketEnv()
    before = identity(to_text(env))

    env.reset()
    after_reset = identity(to_text(env))
    trajectory(env, n_steps=200)

    assert before == after_reset == identity(to_text(env))


def test_equal_environments_have_one_identity_and_a_changed_parameter_another() -> None:
    changed_table = a_table()
    changed_table.iloc[0, 0] = 9

    identities = {
        identity(to_text(env))
        for env in (MarketEnv(), MarketEnv(a_table()), MarketEnv(size=6), MarketEnv(changed_table))
    }

    assert len(identities) == 3
    assert identity(to_text(MarketEnv())) == identity(to_text(MarketEnv()))


SEEDED = """
from company_b.envs import MarketEnv
from tupli_client.serialization import identity, to_text
print(identity(to_text(MarketEnv())))
"""


def test_its_identity_is_the_same_in_another_process() -> None:
    support = Path(sys.modules["company_b"].__file__ or "").parents[1]
    # Another seed of Python's hashes: the order of sets and of their copies differs.
    env = {**os.environ, "PYTHONPATH": str(support), "PYTHONHASHSEED": "12345"}

    there = subprocess.run(
        [sys.executable, "-c", SEEDED], env=env, capture_output=True, text=True, check=True, timeout=100
    )

    assert there.stdout.strip() == identity(to_text(MarketEnv()))


def test_storing_changes_neither_the_environment_nor_anybodys_random_numbers() -> None:
    env, twin = MarketEnv(), MarketEnv()
    np.random.seed(1)  # noqa: NPY002
    random.seed(1)
    expected = (np.random.random(), random.random())  # noqa: NPY002

    np.random.seed(1)  # noqa: NPY002
    random.seed(1)
    to_text(env)

    assert (np.random.random(), random.random()) == expected  # noqa: NPY002
    assert trajectory(env) == trajectory(twin)
    assert env.n_resets == twin.n_resets


def test_a_registered_environment_is_stored_as_its_specification() -> None:
    env = gymnasium.make("company_b/Grid-v0", size=7, goal=(1, 2))

    text = to_text(env)
    loaded = from_text(text, trust=TRUST)

    assert (inspect(text).verdict, inspect(text).kind) == ("needs-trust", "spec")
    assert loaded.unwrapped.goal == (1, 2)  # type: ignore[attr-defined]
    assert trajectory(loaded) == trajectory(env)


def test_a_net_of_objects_is_compared_with_its_specification_in_no_time() -> None:
    env: Any = gymnasium.make("company_b/Road-v0", n=30)
    unchanged = to_text(env)

    env.unwrapped.nodes[20][10].weight = 2.0

    assert inspect(unchanged).kind == "spec"
    with pytest.raises(RefusedEnvironmentError, match="nested too deeply"):
        to_text(env)  # so it is no longer what the specification says, and such a net has no other form


def test_an_environment_that_pickles_by_its_arguments_keeps_what_was_changed_since() -> None:
    env = PickledByArguments()
    env.goal = (0, 3)

    loaded = from_text(to_text(env), trust=TRUST)

    assert loaded.goal == (0, 3)  # type: ignore[attr-defined]
    assert trajectory(loaded) == trajectory(env)


def test_artifacts_are_taken_out_of_a_copy() -> None:
    env = MarketEnv()

    def strip(copy: Any) -> Any:
        copy.prices = "id-of-the-artifact"
        return copy

    text = to_text(env, strip=strip)
    loaded: Any = from_text(text, trust=TRUST)
    loaded.prices = a_table()

    assert isinstance(env.prices, pd.DataFrame)
    assert "id-of-the-artifact" in text
    assert trajectory(loaded) == trajectory(env)
    assert identity(to_text(env, strip=strip)) == identity(text)


def test_an_environment_whose_data_was_taken_out_need_not_run() -> None:
    env: Any = MarketEnv()
    env.machine = "id-of-the-artifact"

    text = to_text(env)

    assert from_text(text, trust=TRUST).machine == "id-of-the-artifact"  # type: ignore[attr-defined]


class WindowEnv(GridEnv):
    """Opens a window on each reset that is to be seen."""

    def reset(self, *, seed: int | None = None, options: dict[str, Any] | None = None) -> tuple[Any, dict[str, Any]]:
        assert self.render_mode != "human", "a window"
        return super().reset(seed=seed)


def test_storing_opens_no_window(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys.modules["company_b.envs"], "WindowEnv", WindowEnv, raising=False)
    monkeypatch.setattr(WindowEnv, "__module__", "company_b.envs")
    env = WindowEnv(render_mode="human")

    loaded: Any = from_text(to_text(env), trust=TRUST)

    assert (env.render_mode, loaded.render_mode) == ("human", "human")
    assert hasattr(loaded, "place")  # it was reset on the way, unseen


def test_an_environment_without_spaces_is_stored_all_the_same() -> None:
    env: Any = GridEnv()
    del env.action_space

    assert inspect(to_text(env)).verdict == "needs-trust"
