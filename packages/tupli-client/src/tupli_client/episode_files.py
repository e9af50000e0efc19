"""Episodes as files: a payload beside its header, or plain columns from other tools.

``<id>.safetensors`` holds the steps, ``<id>.json`` what the storage says of them. An ``.npz`` file holds ``observations`` (T or T + 1
rows), ``actions``, ``rewards``, ``terminated`` and ``truncated`` (a column each, or one bool for the last step) and ``infos/<key>``;
parts of a Dict space are named by path, as in ``observations/camera``.
"""

import zipfile
from pathlib import Path
from typing import Any

import numpy as np
from pydantic import ValidationError

from tupli_schemas import codec
from tupli_schemas.columns import EpisodeData
from tupli_schemas.episodes import Episode, EpisodeHeader
from tupli_schemas.errors import InvalidDataError, invalid_data

_COLUMNS = ("observations", "actions", "rewards", "terminated", "truncated", "infos")


def read_episode(file: Path, benchmark_id: str | None = None, metadata: dict[str, Any] | None = None) -> Episode:
    """The episode in a ``.safetensors`` or ``.npz`` file.

    Args:
        file: If there is a header beside it, the episode is what that says, with the id that it names.
        benchmark_id: Of which benchmark it is. If it was of another, it becomes a new episode.
        metadata: Is added to that of the header.

    Raises:
        InvalidDataError: The file holds no episode, or nothing says of which benchmark it is.
    """
    header = _header_beside(file)
    if benchmark_id is None and header is None:
        raise InvalidDataError(f"{file} does not say of which benchmark it is", hint="name the benchmark")
    described: dict[str, Any] = {"benchmark_id": benchmark_id, "metadata": metadata or {}}
    if header is not None:
        described = header.model_dump(include={"benchmark_id", "metadata", "abandoned", "recording", "id"})
        described["metadata"] |= metadata or {}
        if benchmark_id not in {None, header.benchmark_id}:
            described |= {"benchmark_id": benchmark_id, "id": None}
    return Episode(data=_read_columns(file), **described)


def write_episode(episode: Episode, header: EpisodeHeader, folder: Path) -> Path:
    """Write an episode and its header into a folder, which is made if need be; the file with the steps, which is whole once it is there."""
    folder.mkdir(parents=True, exist_ok=True)
    file = file_of(header, folder)
    unfinished = file.with_suffix(".unfinished")
    with unfinished.open("wb") as stream:
        stream.writelines(codec.encode(episode.data).buffers)
    file.with_suffix(".json").write_text(header.model_dump_json(indent=2) + "\n", encoding="utf-8")
    return unfinished.replace(file)


def file_of(header: EpisodeHeader, folder: Path) -> Path:
    """Where ``write_episode`` puts the steps."""
    return folder / f"{header.id}.safetensors"


def _header_beside(file: Path) -> EpisodeHeader | None:
    beside = file.with_suffix(".json")
    try:
        return EpisodeHeader.model_validate_json(beside.read_bytes())
    except FileNotFoundError:
        return None
    except ValidationError as error:
        raise invalid_data(error, f"the header in {beside}") from error


def _read_columns(file: Path) -> EpisodeData:
    try:
        return _from_npz(file) if file.suffix == ".npz" else codec.decode(file.read_bytes())
    except InvalidDataError as error:
        raise InvalidDataError(f"{file} is no episode: {error.detail}", hint=error.hint) from error


def _from_npz(file: Path) -> EpisodeData:
    tree: dict[str, Any] = {}
    for name, values in _arrays(file).items():
        _put(tree, name.split("/"), values)
    if tree.keys() - set(_COLUMNS) or set(_COLUMNS[:-1]) - tree.keys():
        raise InvalidDataError(
            f"it has the columns {', '.join(sorted(tree))}",
            hint=f"an episode has {', '.join(_COLUMNS)}; infos are optional",
        )
    ends = {
        name: column[()] if (column := tree.pop(name)).ndim == 0 else column for name in ("terminated", "truncated")
    }
    return EpisodeData.from_arrays(**tree, **ends)


def _arrays(file: Path) -> dict[str, Any]:
    """What an npz file holds; objects, which would have to be unpickled, are refused."""
    try:
        with np.load(file, allow_pickle=False) as arrays:
            return {name: arrays[name] for name in arrays.files}
    except (ValueError, zipfile.BadZipFile, EOFError) as error:
        raise InvalidDataError(f"it is no npz file of plain arrays: {error}") from error


def _put(tree: dict[str, Any], path: list[str], values: Any) -> None:
    *parents, last = path
    for part in parents:
        tree = tree.setdefault(part, {})
    tree[last] = values
