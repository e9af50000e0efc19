"""The columns of one payload, read as views of its bytes wherever that is possible."""

from collections.abc import Collection
from typing import Any

import numpy as np

from tupli_schemas.arrays import Array
from tupli_schemas.columns import EpisodeData
from tupli_schemas.compression import decompress
from tupli_schemas.dtypes import check_values
from tupli_schemas.errors import InvalidDataError
from tupli_schemas.infos import InfoColumn
from tupli_schemas.layout import OFFSETS, PRESENT, Column, Form, Layout, info_name
from tupli_schemas.text_column import TextColumn
from tupli_schemas.trees import Leaf, Tree, column_names, tree_map


class ColumnReader:
    """Reads columns where a layout says they are; everything in them is checked.

    Args:
        payload: The whole payload, or any bytes that the layout fits.
        layout: Where the columns are.
        max_bytes: What the compressed columns may expand to, together.
    """

    def __init__(self, payload: memoryview, layout: Layout, max_bytes: int) -> None:
        self._payload = payload
        self._layout = layout
        self._max_bytes = max_bytes
        self._opened_bytes = 0

    def episode(self, wanted: Collection[str]) -> EpisodeData:
        """The episode; of observations, actions and infos only those that are wanted."""
        said = self._layout.metadata
        return EpisodeData(
            all_observations=self._tree("observations", said.observations) if "observations" in wanted else {},
            actions=self._tree("actions", said.actions) if "actions" in wanted else {},
            rewards=self._array("rewards"),
            terminated=self._array("terminated"),
            truncated=self._array("truncated"),
            infos={key: self._info(key, kind) for key, kind in said.infos.items()} if "infos" in wanted else {},
            has_final_observation=said.has_final_observation,
            is_partial=said.is_partial,
        )

    def _tree(self, prefix: str, form: Form) -> Tree:
        return tree_map(self._leaf, column_names(form, prefix), form)  # type: ignore[no-any-return]

    def _leaf(self, name: str, kind: str) -> Leaf:
        return self._text(name) if kind == "text" else self._array(name)

    def _text(self, name: str) -> TextColumn:
        text = TextColumn(self._array(name), self._array(name + OFFSETS))
        text.check(name)
        return text

    def _info(self, key: str, kind: Any) -> InfoColumn:
        name = info_name(key)
        present = self._array(name + PRESENT) if name + PRESENT in self._layout.columns else None
        column = InfoColumn(self._text(name) if kind == "json" else self._array(name), present, kind)
        column.check(name)
        return column

    def _array(self, name: str) -> Array:
        column = self._layout.columns[name]
        start, stop = self._layout.span(name)
        array = self._opened(name, column, start, stop) if column.is_compressed else self._view(column, start)
        check_values(array, name)
        return array

    def _view(self, column: Column, start: int) -> Array:
        array = np.ndarray(column.shape, column.dtype, self._payload, start)
        if not array.flags.aligned:
            array = array.copy()
            array.flags.writeable = False
        return array

    def _opened(self, name: str, column: Column, start: int, stop: int) -> Array:
        self._opened_bytes += column.n_bytes
        if self._opened_bytes > self._max_bytes:
            raise InvalidDataError(
                f"the compressed columns of the payload expand to more than {self._max_bytes} bytes",
                hint="if you trust their origin, decode with a larger max_bytes",
            )
        array = decompress(self._payload[start:stop], column.n_bytes, name).view(column.dtype).reshape(column.shape)
        array.flags.writeable = False
        return array
