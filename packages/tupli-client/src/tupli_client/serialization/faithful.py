"""Whether a specification says all there is to an environment: a twin is built from it, and compared."""

from dataclasses import dataclass
from functools import partial
from typing import Any

import gymnasium

from tupli_client.serialization.settling import SEED, attempt, changed_by_running, undisturbed, unrestored
from tupli_client.serialization.snapshot import Path, differences, snapshot
from tupli_client.serialization.spec import build, describe
from tupli_schemas.inspection import EnvSpecForm

Env = gymnasium.Env[Any, Any]


@dataclass(frozen=True, slots=True)
class Description:
    """A faithful specification. It is complete if a reset restores everything, so that there is no history to lose."""

    form: EnvSpecForm
    is_complete: bool


def faithful_spec(env: Env) -> Description | None:
    """The specification of ``env``, if following it makes the same environment.

    Left out of the comparison is what running changes: that is found by running the twin, never ``env`` itself.
    """
    form = describe(env)
    if form is None:
        return None
    with undisturbed():
        twin = attempt(lambda: build(_unseen(form), allows=lambda _: True))
        return None if twin is None else _compared(env, twin, form)


def _compared(env: Env, twin: Env, form: EnvSpecForm) -> Description | None:
    different = differences(snapshot(env, with_random=False), snapshot(twin, with_random=False))
    changed = changed_by_running(twin)
    is_complete = attempt(partial(twin.reset, seed=SEED)) is not None and not unrestored(twin)
    attempt(twin.close)
    if any(path[-1] != "render_mode" and not _is_below(path, changed) for path in different):
        return None
    return Description(form, is_complete)


def _unseen(form: EnvSpecForm) -> EnvSpecForm:
    """The same without a window that would open for the twin."""
    kwargs = {name: value for name, value in form.kwargs.items() if (name, value) != ("render_mode", "human")}
    return form.model_copy(update={"kwargs": kwargs})


def _is_below(path: Path, changed: set[Path]) -> bool:
    return any(path[:n] in changed for n in range(1, len(path) + 1))
