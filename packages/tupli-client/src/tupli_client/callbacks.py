"""Callbacks that see an episode while it is recorded."""

from abc import ABC, abstractmethod
from collections.abc import Callable
from typing import Any, TypeAlias

from tupli_schemas.tuples import RLTuple


class EpisodeMetadataCallback(ABC):
    """Makes the metadata of an episode from its steps; the last dict that it returns in an episode is that episode's metadata.

    Any callable that takes a tuple and returns a dict will do; this class adds ``reset`` for callbacks that remember something.

    Example:
        >>> class Energy(EpisodeMetadataCallback):
        ...     def reset(self) -> None:
        ...         self.kwh = 0.0
        ...
        ...     def __call__(self, step: RLTuple) -> dict[str, float]:
        ...         self.kwh += step.info["kwh"]
        ...         return {"kwh": self.kwh}
    """

    def reset(self) -> None:  # noqa: B027 - a callback that remembers nothing has nothing to do here
        """An episode begins."""

    @abstractmethod
    def __call__(self, tuple: RLTuple) -> dict[str, Any]:  # noqa: A002 - the published name of this argument
        """A step was recorded. The tuple's arrays are copies, yours to keep."""


MetadataCallback: TypeAlias = EpisodeMetadataCallback | Callable[[Any], dict[str, Any] | None]
"""A callback of either kind; one that returns None leaves the metadata as it was."""
