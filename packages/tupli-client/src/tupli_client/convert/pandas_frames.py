"""Episodes as one pandas DataFrame, a row for each step."""

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Any

import numpy as np

from tupli_client.convert.arrays import column, flags
from tupli_client.convert.extras import need
from tupli_client.selections.episode import SelectedEpisode, selected
from tupli_schemas.columns import EpisodeData
from tupli_schemas.text_column import TextColumn
from tupli_schemas.trees import Leaf, Tree, leaves

if TYPE_CHECKING:
    import pandas as pd


def to_dataframe(episodes: Iterable[SelectedEpisode | EpisodeData]) -> "pd.DataFrame":
    """A row for each selected step; columns are named as filters name them.

    ``episode_id``, ``benchmark_id`` and ``step`` (counted from the episode's first) say where the row comes from; then
    ``observation.0`` … for vectors (``observation`` for numbers, ``observation.image.0`` … in Dict spaces), ``action`` likewise,
    ``reward``, ``terminated``, ``truncated``, and ``info.<key>`` with None in steps that lack the key. Arrays of more than one axis,
    such as images, stay one array in each cell. Needs pandas.

    Raises:
        InvalidDataError: The episodes differ in form or shape.
        ImportError: There is no pandas.
    """
    frame = need("pandas", "pandas", "a data frame").DataFrame
    chosen = selected(episodes)
    return frame({name: values for group in _columns(chosen) for name, values in group})  # type: ignore[no-any-return]


def _columns(episodes: list[SelectedEpisode]) -> "Iterator[Iterable[tuple[str, Any]]]":
    yield [
        ("episode_id", _repeated([getattr(episode, "id", None) for episode in episodes], episodes)),
        ("benchmark_id", _repeated([getattr(episode, "benchmark_id", None) for episode in episodes], episodes)),
        ("step", np.concatenate([np.zeros(0, np.int64), *(episode.rows for episode in episodes)])),
    ]
    yield _cells("observation", column("observations", episodes, lambda data: data.observations))
    yield _cells("action", column("actions", episodes, lambda data: data.actions))
    yield _cells("reward", column("rewards", episodes, lambda data: data.rewards))
    yield [
        ("terminated", flags([episode.data.terminated[episode.rows] for episode in episodes])),
        ("truncated", flags([episode.data.truncated[episode.rows] for episode in episodes])),
    ]
    keys = dict.fromkeys(key for episode in episodes for key in episode.data.infos)
    yield [(f"info.{key}", _infos(key, episodes)) for key in keys]


def _repeated(values: list[Any], episodes: list[SelectedEpisode]) -> Any:
    return np.repeat(np.array(values, dtype=object), [len(episode) for episode in episodes])


def _cells(name: str, tree: Tree) -> Iterator[tuple[str, Any]]:
    for path, leaf in leaves(tree):
        yield from _leaf_cells(".".join((name, *map(str, path))), leaf)


def _leaf_cells(name: str, leaf: Leaf) -> Iterator[tuple[str, Any]]:
    if isinstance(leaf, TextColumn) or leaf.ndim > 2:
        yield name, _objects(list(leaf))
    elif leaf.ndim == 2:
        yield from ((f"{name}.{index}", leaf[:, index]) for index in range(leaf.shape[1]))
    else:
        yield name, leaf


def _infos(key: str, episodes: list[SelectedEpisode]) -> Any:
    values = [value for episode in episodes for value in _values(key, episode)]
    kinds = set(map(type, values))
    return values if len(kinds) == 1 and kinds <= {bool, int, float} else _objects(values)


def _values(key: str, episode: SelectedEpisode) -> Iterator[Any]:
    infos = episode.data.infos.get(key)
    return (infos[row] if infos is not None and infos.has(row) else None for row in episode.rows)


def _objects(values: list[Any]) -> Any:
    """A cell for each value, also where values are arrays."""
    cells = np.empty(len(values), dtype=object)
    cells[:] = values
    return cells
