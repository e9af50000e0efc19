"""The parts of Gymnasium that are constructed anew instead of being filled with attributes: wrappers that hold functions, and specs."""

import copy
from collections.abc import Mapping
from math import prod
from typing import Any

import gymnasium
import numpy as np
from gymnasium.envs.registration import EnvSpec
from gymnasium.spaces import flatdim

from tupli_client.serialization.attributes import entry_point_text
from tupli_schemas.errors import RefusedEnvironmentError
from tupli_schemas.inspection.limits import MAX_ELEMENTS

_FLATTENING = frozenset({"FlattenObservation", "TimeAwareObservation"})
_DIVIDING = {"DiscretizeObservation": "observation_space", "DiscretizeAction": "action_space"}


def wrap(cls: type, env: Any, arguments: Mapping[str, Any]) -> gymnasium.Env[Any, Any]:
    """A wrapper, constructed.

    Raises:
        RefusedEnvironmentError: It does not fit, or would fill the memory.
    """
    try:
        if cls.__name__ in _FLATTENING:
            _check(cls, flatdim(env.observation_space))
        if space := _DIVIDING.get(cls.__name__):
            _check(cls, prod(getattr(env, space).shape or ()) * max(_bins(arguments.get("bins"))))
        return cls(env, **arguments)  # type: ignore[no-any-return]
    except RefusedEnvironmentError:
        raise
    except Exception as error:  # a constructor may raise anything
        raise RefusedEnvironmentError(
            f"the wrapper {cls.__name__} cannot be rebuilt: {ascii(str(error))[:200]}"
        ) from error


def rewrap(cls: type, fields: Mapping[str, Any]) -> gymnasium.Env[Any, Any]:
    """A wrapper from the attributes that it was stored with: the environment inside, and the arguments it was made with."""
    arguments, env = fields.get("_saved_kwargs"), fields.get("env")
    if type(arguments) is not dict or not issubclass(type(env), gymnasium.Env):
        raise RefusedEnvironmentError(f"a stored {cls.__name__} has no environment or no arguments")
    return wrap(cls, env, arguments)


def read_env_spec(fields: Mapping[str, Any]) -> EnvSpec | None:
    """The ``spec`` of a stored environment, or None.

    ``gymnasium.make(env.spec)`` runs what the entry point says, so a spec is only given back where the local registry
    says the same, and then with the local entry points.
    """
    local = gymnasium.registry.get(fields["id"]) if isinstance(fields.get("id"), str) else None
    stored = fields.get("entry_point")
    if local is None or not isinstance(stored, str) or entry_point_text(local.entry_point) != stored:
        return None
    spec = copy.copy(local)
    for name in ("reward_threshold", "nondeterministic", "max_episode_steps", "order_enforce", "disable_env_checker"):
        if type(fields.get(name)) in (bool, int, float, type(None)):
            setattr(spec, name, fields.get(name))
    spec.kwargs = fields["kwargs"] if isinstance(fields.get("kwargs"), dict) else {}
    spec.additional_wrappers = ()
    return spec


def _bins(bins: Any) -> list[int]:
    numbers = list(bins) if type(bins) in (list, tuple) else [bins]
    if not numbers or not all(issubclass(type(number), int | np.integer) for number in numbers):
        raise RefusedEnvironmentError("the bins of a wrapper are not integers")
    return [int(number) for number in numbers]


def _check(cls: type, n_elements: int) -> None:
    if n_elements > MAX_ELEMENTS:
        raise RefusedEnvironmentError(
            f"the wrapper {cls.__name__} would make {n_elements:,} elements, at most {MAX_ELEMENTS:,}"
        )
