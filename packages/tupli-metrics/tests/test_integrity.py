"""Findings: each fault that is planted is found, once, with its place; sound data has none."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any, cast

import numpy as np
import pytest

from metric_data import episode
from tupli_metrics import Integrity, from_arrays
from tupli_metrics.findings import Finding
from tupli_metrics.integrity import findings_of
from tupli_schemas.columns import EpisodeData
from tupli_schemas.spaces import (
    BoxSpec,
    DictSpec,
    DiscreteSpec,
    MultiBinarySpec,
    MultiDiscreteSpec,
    TextSpec,
    TupleSpec,
)

BOX = BoxSpec(low=-1.0, high=1.0, shape=(2,), dtype="float64")
TWO = DiscreteSpec(n=2)


def sound(seed: int, steps: int = 5, **changes: Any) -> EpisodeData:
    rng = np.random.default_rng(seed)
    made = episode(
        rng.normal(size=steps), rng.uniform(-1, 1, (steps + 1, 2)), rng.integers(0, 2, steps), terminated=True
    )
    return replace(made, **changes)


def found(data: Any, **spaces: Any) -> dict[str, Finding]:
    return {finding.code: finding for finding in findings_of(Integrity(**spaces).evaluate(data))}


def spoilt(array: Any, row: int, value: float) -> np.ndarray:
    copy = np.array(array)
    copy[row] = value
    return copy


def test_sound_data_has_no_findings() -> None:
    result = Integrity(BOX, TWO).evaluate([sound(0), sound(1)])

    assert result.value == 0
    assert result.details["findings"] == []


@pytest.mark.parametrize(
    ("column", "code", "row"),
    [("all_observations", "observations-not-finite", 5), ("rewards", "rewards-not-finite", 2)],
)
@pytest.mark.parametrize("value", [np.nan, np.inf, -np.inf])
def test_numbers_that_are_not_finite_are_errors(column: str, code: str, row: int, value: float) -> None:
    bad = sound(1)

    findings = found(
        [sound(0), replace(bad, **cast("Any", {column: spoilt(getattr(bad, column), row, value)})), sound(2)]
    )

    assert findings[code] == Finding(code, "error", findings[code].message, 1, "steps", 1, row)


def test_continuous_actions_are_checked_like_observations() -> None:
    actions = np.array([[0.0, 0.5], [np.nan, 0.1], [1.0, 0.2], [1.5, 0.3], [0.1, -7.0]])

    findings = found([sound(0, actions=actions)], action_space=BOX)

    assert (findings["actions-not-finite"].first_step, findings["actions-not-finite"].severity) == (1, "error")
    assert (findings["actions-outside"].count, findings["actions-outside"].first_step) == (2, 3)
    assert (findings["actions-at-limit"].count, findings["actions-at-limit"].severity) == (1, "info")


def test_discrete_actions_outside_their_space_are_errors() -> None:
    findings = found([sound(0), sound(1, actions=np.array([0, 1, 2, -1, 0]))], action_space=TWO)

    assert (findings["actions-outside"].severity, findings["actions-outside"].count) == ("error", 2)
    assert findings["actions-outside"].place == "episode 1, step 2"
    assert "actions-at-limit" not in findings


def test_observations_outside_their_space_are_a_warning() -> None:
    data = sound(0, all_observations=np.linspace(-2, 0.9, 12).reshape(6, 2))

    assert found([data], observation_space=BOX)["observations-outside"].severity == "warning"


def test_limits_are_compared_in_the_precision_of_the_data() -> None:
    space = BoxSpec(low=0.0, high=0.1, shape=(2,), dtype="float32")
    top = np.full((6, 2), np.float32(0.1))

    assert "observations-outside" not in found([sound(0, all_observations=top)], observation_space=space)


def test_shapes_and_dtypes_unlike_their_space_are_found() -> None:
    shape = found([sound(0)], observation_space=BoxSpec(low=0, high=1, shape=(3,), dtype="float64"))
    dtype = found([sound(0)], observation_space=BOX.model_copy(update={"dtype": "float32"}))

    assert shape["observations-shape"].severity == "error"
    assert dtype["observations-dtype"].severity == "warning"
    assert "float64" in dtype["observations-dtype"].message


def test_a_change_of_form_between_episodes_is_an_error() -> None:
    other = sound(1, all_observations=np.zeros((6, 2), np.float32))

    assert found([sound(0), other])["observations-differ"].first_episode == 1


def test_dimensions_that_never_change_are_named() -> None:
    first, second = (np.array(sound(seed).all_observations) for seed in (0, 1))
    first[:, 1] = second[:, 1] = 0.25

    finding = found([sound(0, all_observations=first), sound(1, all_observations=second)])["observations-constant"]

    assert (finding.count, finding.unit, finding.severity) == (1, "dimensions", "warning")
    assert finding.message.endswith("in 1")


def test_a_number_that_changes_between_episodes_is_not_constant() -> None:
    data = [sound(seed, actions=np.full(5, seed)) for seed in (0, 1)]

    assert "actions-constant" not in found(data)


def test_open_ends_are_told_apart() -> None:
    open_end: dict[str, Any] = {"terminated": np.zeros(5, bool)}

    findings = found([sound(0, **open_end), sound(1), sound(2, **open_end)])

    assert (findings["open"].severity, findings["open"].count, findings["open"].first_episode) == ("warning", 1, 0)
    assert (findings["open-last"].severity, findings["open-last"].first_episode) == ("info", 2)


def test_data_that_never_terminates_is_noted() -> None:
    cut: dict[str, Any] = {"terminated": np.zeros(5, bool), "truncated": np.array([0, 0, 0, 0, 1], bool)}

    assert found([sound(0, **cut), sound(1, **cut)])["never-terminated"].severity == "info"


def test_cut_episodes_without_a_final_observation_are_a_warning() -> None:
    rng = np.random.default_rng(0)
    data = episode(rng.normal(size=5), rng.normal(size=(5, 2)), terminated=False, truncated=True)

    assert found([sound(0), data])["no-final-observation"].first_episode == 1
    assert "no-final-observation" not in found([episode([1, 2], np.zeros((2, 1)), terminated=True)])


def test_parts_of_episodes_are_a_warning() -> None:
    assert found([sound(0), sound(1).slice(1, 3)])["partial"].first_episode == 1


def test_episodes_that_occur_twice_are_a_warning() -> None:
    finding = found([sound(0), sound(1), sound(0), sound(0)])["duplicated"]

    assert (finding.count, finding.first_episode) == (2, 2)


def test_rewards_that_never_change_are_noted() -> None:
    assert "every reward is -1" in found([sound(0, rewards=np.full(5, -1.0))])["rewards-constant"].message


@pytest.mark.parametrize("kind", [np.asarray, list])
def test_next_observations_that_do_not_follow_are_errors(kind: Callable[[Any], Any]) -> None:
    observations = np.arange(12.0).reshape(6, 2)
    following = observations + 2
    following[2] = 99  # an end: what follows is the reset
    columns = {
        "observations": observations,
        "actions": np.arange(6),
        "rewards": np.arange(6.0),
        "terminated": np.array([0, 0, 1, 0, 0, 1]),
    }
    broken = following.copy()
    broken[4, 1] = -1

    assert "next-observation-differs" not in found(from_arrays(**columns, next_observations=following))
    finding = found(from_arrays(**columns, next_observations=broken))["next-observation-differs"]
    assert (finding.severity, finding.count, finding.place) == ("error", 1, "episode 1, step 1")


def test_every_kind_of_space_is_understood() -> None:
    space = DictSpec(
        spaces={
            "box": BoxSpec(low=(0, "-inf"), high=("inf", 1), shape=(2,), dtype="float32"),
            "bits": MultiBinarySpec(shape=(3,)),
            "rest": TupleSpec(
                spaces=(
                    MultiDiscreteSpec(nvec=(2, 3), start=(0, 1), shape=(2,)),
                    TextSpec(min_length=0, max_length=3, characters="go"),
                )
            ),
        }
    )
    rng = np.random.default_rng(0)
    observations = {
        "box": rng.uniform(0, 1, (4, 2)).astype(np.float32),
        "bits": np.eye(4, 3, dtype=np.int8),
        "rest": (np.array([[0, 1], [1, 2], [0, 3], [1, 1]]), ["go", "o", "g", ""]),
    }
    data = EpisodeData.from_arrays(
        observations=observations, actions=np.array([0, 1, 0]), rewards=np.arange(3.0), terminated=True, truncated=False
    )

    assert not found([data], observation_space=space)
    wrong = replace(data, all_observations={**data.all_observations, "bits": np.full((4, 3), 2, np.int8)})  # type: ignore[dict-item]
    assert set(found([wrong], observation_space=space)) == {"observations-outside", "observations-constant"}


def test_gymnasium_s_own_spaces_are_understood() -> None:
    gymnasium = pytest.importorskip("gymnasium")
    cart_pole = gymnasium.make("CartPole-v1")
    observations, over = [cart_pole.reset(seed=0)[0]], False
    actions: list[np.int64] = []
    while not over:
        actions.append(np.int64(len(actions) % 2))
        observation, _, over, _, _ = cart_pole.step(actions[-1])
        observations.append(observation)
    data = episode(np.ones(len(actions)), np.array(observations), np.array(actions))

    findings = found([data], observation_space=cart_pole.observation_space, action_space=cart_pole.action_space)

    assert set(findings) <= {"rewards-constant"}


def test_errors_come_first() -> None:
    data = [sound(0, rewards=np.full(5, np.nan)), sound(1, terminated=np.zeros(5, bool))]

    assert [finding.severity for finding in findings_of(Integrity().evaluate(data))] == ["error", "info"]
