"""One stored step."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Self

from pydantic import Field, model_validator

from tupli_schemas.base import Schema

OLDER_NAMES = {"state": "observation", "terminal": "terminated", "timeout": "truncated"}
"""The names that the paper and PyTupli use, and the Gymnasium name that each stands for."""


class RLTuple(Schema):
    """One step: what the agent saw, what it did, and what came of it.

    ``observation`` is the one seen *before* ``action``; ``next_observation`` is the one after it, if known. Both have the form
    of their Gymnasium space. ``state``, ``terminal`` and ``timeout`` are accepted and readable as older names.
    """

    observation: Any
    action: Any
    reward: Any = Field(description="A number, in the dtype that the environment gave.")
    terminated: bool = False
    truncated: bool = False
    info: dict[str, Any] = Field(default_factory=dict)
    next_observation: Any = None

    if TYPE_CHECKING:  # type checkers derive from the fields that there are no older names

        def __init__(  # noqa: PLR0913 - one for each name
            self,
            *,
            action: Any,
            reward: Any,
            observation: Any = ...,
            terminated: bool = ...,
            truncated: bool = ...,
            info: Mapping[str, Any] = ...,
            next_observation: Any = ...,
            state: Any = ...,
            terminal: bool = ...,
            timeout: bool = ...,
        ) -> None: ...

    @model_validator(mode="before")
    @classmethod
    def _understand_older_names(cls, fields: Any) -> Any:
        if not isinstance(fields, Mapping) or not OLDER_NAMES.keys() & fields.keys():
            return fields
        if both := [f"{old} and {new}" for old, new in OLDER_NAMES.items() if old in fields and new in fields]:
            raise ValueError(f"two spellings of one field: {', '.join(both)}")
        return {OLDER_NAMES.get(name, name): value for name, value in fields.items()}

    @classmethod
    def from_env_step(
        cls,
        obs: Any,
        action: Any,
        reward: Any,
        terminated: object,
        truncated: object,
        info: Mapping[str, Any] | None = None,
    ) -> Self:
        """A tuple from the values around one ``env.step``; ``obs`` is the observation that the agent acted on.

        Values of every Gymnasium space are accepted as they are: arrays, Python and numpy scalars, text, dicts and tuples.
        """
        return cls(
            observation=obs,
            action=action,
            reward=reward,
            terminated=bool(terminated),
            truncated=bool(truncated),
            info=dict(info or {}),
        )

    @property
    def state(self) -> Any:
        """The older name of ``observation``."""
        return self.observation

    @property
    def terminal(self) -> bool:
        """The older name of ``terminated``."""
        return self.terminated

    @property
    def timeout(self) -> bool:
        """The older name of ``truncated``."""
        return self.truncated

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, RLTuple):
            return NotImplemented
        return all(_same(getattr(self, name), getattr(other, name)) for name in RLTuple.model_fields)

    __hash__ = None  # type: ignore[assignment]  # its arrays have none


def _same(left: Any, right: Any) -> bool:
    """Equality that also holds for arrays, bit by bit, without asking for numpy where nobody has it."""
    if isinstance(left, dict) and isinstance(right, dict):
        return left.keys() == right.keys() and all(_same(left[key], right[key]) for key in left)
    if isinstance(left, list | tuple) and isinstance(right, list | tuple):
        return len(left) == len(right) and all(map(_same, left, right))
    if hasattr(left, "tobytes") and hasattr(right, "tobytes"):
        return bool(left.dtype == right.dtype and left.shape == right.shape and left.tobytes() == right.tobytes())
    return bool(left == right)
