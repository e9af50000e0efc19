"""Environments as people write them: data, tables, random generators, parts that know each other, things that are counted."""

import random
import runpy
import subprocess
import sys
import threading
from pathlib import Path
from typing import Any

import gymnasium
import numpy as np
import pandas as pd
import pytest

from company_b.envs import FilesEnv, GridEnv, MarketEnv, PickledByArguments, a_table
from trajectories import trajectory
from tupli_client.serialization import ScriptClassWarning, from_text, identity, inspect, to_text
from tupli_schemas.errors import RefusedEnvironmentError, UntrustedCodeError

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


@pytest.mark.parametrize(
    ("what", "message"),
    [
        (lambda: 1, r"at what, .*lambda.* functions do not travel"),
        (trajectory, "at what, 'trajectory' is a function"),
        (np, "at what, .* is a function or a module"),
        ([{"deep": {1: (x for x in "ab")}}], r"at what.deep.1, .*builtins.generator"),
        (b"".join, "at what, .* is a function"),
        ({"py/object": "os.system"}, "one of jsonpickle's own"),
        ({threading: 1}, "at what, a key of a dict"),
        (np.ma.array([1]), "at what, .* outside of Python"),
        (subprocess.CompletedProcess([], 0), "Python's own class"),
    ],
)
def test_what_cannot_travel_is_refused_with_its_place(what: Any, message: str) -> None:
    with pytest.raises(RefusedEnvironmentError, match=message):
        to_text(FilesEnv(what))


def test_what_is_to_be_taken_out_must_be_copied_first() -> None:
    env = FilesEnv(threading.Lock())

    with pytest.raises(RefusedEnvironmentError, match=r"at what, .*_thread\.lock"):
        to_text(env)
    with pytest.raises(RefusedEnvironmentError, match=r"cannot be copied: .*lock"):
        to_text(env, strip=lambda copy: copy)


def test_a_class_inside_a_function_can_be_found_by_nobody() -> None:
    class LocalEnv(GridEnv):
        """Defined here."""

    with pytest.raises(RefusedEnvironmentError, match="defined inside a function"):
        to_text(LocalEnv())


SCRIPT = """
import warnings
from company_b.envs import GridEnv
from tupli_client.serialization import ScriptClassWarning, to_text

class NotebookEnv(GridEnv):
    pass

with warnings.catch_warnings(record=True) as caught:
    warnings.simplefilter("always")
    text = to_text(NotebookEnv())
message = str(next(w.message for w in caught if w.category is ScriptClassWarning))
"""


def test_an_environment_of_a_notebook_says_what_the_other_side_needs(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "notebook.py").write_text(SCRIPT)
    told = runpy.run_path(str(tmp_path / "notebook.py"), run_name="__main__")

    assert "__main__.NotebookEnv" in told["message"]
    assert "package" in told["message"]
    with pytest.raises(UntrustedCodeError, match=r"__main__\.NotebookEnv"):
        from_text(told["text"])
    with pytest.raises(RefusedEnvironmentError, match=r"define the class NotebookEnv in yours before loading"):
        from_text(told["text"], trust=["__main__"])

    monkeypatch.setattr(sys.modules["__main__"], "NotebookEnv", told["NotebookEnv"], raising=False)
    assert type(from_text(told["text"], trust=["__main__"])) is told["NotebookEnv"]


def test_the_warning_of_a_notebook_is_a_category_of_its_own() -> None:
    assert issubclass(ScriptClassWarning, UserWarning)
