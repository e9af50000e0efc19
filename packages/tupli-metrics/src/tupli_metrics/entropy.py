"""How much of the state space the data covers, without cells: entropies from the distances between neighbouring states."""

from dataclasses import dataclass, replace
from typing import Any, ClassVar, Literal

import numpy as np

from tupli_metrics import entropy_formulas as formulas
from tupli_metrics.base import EVERYWHERE, Metric, MetricResult
from tupli_metrics.entropy_estimates import Estimate, hashes_of, of_distances, of_groups, of_shares
from tupli_metrics.features import Features
from tupli_metrics.hashing import occurrences
from tupli_metrics.passes import Facts, Need
from tupli_metrics.reference import Reference
from tupli_metrics.rows import Matrix
from tupli_metrics.search import QUERIES, Scale, Search, first_scale
from tupli_schemas.errors import InvalidDataError

COMPARE_ONLY = "Compare it only between data sets at the same n, k, d and scale: it is no absolute number."
RAW_UNITS = "Distances are in the data's own units: give a reference or a scale, else a dimension counts by its unit."


@dataclass(frozen=True, slots=True)
class StateEntropy(Metric):
    """The differential entropy of the visited states (Kozachenko and Leonenko, 1987).

    H = psi(n) - psi(k) + ln V_d + (d/m) * sum over i of ln R_i, where n is the number of distinct states, d their dimension, R_i the
    distance of state i to its k-th neighbour, V_d the volume of the d-dimensional unit ball, psi the digamma function and m the
    number of states that are asked for their neighbours (a seeded sample, searched among all n).

    Distances are on x / scale. The scale comes from a reference or the limits of the space, never from the data itself, which would
    make a narrow data set as wide as any other: multiplying all states by c adds d ln c.

    States of whole numbers (``Discrete``, ``MultiDiscrete``) have the entropy of their shares instead, minus the sum of p ln p, from
    0 to the logarithm of their number. Dict, Tuple and image spaces need ``features``.

    Unit: nats. Range: any number. Equal rows count once; ``details["duplicate_share"]`` says how many there were.

    Attributes:
        k: Which neighbour: a higher one is smoother and less local.
        space: ``obs`` for states, ``obs_act`` for state-action pairs, where a discrete part adds its own entropy to that of the rest.
        scale: What each number of a state (then of an action) is divided by; from the reference if None.
        features: A function of a batch of observations that returns (n, d) numbers.
        queries: The greatest m.
        n: Draw so many distinct states first, to compare data sets of different size; all if None.
        seed: The seed of both samples.

    Raises:
        InvalidDataError: There are no more than k distinct states.
        UnsupportedSpaceError: States are no vectors, and there are no ``features``.
    """

    name: ClassVar[str] = "state_entropy"

    k: int = 5
    space: Literal["obs", "obs_act"] = "obs"
    scale: Scale | None = None
    features: Features | None = None
    queries: int = QUERIES
    n: int | None = None
    seed: int = 0

    def needs(self, _reference: Reference | None) -> tuple[Need[Any], ...]:
        states, actions, pairs = (Matrix(part, self.features) for part in ("observations", "actions", "pairs"))
        return (states,) if self.space == "obs" else (states, actions, pairs)

    def measure(self, facts: Facts, reference: Reference | None) -> MetricResult:
        matrix = Matrix("observations" if self.space == "obs" else "pairs", self.features)
        scale = first_scale(self.scale, _reference_scale(reference, self.space))
        search = Search(matrix, self.k, scale, queries=self.queries, n=self.n, seed=self.seed)
        estimate = self._of_states(facts, search) if self.space == "obs" else self._of_pairs(facts, search)
        return MetricResult(
            name=self.name if self.space == "obs" else "state_action_entropy",
            value=estimate.value,
            unit="nats",
            range=EVERYWHERE if estimate.d else (0.0, float(np.log(estimate.n))),
            std_error=estimate.std_error,
            n_used=estimate.m,
            params=self.params(),
            details=estimate.details(),
            warnings=_warnings(estimate, scale),
            reference=reference.id if reference else None,
        )

    def _of_states(self, facts: Facts, search: Search) -> Estimate:
        states = facts[search.matrix]
        return of_shares(states) if states.discrete else of_distances(search.run(facts), self.k)

    def _of_pairs(self, facts: Facts, search: Search) -> Estimate:
        states, actions, pairs = (facts[need] for need in self.needs(None))
        if states.discrete and actions.discrete:
            return of_shares(pairs)
        if not states.discrete and not actions.discrete:
            return of_distances(search.run(facts), self.k)
        discrete, continuous = (states, actions) if states.discrete else (actions, states)
        if search.scale is not None and len(search.scale) == continuous.d:  # discrete numbers have no scale
            ones = (1.0,) * discrete.d
            search = replace(search, scale=ones + search.scale if states.discrete else search.scale + ones)
        return of_groups(pairs, hashes_of(discrete), continuous.d, search)


@dataclass(frozen=True, slots=True)
class BehavioralEntropy(Metric):
    """Entropy as seen by a subject that misjudges probabilities, in its practical k-NN form (Suttle et al., 2025, arXiv 2502.04141).

    BE = mean over states of R P exp(-P), where P = beta ln(1 + R)^alpha, beta = (ln M)^(1 - alpha), R is the distance of a state to
    its k-th neighbour and M the dimension of the representation. alpha = 1 weighs like Shannon; below 1 rare states count more,
    above 1 less. Distances are those of ``StateEntropy``: on x / scale, between distinct states.

    ``details`` has all results of the same neighbours: ``be``; ``state_entropy``, the one to look at first; and for up to three
    dimensions ``be_plugin``, the mean of P exp(-P) / f with P = beta (-ln f)^alpha and the density f = k / ((n - 1) V_d R^d).

    States of whole numbers have the sum of -w ln w over their shares p, where w = exp(-beta (-ln p)^alpha) is Prelec's weight and M
    the number of distinct states: ln M for a uniform distribution, whatever alpha.

    Unit: none (nats if discrete). Range: 0 upwards. It falls again where R is large, so its order can turn with the scale.

    Attributes:
        alpha: The exponent, positive.
        k: Which neighbour.
        rep_dim: M, at least 2; the dimension of the data if None, so give it for one-dimensional data unless alpha is 1.
        scale, features, queries, n, seed: As of ``StateEntropy``.

    Raises:
        InvalidDataError: There are no more than k distinct states, or M is below 2.
        UnsupportedSpaceError: States are no vectors, and there are no ``features``.
    """

    name: ClassVar[str] = "behavioral_entropy"

    alpha: float
    k: int = 5
    rep_dim: int | None = None
    scale: Scale | None = None
    features: Features | None = None
    queries: int = QUERIES
    n: int | None = None
    seed: int = 0

    def needs(self, _reference: Reference | None) -> tuple[Need[Any], ...]:
        return (Matrix(features=self.features),)

    def measure(self, facts: Facts, reference: Reference | None) -> MetricResult:
        if not self.alpha > 0:
            raise InvalidDataError(f"alpha has to be positive, not {self.alpha:g}")
        matrix = Matrix(features=self.features)
        scale = first_scale(self.scale, _reference_scale(reference, "obs"))
        if facts[matrix].discrete:
            estimate = of_shares(facts[matrix])
            forms = {
                "be": formulas.behavioural_discrete(occurrences(hashes_of(facts[matrix])), self.alpha, self.rep_dim)
            }
        else:
            search = Search(matrix, self.k, scale, queries=self.queries, n=self.n, seed=self.seed)
            estimate = of_distances(search.run(facts), self.k)
            forms = self._forms(search.run(facts).distances, estimate)
        return MetricResult(
            name=self.name,
            value=forms["be"],
            unit="" if estimate.d else "nats",
            range=(0.0, np.inf),
            n_used=estimate.m,
            params=self.params(),
            details={**forms, "state_entropy": estimate.value, **estimate.details()},
            warnings=_warnings(estimate, scale),
            reference=reference.id if reference else None,
        )

    def _forms(self, distances: formulas.Floats, estimate: Estimate) -> dict[str, float]:
        dimension = estimate.d if self.rep_dim is None else self.rep_dim
        if dimension < 2 and self.alpha != 1:
            raise InvalidDataError(
                f"the representation has dimension {dimension}, and ln M is the base of beta",
                hint="give rep_dim of at least 2, or alpha=1, for which M plays no part",
            )
        forms = {"be": formulas.behavioural(distances, self.alpha, dimension)}
        if estimate.d <= 3:
            forms["be_plugin"] = formulas.behavioural_density(
                distances, estimate.n, self.k, estimate.d, self.alpha, dimension
            )
        return forms


def _reference_scale(reference: Reference | None, space: str) -> Scale | None:
    if reference is None or reference.observation_scale is None or space == "obs":
        return reference.observation_scale if reference else None
    return reference.observation_scale + (reference.action_scale or ())


def _warnings(estimate: Estimate, scale: Scale | None) -> tuple[str, ...]:
    raw_units = (RAW_UNITS,) if scale is None and estimate.d else ()
    return (*((COMPARE_ONLY,) if estimate.d else ()), *raw_units, *estimate.warnings())
