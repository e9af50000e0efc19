"""Bytes that are no sound payload are refused with a sentence that says what is wrong."""

from typing import Any

import pytest

from any_episode.forgery import RICH, Forgery, framed
from tupli_schemas import codec
from tupli_schemas.errors import InvalidDataError

HUGE = 2**62

FORGED_COLUMNS: list[tuple[str, Any, str]] = [
    ("header.rewards.dtype", "F99", "'rewards' has the dtype 'F99'"),
    ("header.rewards.dtype", ["F64"], "'rewards' has the dtype"),
    ("header.rewards.dtype", "F32", "does not fill the 24 bytes"),
    ("header.rewards.shape", [3, 1], "rewards are one real number for each step"),
    ("header.rewards.shape", [-3], "is not a short list of sizes"),
    ("header.rewards.shape", [3.0], "is not a short list of sizes"),
    ("header.rewards.shape", [True, 3], "is not a short list of sizes"),
    ("header.rewards.shape", "3", "is not a short list of sizes"),
    ("header.rewards.shape", [1] * 100, "is not a short list of sizes"),
    ("header.rewards.shape", [2**64], "is not a short list of sizes"),
    ("header.rewards.shape", [HUGE, HUGE], "does not fill"),
    ("header.actions.shape", [3, 2] + [1] * 31, "claims the impossible shape"),
    ("header.rewards.data_offsets", [0, 24, 48], "are not two places"),
    ("header.rewards.data_offsets", [24, 0], "does not fill the -24 bytes"),
    ("header.rewards.data_offsets", [1, 25], "begins at byte"),
    ("header.rewards.data_offsets", [HUGE, HUGE + 24], "begins at byte"),
    ("header.rewards.extra", 1, "is not described by dtype, shape and data_offsets"),
    ("header.rewards", 7, "is not described by dtype, shape and data_offsets"),
    ("header.terminated", None, "begins at byte"),
    ("header.more", {"dtype": "U8", "shape": [0], "data_offsets": [0, 0]}, r"belong to nothing: \['more'\]"),
    ("header.__metadata__", [], "is not text under text"),
    ("header.__metadata__", {"tupli": 3}, "is not text under text"),
    ("header.__metadata__", {}, "but not an episode"),
    ("header.__metadata__", {"tupli": "[" * 10_000}, "the metadata of the payload is not valid JSON"),
    ("header.__metadata__", {"tupli": '{"a":1,"a":2}'}, "a key stands twice"),
    ("header.__metadata__", {"tupli": '{"a":NaN}'}, "NaN is not JSON"),
    ("header.__metadata__", {"tupli": "7"}, "is no JSON object"),
]

FORGED_METADATA: list[tuple[str, Any, str]] = [
    ("metadata.version", 2, "format version 2; this program reads version 1"),
    ("metadata.n_tuples", 2, "where the payload claims"),
    ("metadata.n_tuples", HUGE, "where the payload claims"),
    ("metadata.n_tuples", 0, "not valid at 'n_tuples'"),
    ("metadata.n_tuples", "3", "not valid at 'n_tuples'"),
    ("metadata.n_tuples", None, "not valid at 'n_tuples'"),
    ("metadata.has_final_observation", False, "where the payload claims 3 rows"),
    ("metadata.has_final_observation", 1, "not valid at 'has_final_observation'"),
    ("metadata.unknown", 1, "not valid at 'unknown'"),
    ("metadata.observations", "text", "lacks the column 'observations'"),
    ("metadata.observations.said", "array", "where the payload claims"),
    ("metadata.observations.image", 7, "is not made of objects, lists"),
    ("metadata.observations", {}, "belong to nothing"),
    ("metadata.actions", "text", "lacks the column 'actions#off'"),
    ("metadata.actions", ["array"], "lacks the column 'actions/0'"),
    ("metadata.infos.n", "python3", "not valid at 'infos.n'"),
    ("metadata.infos.n", "json", "lacks the column 'infos/n#off'"),
    ("metadata.infos.text", "array", r"belong to nothing: \['infos/text#off'\]"),
    ("metadata.infos", {}, "belong to nothing"),
    ("metadata.dtypes.observations/when", "O", "'O' is no dtype"),
    ("metadata.dtypes.observations/when", "|V8", "is no dtype"),
    ("metadata.dtypes.observations/when", "i4,i4", "is no dtype"),
    ("metadata.dtypes.observations/when", "|S99999999", "is not rows of 99999999 bytes"),
    ("metadata.dtypes.observations/when", "<f4", "is not rows of 4 bytes"),
    ("metadata.dtypes.observations/when", "<M8[parsec]", "is no dtype"),
    ("metadata.dtypes.observations/when", "<f16/7", "is no dtype"),
    ("metadata.dtypes.rewards", ">f8", "is not rows of 8 bytes"),
    ("metadata.dtypes.nothing", ">f8", r"describes columns that it does not have: \['nothing'\]"),
    ("metadata.compressed.rewards", {"dtype": "<f8", "shape": [3]}, "is compressed, but not a row of bytes"),
    ("metadata.compressed.observations/image.shape", [4, 5001], "holds 20000 bytes where there must be 20004"),
    ("metadata.compressed.observations/image.shape", [4, HUGE], "claims the impossible shape"),
    ("metadata.compressed.observations/image.shape", [4, 0, HUGE, HUGE], "claims the impossible shape"),
    ("metadata.compressed.observations/image.shape", [4, 2**40], "expand to more than"),
    ("metadata.compressed.observations/image.shape", [-4, -5000], "not valid at 'compressed"),
    ("metadata.compressed.observations/image.shape", [5000, 4], "where the payload claims 4 rows"),
    ("metadata.compressed.observations/image.dtype", "|O8", "is no dtype"),
]

FORGED_VALUES: list[tuple[str, bytes, str]] = [
    ("observations/image", b"\0\0\0\0", "observations/image is damaged"),
    ("terminated", b"\2", "terminated is boolean, but has bytes that are neither 0 nor 1"),
    ("terminated", b"\1", "step 0 is terminated, but 2 steps follow it"),
    ("infos/n#has", b"\7", "neither 0 nor 1"),
    ("observations/said", b"\xff", "observations/said is not valid UTF-8"),
    ("observations/said#off", b"\1", "do not span"),
    ("observations/said#off", bytes(8) + b"\x09", "do not ascend"),
    ("observations/said#off", bytes(8) + b"\3", "into the middle of a character"),
    ("infos/text", b"{", "an info is not in the form"),
]

HARMLESS: list[tuple[str, Any]] = [
    ("header.rewards.dtype", "I64"),
    ("metadata.dtypes.observations/when", "<f8"),
    ("metadata.dtypes", {}),
    ("metadata.is_partial", True),
]
"""Other claims than before, which nothing contradicts: they make another episode."""

NOT_PAYLOADS = {
    "nothing": (b"", "there are 0"),
    "seven bytes": (b"\x10\0\0\0\0\0\0", "there are 7"),
    "the largest length": ((2**63).to_bytes(8, "little"), "claims a header of 9223372036854775808 bytes; at most"),
    "100 MB of header": ((100 << 20).to_bytes(8, "little") + b"{}", "claims a header of 104857600 bytes; at most"),
    "a header that is cut": ((1000).to_bytes(8, "little") + b"{}", "claims a header of 1000 bytes, but only 2 follow"),
    "an empty header": (framed(b""), "does not begin with '{'"),
    "a list": (framed(b"[]"), "does not begin with '{'"),
    "a space": (framed(b" {}"), "does not begin with '{'"),
    "another safetensors file": (framed(b"{}"), "but not an episode"),
    "not UTF-8": (framed(b"{\xff}"), "not valid JSON"),
    "deep JSON": (framed(b'{"a":' + b"[" * 100_000), "not valid JSON"),
    "a long number": (framed(b'{"a":' + b"9" * 10_000 + b"}"), "not valid JSON"),
    "a key twice": (framed(b'{"a":1,"a":1}'), "a key stands twice"),
    "metadata twice": (framed(b'{"__metadata__":{"tupli":"{}","tupli":"{}"}}'), "a key stands twice"),
    "something behind the header": (framed(b"{}" + b"\0" * 6), "not valid JSON"),
    "a byte too much": (RICH + b"\0", "end at byte"),
    "a byte too few": (RICH[:-1], "end at byte"),
}


def numbered(cases: list[Any]) -> list[str]:
    return [f"{number} {case[0]}" for number, case in enumerate(cases)]


@pytest.mark.parametrize(
    ("path", "claim", "problem"), FORGED_COLUMNS + FORGED_METADATA, ids=numbered(FORGED_COLUMNS + FORGED_METADATA)
)
def test_a_payload_that_claims_something_wrong_is_refused(path: str, claim: Any, problem: str) -> None:
    forgery = Forgery.of(RICH)
    forgery.claim(path, claim)

    with pytest.raises(InvalidDataError, match=problem):
        codec.decode(forgery.bytes())


@pytest.mark.parametrize(("column", "data", "problem"), FORGED_VALUES, ids=numbered(FORGED_VALUES))
def test_a_column_with_impossible_values_is_refused(column: str, data: bytes, problem: str) -> None:
    forgery = Forgery.of(RICH)
    forgery.overwrite(column, data)

    with pytest.raises(InvalidDataError, match=problem):
        codec.check(forgery.bytes())


@pytest.mark.parametrize(("path", "claim"), HARMLESS, ids=numbered(HARMLESS))
def test_a_payload_that_claims_something_else_is_another_episode(path: str, claim: Any) -> None:
    forgery = Forgery.of(RICH)
    forgery.claim(path, claim)

    assert not codec.check(forgery.bytes()).equals(codec.decode(RICH))


@pytest.mark.parametrize("name", NOT_PAYLOADS)
def test_bytes_that_are_no_payload_are_refused(name: str) -> None:
    payload, problem = NOT_PAYLOADS[name]

    with pytest.raises(InvalidDataError, match=problem):
        codec.decode(payload)


def test_no_depth_of_a_form_exhausts_the_stack() -> None:
    forgery = Forgery.of(RICH)
    for _ in range(70):
        forgery.metadata["actions"] = [forgery.metadata["actions"]]

    with pytest.raises(InvalidDataError, match="is not made of objects, lists"):
        codec.decode(forgery.bytes())


def test_a_sound_payload_survives_being_taken_apart_and_put_together() -> None:
    assert codec.check(Forgery.of(RICH).bytes()).equals(codec.decode(RICH))
