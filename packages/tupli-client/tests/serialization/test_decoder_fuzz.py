"""Whatever a text says, loading it ends in an environment or in an error of ours."""

import base64
import copy
import json
import random
from collections.abc import Callable
from typing import Any

import gymnasium
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from company_b.envs import GridEnv
from tupli_client.serialization import from_text, to_text
from tupli_client.serialization.handlers import handler_named
from tupli_schemas.errors import RefusedEnvironmentError, UntrustedCodeError
from tupli_schemas.inspection import known

# Gymnasium warns about wrappers that do not fit, and so does the loader about versions; neither is an answer.
pytestmark = pytest.mark.filterwarnings("ignore")

EXPECTED = (RefusedEnvironmentError, UntrustedCodeError)
NAMES = sorted(known.DATA | known.TYPES | known.CLASSES | known.RECIPE_CLASSES | known.RECIPE_FUNCTIONS)
FIELDS = [
    "_saved_kwargs",
    "arguments",
    "arrays",
    "bit_generator",
    "categories",
    "codes",
    "columns",
    "concrete",
    "data",
    "default_factory",
    "denominator",
    "dtype",
    "env",
    "fold",
    "freq",
    "gauss",
    "hex",
    "imag",
    "index",
    "iso",
    "items",
    "key",
    "kind",
    "left",
    "levels",
    "maxlen",
    "missing",
    "name",
    "names",
    "numbers",
    "numerator",
    "ordered",
    "ordinals",
    "order",
    "path",
    "real",
    "seconds",
    "shape",
    "start",
    "state",
    "step",
    "stop",
    "storage",
    "text",
    "value",
    "values",
    "version",
    "writeable",
    "zone",
]

scalars = (
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=6) | st.sampled_from(["<f8", "|O", "C"])
)


def _extended(inner: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    fields = st.dictionaries(st.sampled_from(FIELDS), inner, max_size=5)
    items = st.lists(inner, max_size=4)
    parts = st.lists(inner | items.map(lambda value: {"py/tuple": value}), min_size=1, max_size=4)
    callee = st.sampled_from(NAMES).flatmap(lambda name: st.sampled_from([{"py/type": name}, {"py/function": name}]))
    return (
        items
        | items.map(lambda value: {"py/tuple": value})
        | items.map(lambda value: {"py/set": value})
        | fields
        | st.tuples(st.sampled_from(NAMES), fields).map(lambda pair: {"py/object": pair[0], **pair[1]})
        | st.tuples(callee, parts).map(lambda pair: {"py/reduce": [pair[0], *pair[1]]})
        | st.integers(0, 8).map(lambda index: {"py/id": index})
        | st.sampled_from(NAMES).map(lambda name: {"py/type": name})
        | st.binary(max_size=16).map(lambda data: {"py/b64": base64.b64encode(data).decode()})
    )


values = st.recursive(scalars, _extended, max_leaves=15)


def load(text: str) -> None:
    try:
        env = from_text(text, trust=["company_b"])
    except EXPECTED:
        return
    assert isinstance(env, gymnasium.Env)


@settings(max_examples=500)
@given(values)
def test_any_text_made_of_known_parts_is_loaded_or_refused(value: Any) -> None:
    load(json.dumps({"py/object": "company_b.envs.GridEnv", "size": value}))


@settings(max_examples=500)
@given(st.sampled_from(sorted(known.DATA)), st.dictionaries(st.sampled_from(FIELDS), values, max_size=6))
def test_any_attributes_of_data_are_loaded_or_refused(name: str, fields: dict[str, Any]) -> None:
    assert handler_named(name)

    load(json.dumps({"py/object": "company_b.envs.GridEnv", "size": {"py/object": name, **fields}}))


def _places(value: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    inner = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    return [path, *(place for key, part in inner for place in _places(part, (*path, key)))]


def _changed(text: str, dice: random.Random) -> str:
    """The text with one value replaced, removed, doubled, or swapped for another of its own."""
    value = copy.deepcopy(json.loads(text))
    places = [place for place in _places(value) if place]
    *way, last = dice.choice(places)
    parent: Any = value
    for key in way:
        parent = parent[key]
    other: Any = value
    for key in dice.choice(places):
        other = other[key]
    changes: list[Callable[[], Any]] = [
        lambda: dice.choice([None, True, -1, 2**70, 1e308, "", "|O", [], {}, {"py/id": 3}, {"py/tuple": []}]),
        lambda: copy.deepcopy(other),
        lambda: [parent[last], parent[last]],
        lambda: {"py/object": dice.choice(NAMES), "x": parent[last]},
        lambda: {"py/reduce": [{"py/type": dice.choice(NAMES)}, {"py/tuple": [parent[last]]}]},
    ]
    parent[last] = dice.choice(changes)()
    return json.dumps(value)


@settings(max_examples=500)
@given(st.randoms(use_true_random=False), st.sampled_from(["grid", "market", "spec", "wrapped"]))
def test_a_good_text_with_a_few_changes_is_loaded_or_refused(dice: random.Random, which: str) -> None:
    text = GOOD[which]

    for _ in range(dice.randint(1, 3)):
        text = _changed(text, dice)

    load(text)


def _good() -> dict[str, str]:
    from gymnasium import wrappers

    from company_b.envs import MarketEnv

    pendulum: Any = gymnasium.make("Pendulum-v1")
    wrapped = wrappers.FlattenObservation(wrappers.TimeAwareObservation(wrappers.ClipAction(pendulum)))
    return {
        "grid": to_text(GridEnv()),
        "market": to_text(MarketEnv()),
        "spec": to_text(wrapped),
        "wrapped": to_text(wrapped, prefer="jsonpickle"),
    }


GOOD = _good()
