"""What cannot travel is refused when it is stored, with its place; what others would miss is told."""

import runpy
import subprocess
import sys
import threading
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from company_b.envs import FilesEnv, GridEnv
from trajectories import trajectory
from tupli_client.serialization import ScriptClassWarning, from_text, to_text
from tupli_schemas.errors import RefusedEnvironmentError, UntrustedCodeError


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


def test_what_is_nested_too_deeply_is_refused() -> None:
    chain: list[Any] = []
    for _ in range(2_000):
        chain = [chain]

    with pytest.raises(RefusedEnvironmentError, match="nested"):
        to_text(FilesEnv(chain))


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
