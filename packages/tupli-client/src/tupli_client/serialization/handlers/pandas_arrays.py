"""The columns of pandas that are more than a numpy array: categories, texts, missing values, zones, periods, intervals."""

import datetime as dt
import re
import zoneinfo
from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd

from tupli_client.serialization.handlers.fields import Fields
from tupli_schemas.errors import RefusedEnvironmentError

MAX_UNSORTED = 10_000  # categories that pandas looks up in a table, whose hash anybody can make collide

_FREQUENCY = re.compile(r"-?\d{0,6}[A-Za-z]{1,4}(-[A-Z]{3})?")
_MASKED: dict[str, Any] = {
    "i": pd.arrays.IntegerArray,
    "u": pd.arrays.IntegerArray,
    "f": pd.arrays.FloatingArray,
    "b": pd.arrays.BooleanArray,
}


def plain(values: Any) -> Any:
    """The numpy array behind a column that is nothing more than that, otherwise the column."""
    if type(values) is pd.arrays.NumpyExtensionArray:  # pandas' array of texts is a subclass of it
        return values.to_numpy()
    if isinstance(values, pd.arrays.DatetimeArray | pd.arrays.TimedeltaArray) and getattr(values, "tz", None) is None:
        return values.to_numpy()
    return values


def write(values: Any) -> dict[str, Any]:
    """A column as attributes.

    Raises:
        RefusedEnvironmentError: There is no form for its dtype.
    """
    for kind, types, attributes in _WRITERS:
        if isinstance(values, types):
            return {"kind": kind, **attributes(values)}
    if isinstance(values.dtype, pd.StringDtype):
        return {"kind": "text", **_write_text(values)}
    raise RefusedEnvironmentError(
        f"a column of pandas' dtype {values.dtype} cannot be stored with an environment",
        hint="Take the frame out as an artifact in `_serialize`, or convert the column.",
    )


def read(fields: Fields) -> Any:
    """A column from checked attributes."""
    kind = fields.get("kind", str)
    if kind not in _READERS:
        raise fields.wrong("its kind is unknown")
    return _READERS[kind](fields)


def check_codes(fields: Fields, codes: Any, categories: Any, n: int) -> None:
    """Refuse codes that point past their categories, and categories that would take forever to look up."""
    if not issubclass(type(categories), pd.Index) or isinstance(categories, pd.MultiIndex):
        raise fields.wrong("its categories are not a simple index")
    if type(codes) is not np.ndarray or codes.ndim != 1 or codes.dtype.kind != "i" or len(codes) != n:
        raise fields.wrong("its codes are not integers")
    if n and not -1 <= codes.min() <= codes.max() < len(categories):
        raise fields.wrong("its codes point past its categories")
    if len(categories) > MAX_UNSORTED and not categories.is_monotonic_increasing:
        raise fields.wrong(f"it has more than {MAX_UNSORTED:,} categories, not sorted")


def index(fields: Fields, key: str) -> pd.Index:
    """An index, and nothing that only looks like one: pandas would ask it for its items."""
    value = fields.any(key)
    if not issubclass(type(value), pd.Index):
        raise fields.wrong(f"{key!r} is not an index")
    return value  # type: ignore[no-any-return]


def is_column(value: Any) -> bool:
    """Whether ``value`` is an array that can be a column."""
    return issubclass(type(value), np.ndarray | pd.api.extensions.ExtensionArray) and value.ndim == 1


def frequency(fields: Fields) -> str:
    """The name of a frequency, such as ``h`` or ``15min``."""
    text = fields.get("freq", str)
    if not _FREQUENCY.fullmatch(text):
        raise fields.wrong("its frequency is not one")
    return text


def zone(tz: Any) -> Any:
    """A time zone as the standard library has it: pandas before 3 uses those of ``pytz``."""
    key = getattr(tz, "zone", None)
    return zoneinfo.ZoneInfo(key) if isinstance(key, str) else tz


def check_zone(fields: Fields, tz: Any) -> Any:
    """A time zone as pandas takes it; of a named one the name, because each pandas has a class of its own for these."""
    if type(tz) not in (zoneinfo.ZoneInfo, dt.timezone):
        raise fields.wrong("its zone is not a time zone")
    return tz.key if type(tz) is zoneinfo.ZoneInfo else tz


def _read_category(fields: Fields) -> pd.Categorical:
    codes, categories = fields.any("codes"), fields.any("categories")
    check_codes(fields, codes, categories, n=len(codes) if type(codes) is np.ndarray and codes.ndim else 0)
    return pd.Categorical.from_codes(codes, categories, ordered=fields.get("ordered", bool))


def _write_text(values: Any) -> dict[str, Any]:
    texts = [None if missing else text for text, missing in zip(values, values.isna(), strict=True)]
    marker = "NA" if values.dtype.na_value is pd.NA else "nan"
    return {"values": texts, "missing": marker, "storage": values.dtype.storage}


def _read_text(fields: Fields) -> Any:
    values = fields.get("values", list)
    if not all(value is None or type(value) is str for value in values):
        raise fields.wrong("it holds something else than texts")
    # Before pandas 2.3 there is one marker, and no argument for it.
    marker: Any = {} if fields.get("missing", str) == "NA" else {"na_value": float("nan")}
    storage: Any = fields.get("storage", str)
    try:
        dtype: Any = pd.StringDtype(storage, **marker)
    except ImportError:  # pyarrow, which keeps the same texts in less memory
        dtype = pd.StringDtype("python", **marker)
    return pd.array(values, dtype=dtype)


def _read_zone(fields: Fields) -> Any:
    values = pd.DatetimeIndex(_array(fields, "values", "M"))
    return values.tz_localize("UTC").tz_convert(check_zone(fields, fields.any("zone"))).array


def _read_period(fields: Fields) -> Any:
    return pd.arrays.PeriodArray(_array(fields, "ordinals", "i"), dtype=pd.PeriodDtype(frequency(fields)))


def _read_interval(fields: Fields) -> Any:
    closed: Any = fields.get("closed", str)
    left, right = (index(fields, side) for side in ("left", "right"))
    return pd.arrays.IntervalArray.from_arrays(left, right, closed)


def _read_masked(fields: Fields) -> Any:
    values = _array(fields, "values", "iufb")
    return _MASKED[values.dtype.kind](values, _array(fields, "missing", "b"))


def _array(fields: Fields, key: str, kinds: str) -> np.ndarray[Any, Any]:
    values = fields.get(key, np.ndarray)
    if values.ndim != 1 or values.dtype.kind not in kinds:
        raise fields.wrong(f"{key!r} has another dtype")
    return values


def _write_zone(values: Any) -> dict[str, Any]:
    return {"values": values.tz_convert("UTC").to_numpy(f"M8[{values.unit}]"), "zone": zone(values.tz)}


def _write_masked(values: Any) -> dict[str, Any]:
    return {"values": values.to_numpy(values.dtype.numpy_dtype, na_value=0), "missing": np.asarray(values.isna())}


def _attributes(*names: str) -> Callable[[Any], dict[str, Any]]:
    return lambda values: {name: getattr(values, name) for name in names}


_WRITERS: tuple[tuple[str, tuple[type, ...], Callable[[Any], dict[str, Any]]], ...] = (
    ("category", (pd.Categorical,), _attributes("codes", "categories", "ordered")),
    ("interval", (pd.arrays.IntervalArray,), _attributes("left", "right", "closed")),
    ("period", (pd.arrays.PeriodArray,), lambda values: {"ordinals": values.asi8, "freq": values.freqstr}),
    ("zone", (pd.arrays.DatetimeArray,), _write_zone),
    ("masked", tuple(_MASKED.values()), _write_masked),
)

_READERS = {
    "category": _read_category,
    "interval": _read_interval,
    "masked": _read_masked,
    "period": _read_period,
    "text": _read_text,
    "zone": _read_zone,
}
