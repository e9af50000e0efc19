"""pandas' frames, series and indexes, column by column and with their exact dtypes."""

from typing import Any

import numpy as np
import pandas as pd

from tupli_client.serialization.handlers import pandas_arrays as arrays
from tupli_client.serialization.handlers.base import Handler
from tupli_client.serialization.handlers.fields import Fields
from tupli_client.serialization.handlers.keys import check_keys
from tupli_schemas.errors import RefusedEnvironmentError


def _write_frame(frame: pd.DataFrame) -> dict[str, Any]:
    columns = [arrays.plain(frame.iloc[:, i].array) for i in range(frame.shape[1])]
    return {"index": frame.index, "columns": frame.columns, "arrays": columns, "attrs": dict(frame.attrs)}


def _read_frame(fields: Fields) -> pd.DataFrame:
    index, columns, values = arrays.index(fields, "index"), arrays.index(fields, "columns"), fields.get("arrays", list)
    if len(values) != len(columns):
        raise fields.wrong("it has not as many columns as names")
    series = {i: _series(fields, value, index) for i, value in enumerate(values)}
    frame = pd.DataFrame(series, index=index, columns=range(len(values)))
    frame.columns = columns
    frame.attrs = fields.get("attrs", dict)
    return frame


def _write_series(series: pd.Series) -> dict[str, Any]:
    return {
        "index": series.index,
        "name": series.name,
        "values": arrays.plain(series.array),
        "attrs": dict(series.attrs),
    }


def _read_series(fields: Fields) -> Any:
    series = _series(fields, fields.any("values"), arrays.index(fields, "index"))
    series.name = _name(fields.any("name"))
    series.attrs = fields.get("attrs", dict)
    return series


def _series(fields: Fields, values: Any, index: pd.Index) -> Any:
    if not arrays.is_column(values) or len(values) != len(index):
        raise fields.wrong("its columns and its index differ in length")
    return pd.Series(values, index=index, dtype=values.dtype, copy=False)


def _name(name: Any) -> Any:
    check_keys([name])
    return name


def _write_index(index: pd.Index) -> dict[str, Any]:
    match index:
        case pd.RangeIndex():
            return {"kind": "range", "start": index.start, "stop": index.stop, "step": index.step, "name": index.name}
        case pd.MultiIndex():
            codes = [np.asarray(code) for code in index.codes]
            return {"kind": "multi", "levels": list(index.levels), "codes": codes, "names": tuple(index.names)}
    freq = getattr(index, "freqstr", None) if isinstance(index, pd.DatetimeIndex | pd.TimedeltaIndex) else None
    return {"kind": "values", "values": arrays.plain(index.array), "freq": freq, "name": index.name}


def _read_index(fields: Fields) -> Any:
    match fields.get("kind", str):
        case "range":
            return _read_range(fields)
        case "multi":
            return _read_levels(fields)
        case "values":
            return _read_values(fields)
    raise fields.wrong("its kind is unknown")


def _read_range(fields: Fields) -> pd.RangeIndex:
    limit = 2**62
    start, stop, step = (fields.integer(key, -limit, limit) for key in ("start", "stop", "step"))
    return pd.RangeIndex(start, stop, step or 1, name=_name(fields.any("name")))


def _read_levels(fields: Fields) -> pd.MultiIndex:
    levels, codes, names = fields.get("levels", list), fields.get("codes", list), fields.get("names", tuple)
    if not levels or not len(levels) == len(codes) == len(names):
        raise fields.wrong("its levels, codes and names differ in number")
    for level, code in zip(levels, codes, strict=True):
        arrays.check_codes(fields, code, level, n=len(codes[0]))
    return pd.MultiIndex(levels, codes, names=[_name(name) for name in names])


def _read_values(fields: Fields) -> Any:
    values, freq = fields.any("values"), fields.any("freq")
    if not arrays.is_column(values):
        raise fields.wrong("it has no values")
    index: Any = pd.Index(values, dtype=values.dtype, name=_name(fields.any("name")), copy=False)
    if freq is None:
        return index
    if not isinstance(index, pd.DatetimeIndex | pd.TimedeltaIndex):
        raise fields.wrong("only times have a frequency")
    return type(index)(index, freq=arrays.frequency(fields))


def _write_timestamp(moment: pd.Timestamp) -> dict[str, Any]:
    naive = moment if moment.tz is None else moment.tz_convert("UTC").tz_localize(None)
    return {"value": naive.asm8, "zone": arrays.zone(moment.tz)}


def _read_timestamp(fields: Fields) -> Any:
    value, zone = fields.get("value", np.datetime64), fields.any("zone")
    moment: Any = pd.Timestamp(value)
    return (
        moment
        if zone is None or moment is pd.NaT
        else moment.tz_localize("UTC").tz_convert(arrays.check_zone(fields, zone))
    )


def _read(read: Any) -> Any:
    """Pandas has errors of its own for what does not fit together; here they all say that the text is not valid."""

    def checked(fields: Fields) -> Any:
        try:
            return read(fields)
        except RefusedEnvironmentError:
            raise
        except (ArithmeticError, AttributeError, LookupError, NotImplementedError, TypeError, ValueError) as error:
            raise fields.wrong(ascii(str(error))[:200]) from None

    return checked


PANDAS = (
    Handler("pandas.DataFrame", (pd.DataFrame,), _write_frame, _read(_read_frame)),
    Handler("pandas.Series", (pd.Series,), _write_series, _read(_read_series)),
    Handler("pandas.Index", (pd.Index,), _write_index, _read(_read_index), subclasses=True),
    Handler("pandas.Array", (pd.api.extensions.ExtensionArray,), arrays.write, _read(arrays.read), subclasses=True),
    Handler("pandas.NA", (type(pd.NA),), lambda _: {}, lambda _: pd.NA),
    Handler("pandas.Timestamp", (pd.Timestamp, type(pd.NaT)), _write_timestamp, _read(_read_timestamp)),
    Handler(
        "pandas.Timedelta",
        (pd.Timedelta,),
        lambda v: {"value": v.asm8},
        _read(lambda f: pd.Timedelta(f.get("value", np.timedelta64))),
    ),
)
"""The handlers of this file."""
