"""Infos: kept by policy, any value with a portable form, and what has none is left out by name."""

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from any_episode import any_info_value, same
from recordings import BOX, SWITCH, recorded, zeros
from tupli_client.recorder import EpisodeRecorder
from tupli_schemas.errors import InvalidDataError


@pytest.mark.parametrize(
    ("policy", "kept"),
    [("all", {"a": 1, "b": "x"}), ("none", {}), (["b", "missing"], {"b": "x"}), ([], {})],
)
def test_infos_are_kept_by_policy(policy: Any, kept: dict[str, Any]) -> None:
    data = recorded(zeros(3), said=[{"a": 1, "b": "x"}, {}], infos=policy)

    assert [step.info for step in data] == [kept, {}]


def test_a_policy_that_is_none_is_refused() -> None:
    with pytest.raises(InvalidDataError, match="infos are 'all', 'none' or a list of keys, not 'kwh'"):
        EpisodeRecorder(BOX, SWITCH, infos="kwh")


@given(values=st.lists(any_info_value(), min_size=1, max_size=4))
def test_any_info_with_a_portable_form_comes_back_as_it_was(values: list[Any]) -> None:
    data = recorded(zeros(len(values) + 1), said=[{"key": value} for value in values])

    assert all(same(step.info["key"], value) for step, value in zip(data, values, strict=True))


@pytest.mark.parametrize("odd", [object(), [lambda: 0], {"deep": {1, 2}}, np.array([None]), np.zeros(1, "i4,i4")])
def test_an_info_without_a_portable_form_is_left_out_with_a_warning_that_names_its_key(odd: Any) -> None:
    with pytest.warns(UserWarning, match=r"info\['engine'\].*it is not recorded") as noticed:
        data = recorded(zeros(3), said=[{"engine": odd, "kwh": 1.5}] * 2)

    assert len(noticed) == 1
    assert [step.info for step in data] == [{"kwh": 1.5}] * 2


def test_an_info_key_that_is_no_text_is_left_out_with_a_warning() -> None:
    with pytest.warns(UserWarning, match="info key 7 is not a str"):
        data = recorded(zeros(2), said=[{7: 1, "a": 2}])

    assert data[0].info == {"a": 2}
