"""Average Q: what the steps of a data set are worth."""

from dataclasses import dataclass
from typing import Any, ClassVar, Literal

import numpy as np

from tupli_metrics.base import Metric, MetricResult
from tupli_metrics.features import Features
from tupli_metrics.passes import Facts, Need
from tupli_metrics.q_estimates import Answer, greedy, linear, monte_carlo, tabular
from tupli_metrics.q_features import Basis
from tupli_metrics.reference import Reference
from tupli_metrics.rewards import RewardColumns, Rewards
from tupli_metrics.transitions import TransitionNeeds, Transitions
from tupli_schemas.errors import InvalidDataError

Estimator = Literal["auto", "mc", "lstd", "fqe", "fqi", "tabular"]


@dataclass(frozen=True, slots=True)
class Policy:
    """A policy as features: its action for each observation, as an (n, e) array."""

    act: Features

    def __call__(self, observations: Any) -> Any:
        actions = np.asarray(self.act(observations))
        return actions.reshape(len(actions), -1)


@dataclass(frozen=True, slots=True)
class AverageQ(Metric):
    """The mean action value of the behaviour policy over the steps of the data (Asadulaev et al., 2025, arXiv 2510.12638).

    Q(s, a) = E[sum over i of gamma^i r_(t+i)] from s_t = s, a_t = a on, and Q(s, a) = r + gamma Q(s', a') with the data's own next
    action a' (SARSA). A terminated step has no future; a truncated one has, from the stored final observation on, where the actions
    of the nearest states stand for the one that was not taken. A step without either is left out.

    ``mc``: the mean discounted return to go. Exact if every episode terminates; otherwise it misses what was cut off.
    ``lstd``: the fixed point of the SARSA equation on random features, in closed form.
    ``tabular``: its exact solution in the Markov chain of the data, for states that come again.
    ``fqe``: as ``lstd``, but of a given ``policy``: Q(s, a) = r + gamma Q(s', policy(s')).
    ``fqi``: of acting greedily, r + gamma max Q(s', .). It extrapolates: it asks for values of pairs that the data does not show.
    ``auto``: ``mc`` if every episode terminates, ``lstd`` otherwise.

    ``details["mc"]`` stands beside every estimate. ``details["converged"]`` is False, with a warning, if the equations have no
    trustworthy solution, for example one beyond what any sequence of rewards could sum to.

    Unit: that of rewards. Range: any number. Discount: below 1, but for ``mc``.

    Attributes:
        estimator: See above.
        gamma: The discount.
        policy: For ``fqe``: a function that returns the action for each observation of a batch.
        features: A function of a batch of observations that returns (n, d) numbers.
        n_features: How many random features ``lstd``, ``fqe`` and ``fqi`` use.
        rows: They use at most so many transitions, drawn with ``seed``; all if None.
        seed: Of the draw and of the features.

    Raises:
        InvalidDataError: The settings contradict each other, or no step has a known consequence.
    """

    name: ClassVar[str] = "average_q"

    estimator: Estimator = "auto"
    gamma: float = 0.99
    policy: Features | None = None
    features: Features | None = None
    n_features: int = 256
    rows: int | None = 100_000
    seed: int = 0

    def needs(self, _reference: Reference | None) -> tuple[Need[Any], ...]:
        self._check()
        return (Rewards(),) if self.estimator == "mc" else self._transitions().all()

    def measure(self, facts: Facts, _reference: Reference | None) -> MetricResult:
        columns = facts[Rewards()]
        by_returns = monte_carlo(columns, self.gamma)
        estimator = self._resolve(columns)
        answer = by_returns if estimator == "mc" else self._answer(estimator, facts)
        return MetricResult(
            name=self.name,
            value=answer.value,
            std_error=answer.std_error,
            n_used=answer.n_used,
            params=self.params(),
            details={"estimator": estimator, "mc": by_returns.value, "converged": not answer.doubts, **answer.details},
            warnings=(*answer.doubts, *answer.notes),
        )

    def _answer(self, estimator: str, facts: Facts) -> Answer:
        transitions = Transitions.of(facts, self._transitions(), self.rows, self.seed)
        if estimator == "tabular":
            return tabular(transitions, self.gamma)
        basis = Basis.of(transitions, self.n_features, self.seed)
        return (
            greedy(transitions, basis, self.gamma, self.seed)
            if estimator == "fqi"
            else linear(transitions, basis, self.gamma)
        )

    def _resolve(self, columns: RewardColumns) -> str:
        if self.estimator != "auto":
            return self.estimator
        return "mc" if columns.terminated.all() else "lstd"

    def _transitions(self) -> TransitionNeeds:
        policy = Policy(self.policy) if self.policy is not None else None
        return TransitionNeeds(self.features, policy)

    def _check(self) -> None:
        if not 0 <= self.gamma < 1 and not (self.gamma == 1 and self.estimator == "mc"):
            raise InvalidDataError(
                f"gamma has to be at least 0 and below 1, not {self.gamma:g}", hint="gamma=1 is for estimator='mc'"
            )
        if (self.policy is not None) != (self.estimator == "fqe"):
            raise InvalidDataError("a policy is for estimator='fqe', which needs one")
