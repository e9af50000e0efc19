"""Data comes back exactly: type, dtype, value, sharing and the next random number."""

import collections
import datetime as dt
import decimal
import fractions
import json
import pathlib
import random
import types
import uuid
import zoneinfo
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as npst

from company_b.envs import a_table
from tupli_client.serialization.decoder import decode
from tupli_client.serialization.encoder import encode
from tupli_schemas.errors import RefusedEnvironmentError
from tupli_schemas.inspection.grammar import parse


def again(value: Any) -> Any:
    """``value`` after a journey as text, without anybody's consent."""
    return decode(parse(json.loads(json.dumps(encode(value)))), allows=lambda _: False)


def refused(name: str, **fields: Any) -> str:
    with pytest.raises(RefusedEnvironmentError) as caught:
        decode(parse({"py/object": name, **fields}), allows=lambda _: False)
    return caught.value.detail


dtypes = st.one_of(
    npst.boolean_dtypes(),
    npst.integer_dtypes(),
    npst.unsigned_integer_dtypes(),
    npst.floating_dtypes(),
    npst.complex_number_dtypes(),
    npst.datetime64_dtypes(),
    npst.timedelta64_dtypes(),
    npst.byte_string_dtypes(min_len=1, max_len=3),
    npst.unicode_string_dtypes(min_len=1, max_len=3),
)


structured = st.lists(dtypes, min_size=1, max_size=3).map(
    lambda parts: np.dtype([(f"f{i}", part) for i, part in enumerate(parts)])
)


@given(npst.arrays(st.one_of(dtypes, structured), npst.array_shapes(min_dims=0, min_side=0)), st.booleans())
def test_an_array_comes_back_byte_for_byte(array: Any, is_transposed: bool) -> None:
    array = array.T if is_transposed else array

    result = again(array)

    assert (result.dtype, result.shape, result.tobytes()) == (array.dtype, array.shape, array.tobytes())
    assert result.flags.writeable
    assert result.strides == array.strides or not array.flags.forc or 0 in array.shape or 1 in array.shape


@given(npst.arrays(dtypes, ()))
def test_a_scalar_of_numpy_stays_one(array: Any) -> None:
    scalar = array[()]

    result = again(scalar)

    assert type(result) is type(scalar)
    assert (result.dtype, result.tobytes()) == (scalar.dtype, scalar.tobytes())


def test_arrays_of_objects_and_what_may_not_be_written_to() -> None:
    objects = np.empty((2, 2), dtype=object)
    objects[0, 0], objects[1, 1] = {"a": [1]}, (2, "x")
    fixed = np.arange(3)
    fixed.flags.writeable = False

    result, frozen = again([objects, fixed])

    assert result.tolist() == objects.tolist()
    assert not frozen.flags.writeable


def test_two_names_of_one_array_stay_one_array() -> None:
    array = np.zeros(3)

    first, second = again([array, array])

    assert first is second


PLAIN = (
    *(
        1j,
        b"\x00\xff",
        bytearray(b"ab"),
        frozenset({1, ("a", None)}),
        slice(1, None, 2),
        range(0, 9, 2),
        {1, "x"},
        (1, [2]),
    ),
    *(decimal.Decimal("1.50"), decimal.Decimal("-Infinity"), fractions.Fraction(-1, 3), uuid.UUID(int=7)),
    *(
        dt.date(2020, 2, 29),
        dt.time(1, 2, 3, 4),
        dt.datetime(2020, 1, 1, 12, tzinfo=dt.UTC).replace(tzinfo=None, fold=1),
        dt.timedelta(-1, 5, 6),
    ),
    *(
        dt.datetime(2020, 7, 1, tzinfo=dt.UTC),
        dt.timezone(dt.timedelta(hours=5, minutes=30)),
        dt.time(1, tzinfo=dt.UTC),
    ),
    *(dt.datetime(2020, 10, 25, 2, 30, fold=1, tzinfo=zoneinfo.ZoneInfo("Europe/Berlin")), zoneinfo.ZoneInfo("UTC")),
    *(pathlib.Path("a/b"), pathlib.PurePosixPath("/x"), types.SimpleNamespace(a=1, b=[2])),
    *(collections.deque([1, 2], maxlen=3), collections.OrderedDict(b=1, a=2), collections.Counter("aab")),
    *(
        np.dtype("<M8[15m]"),
        np.dtype([("a", "<f4"), ("b", "<i8", (2,))]),
        np.dtype(object),
        np.float32,
        int,
        np.ndarray,
    ),
    *({(0, 1): 1, None: 2, 1.5: 3, np.int64(4): 5, b"x": 6, dt.date(2020, 1, 1): 7}, {"json://x": 1, "json://": 2}),
    *(float("inf"), -0.0, 10**40, "\ud800", "\x00", ""),
)


@pytest.mark.parametrize("value", PLAIN, ids=[f"{n}-{type(one).__name__}" for n, one in enumerate(PLAIN)])
def test_a_value_of_python_comes_back_as_what_it_was(value: Any) -> None:
    result = again(value)

    assert result == value
    assert repr(result) == repr(value)
    assert type(result) is (type(value) if not isinstance(value, pathlib.PurePosixPath) else type(result))


def test_a_default_dict_makes_the_same_defaults() -> None:
    result = again(collections.defaultdict(list, a=[1]))

    assert result["new"] == []
    assert result["a"] == [1]


GENERATORS = [
    np.random.Generator(kind(5)) for kind in (np.random.PCG64, np.random.MT19937, np.random.Philox, np.random.SFC64)
]


@pytest.mark.parametrize(
    "generator",
    [*GENERATORS, np.random.RandomState(3), random.Random(4)],
    ids=lambda generator: str(generator).partition(" at ")[0],
)
def test_a_random_generator_goes_on_with_the_same_numbers(generator: Any) -> None:
    generator.random()  # in the middle of its life
    result = again(generator)

    assert [result.random() for _ in range(700)] == [generator.random() for _ in range(700)]


def test_a_gauss_that_was_kept_back_is_kept() -> None:
    python, numpy_ = random.Random(1), np.random.RandomState(1)
    python.gauss(0, 1)
    numpy_.normal()

    assert again(python).gauss(0, 1) == python.gauss(0, 1)
    assert again(numpy_).normal() == numpy_.normal()


TABLES = {
    "every dtype": a_table(),
    "nothing": pd.DataFrame(),
    "rows without columns": pd.DataFrame(index=[1, 2]),
    "columns of one name": pd.DataFrame([[1, 2]], columns=["a", "a"]),
    "levels": pd.DataFrame(
        {"v": [1.0, 2.0]}, index=pd.MultiIndex.from_tuples([("a", 1), ("b", 2)], names=["letter", None])
    ),
    "columns with levels": pd.DataFrame([[1, 2]], columns=pd.MultiIndex.from_product([["x"], [1, 2]])),
    "names that are numbers": pd.DataFrame({0: [1], 2.5: [2], None: [3]}),
    "texts with another marker": pd.DataFrame({"a": pd.array(["x", None], dtype="string")}),
}


@pytest.mark.parametrize("table", TABLES.values(), ids=TABLES)
def test_a_table_comes_back_with_its_dtypes_and_its_index(table: pd.DataFrame) -> None:
    pd.testing.assert_frame_equal(again(table), table, check_freq=True, check_exact=True)


def test_series_indexes_and_moments_of_pandas() -> None:
    series = pd.Series([1, None], name="x", index=["a", "b"], dtype="Float64")
    series.attrs["unit"] = "kW"
    moment = pd.Timestamp("2020-10-25 01:30", tz="UTC").tz_convert("Europe/Berlin")

    result, at, gap, missing, nothing = again([series, moment, pd.Timedelta("3min"), pd.NA, pd.NaT])

    pd.testing.assert_series_equal(result, series)
    assert result.attrs == {"unit": "kW"}
    assert (at, gap) == (moment, pd.Timedelta("3min"))
    assert missing is pd.NA
    assert nothing is pd.NaT


def test_a_column_without_a_form_says_what_to_do() -> None:
    table = pd.DataFrame({"a": pd.arrays.SparseArray([0, 0, 1])})

    with pytest.raises(RefusedEnvironmentError, match=r"Sparse.*artifact"):
        encode(table)


def test_what_a_handler_could_not_have_written_is_refused() -> None:
    shape = {"py/tuple": [2]}

    assert "bytes are not 2 elements" in refused("numpy.ndarray", dtype="<f8", shape=shape, data={"py/b64": ""})
    assert "not a dtype" in refused("numpy.ndarray", dtype="f8,f8", shape=shape, data={"py/b64": ""})
    assert "not of the type int" in refused("datetime.timedelta", days=True, seconds=0, microseconds=0)
    assert "its step is zero" in refused("builtins.range", start=0, stop=1, step=0)
    assert "its kind is unknown" in refused("numpy.random.Generator", bit_generator="SeedlessTwister", state={})
