"""Brings what PyTupli 1.2.9 kept in a folder into a storage: artifacts, benchmarks and episodes.

What PyTupli recorded as the ``state`` of a step is the observation *after* its action, so the observation before an episode's first
action is nowhere in its folder. Such an episode of N steps becomes one of N - 1 whole transitions; what is known of the first step is
kept in ``recording.extra["first_step"]``. Nothing is invented. Two more things cannot be known: whether an episode begins with steps
that a ``reset`` in mid-episode left behind, and the dtypes, where numbers were written as JSON: they come back as float64 and int64.
"""

import json
import warnings
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Literal, NamedTuple, TypeAlias

from pydantic import ValidationError

from tupli_client import belongings
from tupli_client.serialization import identity
from tupli_client.storage import TupliStorage
from tupli_schemas.artifacts import ArtifactHeader, ArtifactMetadata
from tupli_schemas.benchmarks import BenchmarkHeader, BenchmarkMetadata, BenchmarkQuery
from tupli_schemas.columns import EpisodeData
from tupli_schemas.episodes import Episode, EpisodeHeader, Recording
from tupli_schemas.errors import InvalidDataError, NotFoundError, invalid_data

States: TypeAlias = Literal["after", "before"]
"""Whether the ``state`` of a step is the observation after its action, as PyTupli recorded it, or the one before."""

_ABOUT = ".metadata.json"


class Imported(NamedTuple):
    """What was brought, by its headers, what was there before among it; and which files hold no episode that can be kept, and why."""

    artifacts: list[ArtifactHeader]
    benchmarks: list[BenchmarkHeader]
    episodes: list[EpisodeHeader]
    refused: dict[Path, InvalidDataError]


def import_folder(folder: Path | str, storage: TupliStorage, *, states: States = "after") -> Imported:
    """Bring everything in a folder of PyTupli. Doing so again changes nothing.

    Args:
        folder: With ``benchmarks``, ``artifacts`` and ``episodes`` in it; ``_local_storage`` unless somebody chose another name.
        storage: Where to.
        states: ``"before"`` for episodes that somebody put together by hand in the order in which an agent sees them.

    Warns:
        UserWarning: An episode cannot be kept; the others are brought all the same.

    Raises:
        NotFoundError: It is no such folder.
        InvalidDataError: A benchmark or an artifact in it cannot be read; the message names the file.
    """
    old = PyTupliFolder(Path(folder), states)
    imported = Imported(old.store_artifacts(storage), old.store_benchmarks(storage), [], {})
    imported.episodes.extend(storage.record_episodes(_readable(old, imported.refused)))
    for error in imported.refused.values():
        warnings.warn(str(error), stacklevel=2)
    return imported


def _readable(old: "PyTupliFolder", refused: dict[Path, InvalidDataError]) -> Iterator[Episode]:
    for file in old.episode_files():
        try:
            yield old.read_episode(file)
        except InvalidDataError as error:
            refused[file] = error


class PyTupliFolder:
    """A folder of PyTupli, read file by file. Artifacts go first, then benchmarks, which name them, then episodes.

    Raises:
        NotFoundError: It is no such folder.
    """

    def __init__(self, folder: Path, states: States = "after") -> None:
        if not any((folder / kind).is_dir() for kind in ("benchmarks", "episodes", "artifacts")):
            raise NotFoundError(
                f"{folder} is no folder of PyTupli", hint="it has the folders benchmarks, artifacts and episodes"
            )
        self._folder = folder
        self._states = states
        self._new_ids: dict[str, str] = {}

    def store_artifacts(self, storage: TupliStorage) -> list[ArtifactHeader]:
        """Store the artifacts, each under an id of its own, and remember which it had."""
        return [self._store_artifact(storage, file) for file in self._files("artifacts", _ABOUT)]

    def store_benchmarks(self, storage: TupliStorage) -> list[BenchmarkHeader]:
        """Store the benchmarks, or find equal ones, and remember which is which. Nothing in them is run."""
        return [self._store_benchmark(storage, file) for file in self._files("benchmarks")]

    def episode_files(self) -> list[Path]:
        """The files with episodes."""
        return list(self._files("episodes"))

    def read_episode(self, file: Path) -> Episode:
        """The episode in a file, under the id that it had.

        Raises:
            InvalidDataError: There is none in it, or none that can be kept; the message names the file.
        """
        said = _read(file)
        try:
            first, data = _transitions(said["tuples"], self._states)
            return Episode(
                id=said["id"],
                benchmark_id=self._new_ids.get(said["benchmark_id"], said["benchmark_id"]),
                metadata=said.get("metadata") or {},
                data=data,
                recording=Recording(extra={"imported": "PyTupli", "created_at": said.get("created_at"), **first}),
            )
        except ValidationError as error:
            raise invalid_data(error, str(file)) from error
        except (InvalidDataError, KeyError, TypeError, AttributeError) as error:
            reason = error.detail if isinstance(error, InvalidDataError) else repr(error)
            raise InvalidDataError(f"{file} holds no episode that can be kept: {reason}") from error

    def _store_artifact(self, storage: TupliStorage, file: Path) -> ArtifactHeader:
        said = _read(file)
        content = file.with_name(file.name.removesuffix(_ABOUT))
        header = storage.store_artifact(content, _described(ArtifactMetadata, said, file))
        self._new_ids[content.name] = header.id
        return header

    def _store_benchmark(self, storage: TupliStorage, file: Path) -> BenchmarkHeader:
        said = _read(file)
        text = str(said.get("serialized", ""))
        needed = [new for old, new in self._new_ids.items() if old in text]
        for old in self._new_ids:  # they are random: whatever reads like one is one
            text = text.replace(old, self._new_ids[old])
        metadata = _described(BenchmarkMetadata, said.get("metadata") or {}, file)
        metadata = metadata.model_copy(update={"extra": belongings.with_artifacts(metadata.extra, needed)})
        query = BenchmarkQuery(hash=identity(text), serialized=text, metadata=metadata, id=said.get("id"))
        header = belongings.store_or_find(storage, query, exist_ok=True)
        self._new_ids[file.stem] = header.id
        return header

    def _files(self, kind: str, suffix: str = ".json") -> Iterator[Path]:
        return iter(sorted((self._folder / kind).glob(f"*{suffix}")))


def _transitions(steps: list[dict[str, Any]], states: States) -> tuple[dict[str, Any], EpisodeData]:
    """What is known of a first step that is left out, and the steps that are whole."""
    if states == "before":
        return {}, _columns(steps, steps)
    if len(steps) < 2:
        raise InvalidDataError(f"of {len(steps)} steps, the first without its observation, none is whole")
    return {"first_step": {name: value for name, value in steps[0].items() if name != "state"}}, _columns(
        steps, steps[1:]
    )


def _columns(seen: list[dict[str, Any]], steps: list[dict[str, Any]]) -> EpisodeData:
    return EpisodeData.from_arrays(
        observations=[step["state"] for step in seen],
        actions=[step["action"] for step in steps],
        rewards=[step["reward"] for step in steps],
        terminated=[step["terminal"] for step in steps],
        truncated=[step["timeout"] for step in steps],
        infos=[step.get("info") or {} for step in steps],
    )


def _described(schema: Any, said: dict[str, Any], file: Path) -> Any:
    """What is said of a thing, as far as the schema has a place for it: the rest is what every storage says itself."""
    try:
        return schema(**{name: said[name] for name in schema.model_fields if said.get(name) is not None})
    except ValidationError as error:
        raise invalid_data(error, str(file)) from error


def _read(file: Path) -> dict[str, Any]:
    try:
        said = json.loads(file.read_bytes())
    except (ValueError, OSError) as error:
        raise InvalidDataError(f"{file} cannot be read: {error}") from error
    if not isinstance(said, dict):
        raise InvalidDataError(f"{file} holds no JSON object")
    return said
