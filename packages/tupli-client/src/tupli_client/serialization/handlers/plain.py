"""Values of Python's standard library: numbers, times, names and small containers."""

import datetime as dt
import decimal
import fractions
import logging
import pathlib
import types
import uuid
import zoneinfo
from typing import Any

from tupli_client.serialization.handlers.base import Handler
from tupli_client.serialization.handlers.fields import Fields

MAX_EXPONENT = 10_000  # of a decimal number: as an integer, a larger one would fill the memory
MAX_ZONE_NAME = 60


def _read_complex(fields: Fields) -> complex:
    return complex(fields.get("real", float), fields.get("imag", float))


def _read_slice(fields: Fields) -> slice:
    parts = [fields.any(name) for name in ("start", "stop", "step")]
    if not all(part is None or type(part) is int for part in parts):
        raise fields.wrong("its parts are not integers")
    return slice(*parts)


def _read_range(fields: Fields) -> range:
    step = fields.get("step", int)
    if not step:
        raise fields.wrong("its step is zero")
    return range(fields.get("start", int), fields.get("stop", int), step)


def _read_decimal(fields: Fields) -> decimal.Decimal:
    text = fields.get("text", str)
    try:
        number = decimal.Decimal(text) if len(text) <= MAX_EXPONENT else decimal.Decimal("sNaN")
    except decimal.InvalidOperation:
        raise fields.wrong("it is not a number") from None
    if number.is_snan() or (number.is_finite() and abs(number.adjusted()) > MAX_EXPONENT):
        raise fields.wrong("it has too many digits")
    return number


def _read_fraction(fields: Fields) -> fractions.Fraction:
    denominator = fields.get("denominator", int)
    if not denominator:
        raise fields.wrong("its denominator is zero")
    return fractions.Fraction(fields.get("numerator", int), denominator)


def _write_moment(value: dt.datetime | dt.time) -> dict[str, Any]:
    return {"iso": value.replace(tzinfo=None).isoformat(), "zone": value.tzinfo, "fold": value.fold}


def _read_moment(fields: Fields, kind: type[Any]) -> Any:
    zone = fields.any("zone")
    if zone is not None and type(zone) not in (dt.timezone, zoneinfo.ZoneInfo):
        raise fields.wrong("its zone is not a time zone")
    try:
        moment = kind.fromisoformat(fields.get("iso", str))
    except ValueError:
        raise fields.wrong("it is not in ISO form") from None
    return moment.replace(tzinfo=zone, fold=fields.integer("fold", 0, 1))


def _read_date(fields: Fields) -> dt.date:
    try:
        return dt.date.fromisoformat(fields.get("iso", str))
    except ValueError:
        raise fields.wrong("it is not in ISO form") from None


def _read_timedelta(fields: Fields) -> dt.timedelta:
    days, seconds = fields.integer("days", -999_999_999, 999_999_999), fields.integer("seconds", 0, 86_399)
    return dt.timedelta(days, seconds, fields.integer("microseconds", 0, 999_999))


def _read_timezone(fields: Fields) -> dt.timezone:
    offset = dt.timedelta(seconds=fields.get("seconds", float))
    if not abs(offset) < dt.timedelta(days=1):
        raise fields.wrong("it is a day or more from UTC")
    return dt.timezone(offset)


def _read_zone(fields: Fields) -> zoneinfo.ZoneInfo:
    """The name is looked up in the system's table of zones; ``zoneinfo`` itself keeps it inside that folder."""
    key = fields.get("key", str)
    if len(key) > MAX_ZONE_NAME or not all(
        part.replace("_", "").replace("-", "").replace("+", "").isalnum() for part in key.split("/")
    ):
        raise fields.wrong("that is not the name of a zone")
    try:
        return zoneinfo.ZoneInfo(key)
    except (zoneinfo.ZoneInfoNotFoundError, ValueError):
        raise fields.wrong(f"this machine knows no time zone {key!r}; `pip install tzdata` brings them all") from None


def _read_uuid(fields: Fields) -> uuid.UUID:
    try:
        return uuid.UUID(hex=fields.get("hex", str))
    except ValueError:
        raise fields.wrong("it has not 32 hex digits") from None


def _read_path(fields: Fields) -> pathlib.PurePath:
    text = fields.get("path", str)
    return pathlib.Path(text) if fields.get("concrete", bool) else pathlib.PurePath(text)


def _write_path(path: pathlib.PurePath) -> dict[str, Any]:
    return {"path": path.as_posix(), "concrete": isinstance(path, pathlib.Path)}


def _read_namespace(fields: Fields) -> types.SimpleNamespace:
    values = fields.get("values", dict)
    if not all(isinstance(key, str) and key.isidentifier() and not key.startswith("__") for key in values):
        raise fields.wrong("its names are not identifiers")
    return types.SimpleNamespace(**values)


PLAIN = (
    Handler("builtins.complex", (complex,), lambda v: {"real": v.real, "imag": v.imag}, _read_complex),
    Handler("builtins.frozenset", (frozenset,), lambda v: {"items": set(v)}, lambda f: frozenset(f.get("items", set))),
    Handler(
        "builtins.bytearray", (bytearray,), lambda v: {"data": bytes(v)}, lambda f: bytearray(f.get("data", bytes))
    ),
    Handler("builtins.slice", (slice,), lambda v: {"start": v.start, "stop": v.stop, "step": v.step}, _read_slice),
    Handler("builtins.range", (range,), lambda v: {"start": v.start, "stop": v.stop, "step": v.step}, _read_range),
    Handler("decimal.Decimal", (decimal.Decimal,), lambda v: {"text": str(v)}, _read_decimal),
    Handler(
        "fractions.Fraction",
        (fractions.Fraction,),
        lambda v: {"numerator": v.numerator, "denominator": v.denominator},
        _read_fraction,
    ),
    Handler("datetime.datetime", (dt.datetime,), _write_moment, lambda f: _read_moment(f, dt.datetime)),
    Handler("datetime.time", (dt.time,), _write_moment, lambda f: _read_moment(f, dt.time)),
    Handler("datetime.date", (dt.date,), lambda v: {"iso": v.isoformat()}, _read_date),
    Handler(
        "datetime.timedelta",
        (dt.timedelta,),
        lambda v: {"days": v.days, "seconds": v.seconds, "microseconds": v.microseconds},
        _read_timedelta,
    ),
    Handler(
        "datetime.timezone",
        (dt.timezone,),
        lambda v: {"seconds": v.utcoffset(None).total_seconds()},
        _read_timezone,
    ),
    Handler("zoneinfo.ZoneInfo", (zoneinfo.ZoneInfo,), lambda v: {"key": v.key}, _read_zone),
    Handler("uuid.UUID", (uuid.UUID,), lambda v: {"hex": v.hex}, _read_uuid),
    Handler("pathlib.PurePath", (pathlib.PurePath,), _write_path, _read_path, subclasses=True),
    Handler("types.SimpleNamespace", (types.SimpleNamespace,), lambda v: {"values": vars(v)}, _read_namespace),
    Handler(
        "logging.Logger", (logging.Logger,), lambda v: {"name": v.name}, lambda f: logging.getLogger(f.get("name", str))
    ),
)
"""The handlers of this file."""
