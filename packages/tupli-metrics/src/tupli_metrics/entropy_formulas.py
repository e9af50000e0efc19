"""The formulas of the entropies, on plain arrays."""

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]


def log_ball_volume(d: int) -> float:
    """The logarithm of the volume of the unit ball in d dimensions: (d/2) ln pi - ln Gamma(d/2 + 1)."""
    from scipy.special import gammaln

    return float(d / 2 * np.log(np.pi) - gammaln(d / 2 + 1))


def kozachenko_leonenko(distances: Floats, n: int, k: int, d: int) -> tuple[float, float | None]:
    """The entropy in nats of a density from which n points in d dimensions were drawn, and its standard error.

    psi(n) - psi(k) + ln V_d + (d/m) * sum of ln R_i (Kozachenko and Leonenko, 1987), with R_i the distance of query i to its k-th
    neighbour, V_d the volume of the unit ball and psi the digamma function. The m queries are a sample of the points, so the sum is
    unbiased, and its standard error is d sd(ln R) / sqrt(m).
    """
    from scipy.special import digamma

    logs = np.log(distances)
    value = digamma(n) - digamma(k) + log_ball_volume(d) + d * logs.mean()
    return float(value), float(d * logs.std(ddof=1) / np.sqrt(len(logs))) if len(logs) > 1 else None


def behavioural(distances: Floats, alpha: float, dimension: int) -> float:
    """The practical form of behavioural entropy: the mean of R P exp(-P), where P = beta ln(1 + R)^alpha, beta = (ln M)^(1 - alpha)."""
    weights = _beta(alpha, dimension) * np.log1p(distances) ** alpha
    return float((distances * weights * np.exp(-weights)).mean())


def behavioural_density(distances: Floats, n: int, k: int, d: int, alpha: float, dimension: int) -> float:
    """The plug-in form: the mean of P exp(-P) / f, where P = beta (-ln f)^alpha and f = k / ((n - 1) V_d R^d) is the density.

    A density above 1 has a negative -ln f, of which the power is taken of its size, its sign kept. For alpha = 1 it is the mean of
    -ln f, the plug-in estimate of Shannon's entropy.
    """
    information = np.log(n - 1) - np.log(k) + log_ball_volume(d) + d * np.log(distances)
    weights = _beta(alpha, dimension) * np.sign(information) * np.abs(information) ** alpha
    return float((weights * np.exp(information - weights)).mean())


def behavioural_discrete(counts: Integers, alpha: float, outcomes: int | None = None) -> float:
    """The sum over outcomes of -w ln w, where w = exp(-beta (-ln p)^alpha) is Prelec's weight of the share p of an outcome.

    beta = (ln M)^(1 - alpha), M the number of outcomes, so that a uniform distribution has ln M for every alpha.
    """
    outcomes = len(counts) if outcomes is None else outcomes
    information = -np.log(counts / counts.sum())
    if outcomes < 2 or len(counts) == 1:
        return 0.0  # one outcome: p = w = 1
    weights = _beta(alpha, outcomes) * information**alpha
    return float((weights * np.exp(-weights)).sum())


def shannon(counts: Integers) -> tuple[float, float]:
    """The entropy in nats of the outcomes' shares, and its standard error, sd(ln p) / sqrt(N)."""
    shares = counts / counts.sum()
    logs = np.log(shares)
    value = -float((shares * logs).sum())
    variance = float((shares * logs**2).sum()) - value**2
    return value, float(np.sqrt(max(variance, 0.0) / counts.sum()))


def _beta(alpha: float, dimension: int) -> float:
    return float(np.log(dimension) ** (1 - alpha)) if alpha != 1 else 1.0
