"""A filter on whole columns: one boolean for every step, the same that ``matching`` gives for each ``RLTuple`` by itself."""

from collections.abc import Iterator, Sequence
from typing import Any, TypeAlias, TypeGuard, cast

import numpy as np

from tupli_client.comparing import Mask, compare, each_text
from tupli_schemas.arrays import Array
from tupli_schemas.columns import EpisodeData
from tupli_schemas.filters import BaseFilter, FilterAND, FilterEQ, FilterNE, FilterNOT, FilterOR
from tupli_schemas.info_values import from_json
from tupli_schemas.infos import InfoColumn
from tupli_schemas.keys import path_of
from tupli_schemas.matching import matches
from tupli_schemas.text_column import TextColumn
from tupli_schemas.trees import Leaf, Tree, take
from tupli_schemas.tuples import RLTuple

Answer: TypeAlias = tuple[Mask, Mask]
"""For each row whether a comparison holds, and whether its key names anything there."""

Found: TypeAlias = tuple[Mask | bool, Mask | bool]
"""The same for one thing that was found; one bool stands for all rows."""


def mask(root: BaseFilter, data: EpisodeData) -> Mask:
    """For each step whether it satisfies the filter: bool, shape (T,).

    Keys are those of a tuple: ``reward``, ``observation.2``, ``observation.image.0``, ``terminated``, ``info.speed``. A key that is no
    field of a tuple names one of its info: ``speed`` is ``info.speed``.
    """
    if isinstance(root, FilterAND | FilterOR):
        combine = np.logical_and if isinstance(root, FilterAND) else np.logical_or
        masks = [mask(child, data) for child in root.filters]
        return combine.reduce(masks, axis=0) if masks else np.full(len(data), isinstance(root, FilterAND))
    if isinstance(root, FilterNOT):
        return ~mask(root.filters[0], data)
    if isinstance(root, FilterNE):
        holds, there = _answer(FilterEQ(key=root.key, value=root.value), data)
        return there & ~holds
    return _answer(root, data)[0]


def reaches(key: str, data: EpisodeData) -> bool:
    """Whether ``key`` names something in at least one step."""
    return bool(_answer(FilterEQ(key=key, value=True), data)[1].any())


def _answer(comparison: Any, data: EpisodeData) -> Answer:
    first, *path = path_of(comparison.key, RLTuple)
    if first == "info":
        return _answer_of_infos(comparison, data, path)
    if first == "next_observation" and not data.has_final_observation:
        known = _some(comparison, take(data.all_observations, slice(1, None)), path, len(data) - 1)
        return np.append(known[0], False), np.append(known[1], False)
    return _some(comparison, _column(first, data), path, len(data))


def _column(name: str, data: EpisodeData) -> Tree:
    plurals = {
        "observation": "observations",
        "action": "actions",
        "reward": "rewards",
        "next_observation": "next_observations",
    }
    return cast(Tree, getattr(data, plurals.get(name, name)))


def _answer_of_infos(comparison: Any, data: EpisodeData, path: Sequence[str]) -> Answer:
    nowhere = np.zeros(len(data), np.bool_)
    if not path:
        return nowhere, ~nowhere  # every step has an info, and a dict compares with nothing
    column = data.infos.get(path[0])
    if column is None:
        return nowhere, nowhere
    if column.kind == "json":
        return _answer_of_json(comparison, column, path)
    holds, there = _some(comparison, column.values, path[1:], len(data))
    return (holds, there) if column.present is None else (holds & column.present, there & column.present)


def _answer_of_json(comparison: Any, column: InfoColumn, path: Sequence[str]) -> Answer:
    """Values of any form: each distinct one is asked by itself."""
    key = ".".join(("value", *path[1:]))
    holds = comparison.model_copy(update={"key": key})
    is_there = FilterEQ(key=key, value=True) | FilterNE(key=key, value=True)
    return _each_value(column, holds), _each_value(column, is_there)


def _each_value(column: InfoColumn, root: BaseFilter) -> Mask:
    answers = np.zeros(len(column), np.bool_)
    texts = cast(TextColumn, column.values[column.rows])
    answers[column.rows] = each_text(texts, lambda text: matches(root, {"value": from_json(text)}))
    return answers


def _some(comparison: Any, tree: Tree, path: Sequence[str], n_rows: int) -> Answer:
    holds, there = np.zeros(n_rows, np.bool_), np.zeros(n_rows, np.bool_)
    for some_hold, some_are_there in _reach(comparison, tree, path):
        holds |= some_hold
        there |= some_are_there
    return holds, there


def _reach(comparison: Any, tree: Tree, path: Sequence[str]) -> Iterator[Found]:
    """An answer for everything that lies at the end of ``path``; ``matching`` walks single values alike."""
    if isinstance(tree, dict):
        if not path:
            yield False, True  # a dict is there, but compares with nothing
        elif path[0] in tree:
            yield from _reach(comparison, tree[path[0]], path[1:])
    elif isinstance(tree, tuple):
        yield from _reach_into_tuple(comparison, tree, path)
    elif isinstance(tree, TextColumn):
        if not path:
            yield compare(tree, comparison), True
    else:
        yield from _reach_into_array(comparison, tree, path)


def _reach_into_tuple(comparison: Any, children: tuple[Tree, ...], path: Sequence[str]) -> Iterator[Found]:
    if not path:
        yield False, True
        yield from ((compare(child, comparison), True) for child in children if _is_scalar(child))
        return
    if path[0].isdecimal() and int(path[0]) < len(children):
        yield from _reach(comparison, children[int(path[0])], path[1:])
    for child in children:
        if isinstance(child, dict):
            yield from _reach(comparison, child, path)


def _reach_into_array(comparison: Any, column: Array, path: Sequence[str]) -> Iterator[Found]:
    if path:
        if column.ndim > 1 and path[0].isdecimal() and int(path[0]) < column.shape[1]:
            yield from _reach_into_array(comparison, column[:, int(path[0])], path[1:])
    elif column.ndim == 1:
        yield compare(column, comparison), ~np.isnat(column) if column.dtype.kind in "mM" else True
    elif column.ndim == 2:
        yield np.any(compare(column, comparison), axis=1), True
    else:
        yield False, True  # the elements are lists, and lists compare with nothing


def _is_scalar(tree: Tree) -> TypeGuard[Leaf]:
    return isinstance(tree, TextColumn) or (isinstance(tree, np.ndarray) and tree.ndim == 1)
