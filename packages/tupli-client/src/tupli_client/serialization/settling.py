"""An environment apart from its history: the same, whatever happened to it before it was stored.

A copy is reset with a fixed seed, stepped, and reset again. What differs between the two resets is history that a reset
does not restore (counters, running averages, caches): it keeps the value that the live environment has, and is listed, so
that the identity leaves it out. Everything else is a function of the seed from now on.
"""

import contextlib
import random
import time
import warnings
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from typing import Any, TypeVar

import gymnasium
import numpy as np

from tupli_client.serialization.copying import copied
from tupli_client.serialization.snapshot import Path, Snapshot, differences, outermost, snapshot

Env = gymnasium.Env[Any, Any]
T = TypeVar("T")

SEED = 0
N_STEPS = 100
MAX_SECONDS = 2.0  # of stepping; a simulator that is slower is stepped less often


@dataclass(frozen=True, slots=True)
class Settled:
    """A settled copy, and the attributes in which history remains."""

    env: Env
    history: tuple[Path, ...] = ()


def settled(live: Env) -> Settled:
    """A copy of ``live`` apart from its history. An environment that cannot be reset (its data was taken out) is copied as it is.

    Raises:
        RefusedEnvironmentError: It cannot be copied.
    """
    env = copied(live)
    with undisturbed(), unseen(env):
        if attempt(partial(env.reset, seed=SEED)) is None:
            return Settled(copied(live))
        history = outermost(unrestored(env))
    for path in history:
        _take_over(path, live, env)
    return Settled(env, tuple(history))


def unrestored(env: Env) -> set[Path]:
    """What a reset with a seed does not restore, found by running an environment that was just reset."""
    before = snapshot(env, with_random=True)
    for _ in running(env):
        pass
    attempt(partial(env.reset, seed=SEED))
    return differences(before, snapshot(env, with_random=True))


def changed_by_running(env: Env) -> set[Path]:
    """Every attribute that a reset or steps change, however briefly."""
    first, changed = snapshot(env, with_random=False), set[Path]()
    for seed in (SEED, SEED + 1):
        if attempt(partial(env.reset, seed=seed)) is not None:
            changed |= differences(first, snapshot(env, with_random=False))
            for later in running(env):
                changed |= differences(first, later)
    return changed


def running(env: Env) -> Iterator[Snapshot]:
    """Snapshots of an episode of random actions: after the first step and after the last, at which it may have ended."""
    attempt(lambda: env.action_space.seed(SEED))
    started = time.monotonic()
    for n in range(1, N_STEPS + 1):
        outcome = attempt(lambda: env.step(env.action_space.sample()))
        is_last = (
            n == N_STEPS or outcome is None or outcome[2] or outcome[3] or time.monotonic() - started > MAX_SECONDS
        )
        if n == 1 or is_last:
            yield snapshot(env, with_random=False)
        if is_last:
            return


def attempt(action: Callable[[], T]) -> T | None:
    """What the code of an environment's author returns; None if it raises. It may raise anything: without its data it is expected to."""
    try:
        return action()
    except Exception:  # noqa: BLE001
        return None


@contextlib.contextmanager
def undisturbed() -> Iterator[None]:
    """Run somebody's environment without a trace: no warnings, and the process-wide random generators as they were."""
    legacy, python = np.random.get_state(), random.getstate()  # noqa: NPY002 - what old environments still draw from
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            yield
    finally:
        np.random.set_state(legacy)  # noqa: NPY002
        random.setstate(python)


@contextlib.contextmanager
def unseen(env: Env) -> Iterator[None]:
    """Run a copy without the window that it would open."""
    attributes = vars(env.unwrapped)
    mode = attributes.get("render_mode")
    if mode == "human":
        attributes["render_mode"] = None
    try:
        yield
    finally:
        if mode == "human":
            attributes["render_mode"] = mode


def _take_over(path: Path, source: object, target: object) -> None:
    """Give the attribute at ``path`` of ``target`` the value that ``source`` has there."""
    for name in path[:-1]:
        source, target = getattr(source, name, None), getattr(target, name, None)
    attributes = getattr(source, "__dict__", {})
    if path[-1] in attributes and hasattr(target, "__dict__"):
        vars(target)[path[-1]] = copied(attributes[path[-1]])
