"""Whatever the bytes: an episode that holds together, or an InvalidDataError that says why not."""

from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from any_episode import any_episode, arrays_of
from any_episode.forgery import RICH, Forgery, framed
from tupli_schemas import codec
from tupli_schemas.columns import EpisodeData
from tupli_schemas.errors import InvalidDataError

WORDS = [
    "array", "text", "json", "python", "U8", "F64", "I64", "BOOL", "<f8", ">f8", "<f16/63", "|S0", "<U1", "|b1", "<M8[s]",
]  # fmt: skip
NUMBERS = [2**31, 2**62, 2**63, 2**64, 0.5, 3.0, 24, 20_000]


def anything() -> st.SearchStrategy[Any]:
    """JSON that stands in payloads, to be put in other places."""
    scalars = st.none() | st.booleans() | st.integers(-2, 6) | st.sampled_from(NUMBERS) | st.sampled_from(WORDS)
    keys = st.sampled_from(["dtype", "shape", "a", ""])
    return st.recursive(scalars, lambda v: st.lists(v, max_size=3) | st.dictionaries(keys, v, max_size=2), max_leaves=4)


def read(payload: bytes) -> None:
    """Use everything in a payload, unless it is invalid."""
    try:
        data = codec.check(payload, max_bytes=1 << 20)
    except InvalidDataError as error:
        assert error.detail  # noqa: PT017  # there is no other way out but success
        return
    assert len(list(data)) == len(data)
    assert all(array.tolist() is not None for array in arrays_of(data))
    assert codec.decode(bytes(codec.encode(data))).equals(data)


@given(st.binary(max_size=300))
@settings(max_examples=200, deadline=None)
def test_random_bytes(data: bytes) -> None:
    read(data)
    read(framed(data))
    read(framed(b"{" + data))


@given(any_episode(), st.data())
@settings(max_examples=200, deadline=None)
def test_flipped_cut_and_spliced_bytes(episode: EpisodeData, draw: st.DataObject) -> None:
    payload = bytearray(bytes(codec.encode(episode)))
    place = st.integers(0, len(payload) - 1)
    for _ in range(draw.draw(st.integers(1, 4))):
        payload[draw.draw(place)] = draw.draw(st.integers(0, 255))
    first, second = draw.draw(place), draw.draw(place)

    read(bytes(payload))
    read(bytes(payload[:first]))
    read(bytes(payload[:first] + payload[second:]))
    read(bytes(payload[:first] + RICH[second:]))


@given(st.data())
@settings(max_examples=500, deadline=None)
def test_headers_with_anything_anywhere(draw: st.DataObject) -> None:
    forgery = Forgery.of(RICH)
    for _ in range(draw.draw(st.integers(1, 3))):
        place, key = draw.draw(st.sampled_from(list(forgery.places())))
        place[key] = draw.draw(anything())

    read(forgery.bytes())


@given(st.data())
@settings(max_examples=200, deadline=None)
def test_columns_with_any_bytes(draw: st.DataObject) -> None:
    forgery = Forgery.of(RICH)
    column = draw.draw(st.sampled_from(sorted(forgery.header)))
    start, stop = forgery.header[column]["data_offsets"]
    forgery.overwrite(column, draw.draw(st.binary(min_size=min(stop - start, 100), max_size=stop - start)))

    read(forgery.bytes())
