"""Where the command line has its data from: a loader that the client provides, or local files."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from typing import Any, Protocol, runtime_checkable

from tupli_metrics.local_files import LocalFiles
from tupli_metrics.reference import Reference
from tupli_metrics.rewards import mean_return
from tupli_schemas.columns import EpisodeData


@runtime_checkable
class Loader(Protocol):
    """What ``ctx.obj`` has to offer. ``storage`` is passed only if a user has named one."""

    def load_episodes(self, ref: str, **storage: str) -> Iterable[EpisodeData]:
        """The episodes of a data set, or of a benchmark."""

    def describe(self, ref: str, **storage: str) -> Mapping[str, Any]:
        """What is known of it; every key is optional.

        ``name``; ``about``, lines for people; ``metadata`` of the data set or its benchmark, where a reference may be stored;
        ``observation_space`` and ``action_space`` as ``SpaceSpec``.
        """


class Source:
    """One reference of the command line. Its episodes can be read again and again."""

    def __init__(self, loader: object, ref: str, storage: str | None = None) -> None:
        self._loader: Any = loader if isinstance(loader, Loader) else LocalFiles()
        self._ref = ref
        self._storage = {"storage": storage} if storage else {}
        self._known: Mapping[str, Any] = self._loader.describe(ref, **self._storage)

    def __iter__(self) -> Iterator[EpisodeData]:
        return iter(self._loader.load_episodes(self._ref, **self._storage))

    @property
    def name(self) -> str:
        """What to call it."""
        return str(self._known.get("name") or self._ref)

    @property
    def about(self) -> dict[str, str]:
        """What to say of it."""
        return {str(what): str(value) for what, value in dict(self._known.get("about") or {}).items()}

    @property
    def spaces(self) -> dict[str, Any]:
        """Its benchmark's spaces."""
        return {name: self._known.get(name) for name in ("observation_space", "action_space")}

    def stored_reference(self) -> Reference | None:
        """The reference in its metadata; else the widths of its spaces as a scale, if there is nothing better."""
        stored = Reference.from_metadata(self._known.get("metadata") or {})
        if stored != Reference():
            return stored
        return Reference.from_spaces(**self.spaces) if self.spaces["observation_space"] is not None else None


def with_returns(
    reference: Reference | None, return_min: float | None, return_max: float | None, random: Source | None
) -> Reference | None:
    """The reference with what the user said about returns."""
    if random is not None and return_min is None:
        return_min = mean_return(random)
    if return_min is None and return_max is None:
        return reference
    known = reference or Reference()
    return replace(
        known,
        return_min=known.return_min if return_min is None else return_min,
        return_max=known.return_max if return_max is None else return_max,
    )
