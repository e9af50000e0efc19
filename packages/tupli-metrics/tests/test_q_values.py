"""Average Q: chains and loops by hand, linear equations on tables as the oracle, and what is known about cut episodes."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from metric_data import episode
from published_runs import load
from tupli_metrics import AverageQ
from tupli_metrics.passes import gather
from tupli_metrics.q_linear import lstd
from tupli_metrics.transitions import TransitionNeeds, Transitions
from tupli_schemas.columns import EpisodeData
from tupli_schemas.errors import InvalidDataError

BOOTSTRAPPING = ("lstd", "tabular", "fqi")


def loops(steps: int, gamma: float, *, known_end: bool = True) -> list[EpisodeData]:
    """One state, one action, reward 1 for ever: the truth is 1 / (1 - gamma). Recordings are cut after some steps."""
    return [episode([1.0] * steps, np.zeros((steps + known_end, 1)), terminated=False, truncated=True)] * 3


def random_walk(episodes: int, seed: int, *, truncated: bool = False) -> list[EpisodeData]:
    """Six states in a row, two noisy actions; ends at state 5, or is cut after 12 steps."""
    rng, made = np.random.default_rng(seed), []
    for _ in range(episodes):
        states = [int(rng.integers(0, 5))]
        actions: list[int] = []
        rewards: list[float] = []
        while states[-1] < 5 and not (truncated and len(actions) == 12):
            actions.append(int(rng.integers(0, 2)))
            step = 1 if rng.random() < (0.8 if actions[-1] else 0.4) else -1
            rewards.append(float(rng.normal(actions[-1] - 0.3 * states[-1], 0.1)))
            states.append(int(np.clip(states[-1] + step, 0, 5)))
        over = states[-1] == 5
        made.append(episode(rewards, np.array(states), np.array(actions), terminated=over, truncated=not over))
    return made


@pytest.mark.parametrize("estimator", ["auto", "mc", "lstd", "tabular"])
def test_a_chain_by_hand(estimator: str) -> None:
    chain = [episode([1, 2], np.array([0, 1, 2]))]  # Q(0) = 1 + 2/2, Q(1) = 2

    assert AverageQ(estimator, gamma=0.5).evaluate(chain).value == pytest.approx(2, abs=1e-6)  # type: ignore[arg-type]


@pytest.mark.parametrize("steps", [1, 2, 7])
@pytest.mark.parametrize("estimator", BOOTSTRAPPING)
def test_a_cut_recording_goes_on_in_thought(estimator: str, steps: int) -> None:
    result = AverageQ(estimator, gamma=0.9).evaluate(loops(steps, 0.9))  # type: ignore[arg-type]

    assert result.value == pytest.approx(10, abs=1e-5)
    assert result.details["converged"]


def test_returns_to_go_of_cut_recordings_say_what_they_miss() -> None:
    result = AverageQ("mc", gamma=0.9).evaluate(loops(7, 0.9))

    assert result.value < 6
    assert "3 of 3 episodes did not terminate" in result.warnings[0]


def test_the_mean_return_to_go_by_hand() -> None:
    result = AverageQ("mc", gamma=0.5).evaluate([episode([1, 2, 3]), episode([4])])

    assert result.value == pytest.approx((2.75 + 3.5 + 3 + 4) / 4)
    assert result.n_used == 4


@pytest.mark.parametrize(("cut", "expected"), [(False, "mc"), (True, "lstd")])
def test_auto_counts_returns_only_where_every_episode_terminates(cut: bool, expected: str) -> None:
    result = AverageQ(gamma=0.9).evaluate(random_walk(50, 0, truncated=cut))

    assert result.details["estimator"] == expected
    assert result.details["mc"] == pytest.approx(
        AverageQ("mc", gamma=0.9).evaluate(random_walk(50, 0, truncated=cut)).value
    )


def dense_table(data: list[EpisodeData], gamma: float) -> float:
    """The certainty-equivalent values by a dense linear system, written down naively."""
    counts, following, rewards = np.zeros((6, 2)), np.zeros((6, 2, 6, 2)), np.zeros((6, 2))
    walks = [(list(map(int, one.all_observations)), list(map(int, one.actions)), one) for one in data]
    for states, actions, one in walks:
        for s, a, r in zip(states, actions, one.rewards, strict=False):
            counts[s, a] += 1
            rewards[s, a] += r
    for states, actions, one in walks:
        for t, (s, a) in enumerate(zip(states, actions, strict=False)):
            after = states[t + 1]
            if t + 1 < len(one):
                following[s, a, after, actions[t + 1]] += 1
            elif not one.terminated[t]:
                following[s, a, after] += counts[after] / counts[after].sum()
    seen = counts.ravel() > 0
    divisor = np.where(seen, counts.ravel(), 1)
    transition = following.reshape(12, 12) / divisor[:, None]
    q = np.linalg.solve(np.eye(12) - gamma * transition, rewards.ravel() / divisor)
    return float((q * counts.ravel()).sum() / counts.sum())


@pytest.mark.parametrize("truncated", [False, True])
@given(seed=st.integers(0, 50), gamma=st.sampled_from([0.0, 0.5, 0.9, 0.99]))
def test_the_table_is_the_solution_of_its_linear_equations(truncated: bool, seed: int, gamma: float) -> None:
    data = random_walk(20, seed, truncated=truncated)

    assert AverageQ("tabular", gamma=gamma).evaluate(data).value == pytest.approx(dense_table(data, gamma))


def test_least_squares_on_one_feature_per_pair_are_the_table() -> None:
    class OneHot:
        size = 12

        def pairs(self, transitions: Transitions, rows: slice) -> tuple[np.ndarray, np.ndarray]:
            here = np.eye(12)[transitions.states[rows, 0] * 2 + transitions.actions[rows, 0]]
            code = np.minimum(transitions.next_states[rows, None, 0] * 2 + transitions.next_actions[rows, :, 0], 11)
            there = np.eye(12)[code].mean(axis=1) * transitions.goes_on[rows, None]
            return here, there

    data, needs = random_walk(200, 1), TransitionNeeds()
    transitions = Transitions.of(gather(data, needs.all()), needs, None, 0)

    found = lstd(transitions, OneHot(), 0.9)  # type: ignore[arg-type]

    assert found.value == pytest.approx(AverageQ("tabular", gamma=0.9).evaluate(data).value, rel=1e-5)


def test_random_features_find_the_value_of_smooth_problems() -> None:
    """X' = 0.9 x + noise, reward x, cut after 20 steps: Q = x / (1 - 0.9 gamma) for a policy that does not matter."""
    rng, data = np.random.default_rng(0), []
    for _ in range(300):
        x = np.empty((21, 1))
        x[0] = rng.normal(2, 1)
        for t in range(20):
            x[t + 1] = 0.9 * x[t] + rng.normal(0, 0.1)
        data.append(episode(x[:-1, 0], x, rng.normal(size=(20, 2)), terminated=False, truncated=True))

    result = AverageQ(gamma=0.95).evaluate(data)

    states = np.concatenate([one.observations for one in data])
    assert result.std_error is not None
    assert result.value == pytest.approx(float(states.mean()) / (1 - 0.9 * 0.95), abs=4 * result.std_error + 0.02)


def test_a_random_policy_on_a_mountain_that_it_never_climbs_is_worth_its_price_for_ever() -> None:
    episodes, _, _ = load("MountainCar-v0")

    result = AverageQ("lstd", features=lambda cells: cells.astype(np.float32), rows=20_000).evaluate(episodes["random"])

    assert result.value == pytest.approx(-100, abs=0.5)
    assert result.details["mc"] > -60


def test_least_squares_agree_with_returns_where_both_are_known() -> None:
    data = random_walk(3000, 2)
    as_numbers = [episode(d.rewards, d.all_observations.astype(float)[:, None], d.actions) for d in data]  # type: ignore[union-attr]

    result = AverageQ("lstd", gamma=0.95).evaluate(as_numbers)

    assert result.value == pytest.approx(result.details["mc"], rel=0.05)


def test_standard_errors_cover_what_new_data_gives() -> None:
    for estimator in ("mc", "lstd"):
        results = [AverageQ(estimator, gamma=0.9, n_features=64).evaluate(random_walk(60, seed)) for seed in range(40)]

        spread = np.std([result.value for result in results], ddof=1)
        claimed = np.mean([result.std_error or 0 for result in results])
        assert claimed == pytest.approx(spread, rel=0.4)


def test_a_given_policy_is_evaluated_in_place_of_the_data_s_own() -> None:
    """Two actions, rewards 0 and 1, one state: always choosing 1 is worth r + gamma / (1 - gamma)."""
    rng = np.random.default_rng(0)
    actions = rng.integers(0, 2, (50, 10))
    data = [episode(a.astype(float), np.zeros((11, 1)), a, terminated=False, truncated=True) for a in actions]

    always_one = AverageQ("fqe", gamma=0.9, policy=lambda batch: np.ones(len(batch), int)).evaluate(data)
    greedy = AverageQ("fqi", gamma=0.9).evaluate(data)
    own = AverageQ("lstd", gamma=0.9).evaluate(data)

    mean = actions.mean()
    assert always_one.value == pytest.approx(mean + 9, abs=1e-3)
    assert greedy.value == pytest.approx(mean + 9, abs=1e-3)
    assert own.value == pytest.approx(10 * mean, abs=0.3)
    assert any("extrapolate" in warning for warning in greedy.warnings)


def test_steps_with_unknown_consequences_are_left_out_with_a_warning() -> None:
    result = AverageQ("lstd", gamma=0.9).evaluate(loops(5, 0.9, known_end=False))

    assert result.value == pytest.approx(10, abs=1e-5)
    assert result.n_used == 12
    assert any("Left out: 3 steps" in warning for warning in result.warnings)


def test_data_of_unknown_consequences_alone_is_refused() -> None:
    with pytest.raises(InvalidDataError, match="no step has a known consequence"):
        AverageQ("lstd").evaluate(loops(1, 0.9, known_end=False))


def test_a_table_of_states_that_never_come_again_leaves_their_steps_out() -> None:
    data = [
        episode([1.0, 1.0], np.array([0, 1, 9]), terminated=False, truncated=True),
        episode([2.0], np.array([0, 7])),
    ]

    result = AverageQ("tabular", gamma=0.5).evaluate(data)

    assert result.value == pytest.approx(2)  # state 9 is never acted in, so neither 1 nor the step into 1 has a value
    assert any("never acts" in warning for warning in result.warnings)


def test_a_sample_of_transitions_gives_nearly_the_same_value() -> None:
    data = random_walk(1000, 3)

    whole, sampled = (AverageQ("lstd", gamma=0.9, rows=rows).evaluate(data) for rows in (None, 2000))

    assert sampled.n_used == 2000
    assert sampled.value == pytest.approx(whole.value, abs=4 * (sampled.std_error or 0))


@pytest.mark.parametrize(
    "settings", [{"gamma": 1.0}, {"gamma": -0.1}, {"estimator": "fqe"}, {"policy": lambda batch: batch}]
)
def test_contradictory_settings_are_refused(settings: dict[str, object]) -> None:
    with pytest.raises(InvalidDataError):
        AverageQ(**settings).evaluate(loops(3, 0.9))  # type: ignore[arg-type]


def test_returns_need_no_discount() -> None:
    assert AverageQ("mc", gamma=1.0).evaluate([episode([1, 2, 3])]).value == pytest.approx((6 + 5 + 3) / 3)
