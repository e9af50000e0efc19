"""The installed jsonpickle is the reviewed one, and with any other nothing is stored or loaded."""

import json
from collections.abc import Iterator
from typing import Any

import gymnasium
import jsonpickle
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from jsonpickle import handlers, pickler, tags, unpickler
from jsonpickle.ext import numpy as foreign

from company_b.envs import GridEnv
from tupli_client.serialization import from_text, guard, to_text
from tupli_client.serialization.decoder import decode
from tupli_client.serialization.encoder import encode
from tupli_client.serialization.handlers import handler_named
from tupli_client.serialization.recipes import RECIPES
from tupli_schemas.errors import RefusedEnvironmentError
from tupli_schemas.inspection import grammar, known
from tupli_schemas.inspection.grammar import parse


@pytest.fixture
def _unchecked() -> Iterator[None]:
    guard.check_jsonpickle.cache_clear()
    yield
    guard.check_jsonpickle.cache_clear()


def test_its_tags_are_the_reviewed_ones() -> None:
    assert guard.installed_tags() == guard.REVIEWED_TAGS
    assert frozenset(tags.RESERVED) < guard.REVIEWED_TAGS


def test_its_steps_are_the_reviewed_ones() -> None:
    assert guard.steps(pickler.Pickler, "_flatten") == guard.REVIEWED_FLATTENING
    assert guard.steps(unpickler.Unpickler, "_restore") == guard.REVIEWED_RESTORING


def test_the_grammar_knows_no_tag_that_jsonpickle_does_not() -> None:
    assert grammar.TAGS < guard.REVIEWED_TAGS
    assert grammar.JSON_KEY in guard.REVIEWED_TAGS


def test_every_known_name_has_a_handler_or_a_recipe_and_every_one_of_these_is_known() -> None:
    assert {name for name in known.DATA if handler_named(name)} == known.DATA
    assert set(RECIPES) == known.RECIPE_FUNCTIONS | known.RECIPE_CLASSES


@pytest.mark.usefixtures("_unchecked")
def test_a_new_tag_stops_both_ways(monkeypatch: pytest.MonkeyPatch) -> None:
    text = to_text(GridEnv())
    guard.check_jsonpickle.cache_clear()
    monkeypatch.setattr(tags, "EVAL", "py/eval", raising=False)

    with pytest.raises(RefusedEnvironmentError, match="jsonpickle"):
        from_text(text, trust=["company_b"])
    with pytest.raises(RefusedEnvironmentError, match="jsonpickle"):
        to_text(GridEnv())


@pytest.mark.usefixtures("_unchecked")
def test_a_new_step_stops_both_ways(monkeypatch: pytest.MonkeyPatch) -> None:
    text = to_text(gymnasium.make("CartPole-v1"))
    guard.check_jsonpickle.cache_clear()
    monkeypatch.setattr(unpickler.Unpickler, "_restore_eval", lambda self, obj: eval(obj), raising=False)

    with pytest.raises(RefusedEnvironmentError, match="jsonpickle"):
        from_text(text)


def test_handlers_that_others_register_are_neither_used_nor_changed() -> None:
    plain = to_text(GridEnv())
    foreign.register_handlers()
    before = dict(handlers.registry._handlers)
    try:
        assert to_text(GridEnv()) == plain
        assert isinstance(from_text(plain, trust=["company_b"]), GridEnv)
        assert dict(handlers.registry._handlers) == before
    finally:
        foreign.unregister_handlers()
        handlers.unregister(np.datetime64)  # which the line before forgets


def test_an_option_that_others_set_does_not_sort_the_attributes_of_a_live_environment() -> None:
    env = GridEnv()
    names = list(vars(env))
    jsonpickle.set_encoder_options("json", sort_keys=True)
    try:
        to_text(env)
    finally:
        jsonpickle.set_encoder_options("json", sort_keys=False)

    assert list(vars(env)) == names


leaves = (
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=4) | st.binary(max_size=4)
)
keys = st.text("abc", max_size=2) | st.integers() | st.tuples(st.integers(), st.text("ab", max_size=2))
plain = st.recursive(
    leaves,
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.lists(inner, max_size=3).map(tuple)
        | st.dictionaries(keys, inner, max_size=3)
        | st.sets(st.integers(), max_size=3)
        # The same object in two places.
        | st.lists(inner, min_size=1, max_size=3).map(lambda items: [items, items, {"again": items, (1, "x"): items}])
    ),
    max_leaves=12,
)


def shape(value: Any, met: dict[int, int] | None = None) -> Any:
    """A value with its sharing: what stands in two places is told apart from two equal things."""
    met = {} if met is None else met
    if isinstance(value, list | dict):
        if id(value) in met:
            return ("again", met[id(value)])
        met[id(value)] = len(met)
    if isinstance(value, list | tuple):
        return (type(value).__name__, [shape(item, met) for item in value])
    if isinstance(value, dict):
        return ("dict", [(key, shape(item, met)) for key, item in value.items()])
    return (type(value).__name__, value)


@given(plain)
def test_plain_jsonpickle_text_means_to_us_what_it_means_to_jsonpickle(value: Any) -> None:
    text = jsonpickle.encode(value, keys=True)

    ours = decode(parse(json.loads(text)), allows=lambda _: False)

    assert shape(ours) == shape(jsonpickle.decode(text, keys=True))


@given(plain)
def test_our_text_means_to_jsonpickle_what_it_means_to_us(value: Any) -> None:
    text = json.dumps(encode(value))

    assert shape(jsonpickle.decode(text, keys=True)) == shape(decode(parse(json.loads(text)), allows=lambda _: False))
