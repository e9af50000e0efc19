"""Data for the command line without a storage: an .npz file of columns, an episode's payload, or a folder of payloads."""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import numpy as np

from tupli_metrics.sources import FlatArrays, from_arrays
from tupli_schemas.codec import decode
from tupli_schemas.columns import EpisodeData
from tupli_schemas.errors import InvalidDataError, NotFoundError

PAYLOAD = ".safetensors"
OTHER_NAMES = {"terminals": "terminated", "timeouts": "truncated"}
COLUMNS = ("observations", "actions", "rewards", "terminated", "truncated", "next_observations")


class LocalFiles:
    """Keeps the promises of ``Loader`` for paths."""

    def load_episodes(self, ref: str) -> "FlatArrays | list[EpisodeData] | Payloads":
        """The episodes of a file or folder, to be read as often as one likes.

        Raises:
            NotFoundError: There is nothing at the path.
            InvalidDataError: It holds no episodes.
        """
        path = Path(ref)
        if not path.exists():
            raise NotFoundError(
                f"there is no file or folder {ref!r}", hint="give an .npz file, a payload or a folder of payloads"
            )
        if path.suffix == ".npz":
            return _from_npz(path)
        payloads = sorted(path.rglob(f"*{PAYLOAD}")) if path.is_dir() else [path]
        if not payloads:
            raise InvalidDataError(
                f"the folder {ref!r} holds no payloads", hint=f"they are files that end in {PAYLOAD}"
            )
        return Payloads(payloads)

    def describe(self, ref: str) -> Mapping[str, Any]:
        """The name of the file."""
        return {"name": Path(ref).name}


class Payloads:
    """Payload files as episodes, one after the other."""

    def __init__(self, paths: list[Path]) -> None:
        self._paths = paths

    def __len__(self) -> int:
        return len(self._paths)

    def __iter__(self) -> Iterator[EpisodeData]:
        return (decode(path.read_bytes()) for path in self._paths)


def _from_npz(path: Path) -> FlatArrays:
    with np.load(path, allow_pickle=False) as file:
        columns = {OTHER_NAMES.get(name, name): file[name] for name in file.files}
    missing = [name for name in COLUMNS[:4] if name not in columns]
    if missing:
        raise InvalidDataError(
            f"{path.name} has no {' and no '.join(missing)}", hint=f"it needs {', '.join(COLUMNS[:4])}; see from_arrays"
        )
    return from_arrays(**{name: columns[name] for name in COLUMNS if name in columns})
