"""From the facts of one or two data sets to the panels of their report."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from tupli_metrics.coverage import rarefaction
from tupli_metrics.features import Features
from tupli_metrics.hashing import Binning, occurrences, row_hashes
from tupli_metrics.moments import extremes
from tupli_metrics.overlap import check_widths
from tupli_metrics.passes import Facts, Need
from tupli_metrics.report.panels import Floats, Panel, Series, note
from tupli_metrics.report.projection import Projection
from tupli_metrics.rewards import RewardColumns, Rewards
from tupli_metrics.rows import Matrix, Rows
from tupli_schemas.errors import TupliError

BINS = 30
POINTS = 1_500
TIMES = 100
MANY_ACTIONS = 40
GAMMA = 0.99
CELLS = 100


@dataclass(frozen=True, slots=True)
class Source:
    """A data set in a report: its name and the facts of it."""

    name: str
    facts: Facts
    features: Features | None = None

    @property
    def rewards(self) -> RewardColumns:
        return self.facts[Rewards()]

    @property
    def states(self) -> Rows:
        return self.facts[Matrix(features=self.features)]

    @property
    def actions(self) -> Rows:
        return self.facts[Matrix("actions")]


def needs(features: Features | None) -> tuple[Need[object], ...]:
    """The facts that the panels need."""
    return (Rewards(), Matrix(features=features), Matrix("actions"), Matrix("pairs", features))


def pictures(sources: Sequence[Source], seed: int = 0) -> tuple[Panel, ...]:
    """All panels; one that cannot be drawn says why."""
    drawn: tuple[tuple[str, Callable[[Sequence[Source]], Panel]], ...] = (
        ("Returns", _returns),
        ("Returns in order", _sorted_returns),
        ("Lengths", _lengths),
        ("Rewards", _rewards),
        ("Reward by step", _rewards_by_step),
        ("Actions", _actions),
        ("States", lambda some: _states(some, seed)),
        ("Distinct pairs", _unique_pairs),
        ("Ends", _ends),
    )
    return tuple(_drawn(title, draw, sources) for title, draw in drawn)


def _drawn(title: str, draw: Callable[[Sequence[Source]], Panel], sources: Sequence[Source]) -> Panel:
    try:
        return draw(sources)
    except TupliError as error:
        return note(title, str(error))


def _returns(sources: Sequence[Source]) -> Panel:
    returns = [source.rewards.finished_returns()[0] for source in sources]
    marks: tuple[tuple[str, float], ...] = ()
    if len(sources) == 1:
        marks = (("mean", float(returns[0].mean())), ("p95", float(np.percentile(returns[0], 95))))
    return _histogram("Returns", "return", sources, returns, marks)


def _lengths(sources: Sequence[Source]) -> Panel:
    return _histogram(
        "Lengths", "steps per episode", sources, [source.rewards.lengths.astype(float) for source in sources]
    )


def _rewards(sources: Sequence[Source]) -> Panel:
    rewards = [source.rewards.rewards for source in sources]
    finite = [some[np.isfinite(some)] for some in rewards]
    if not all(map(len, finite)):
        return note("Rewards", "no reward is a finite number")
    return _histogram("Rewards", "reward", sources, finite, of="steps")


def _histogram(
    title: str,
    x_label: str,
    sources: Sequence[Source],
    values: list[Floats],
    marks: tuple[tuple[str, float], ...] = (),
    of: str = "episodes",
) -> Panel:
    """Counts for one data set; shares for several, so that those of different size can be compared."""
    edges, shares = np.histogram_bin_edges(np.concatenate(values), BINS), len(values) > 1
    counts = [np.histogram(some, edges)[0] / (len(some) if shares else 1) for some in values]
    series = tuple(Series(source.name, edges, heights) for source, heights in zip(sources, counts, strict=True))
    return Panel(title, "histogram", x_label, f"share of {of}" if shares else of, series, marks)


def _sorted_returns(sources: Sequence[Source]) -> Panel:
    series = []
    for source in sources:
        returns = np.sort(source.rewards.finished_returns()[0])
        shares = np.linspace(0, 1, min(len(returns), 400))
        series.append(Series(source.name, shares, np.quantile(returns, shares)))
    return Panel("Returns in order", "line", "share of episodes below", "return", tuple(series))


def _rewards_by_step(sources: Sequence[Source]) -> Panel:
    """Mean reward by time, with the band in which 90 % of the rewards are."""
    series = []
    for source in sources:
        columns = source.rewards
        edges = np.unique(np.linspace(0, columns.lengths.max(), TIMES + 1).astype(np.int64))
        group = np.searchsorted(edges, columns.times, side="right") - 1
        ordered = columns.finite_rewards()[np.argsort(group, kind="stable")]
        groups = np.split(ordered, np.cumsum(np.bincount(group))[:-1])
        means = np.array([some.mean() for some in groups])
        low, high = (np.array([np.quantile(some, q) for some in groups]) for q in (0.05, 0.95))
        series.append(Series(source.name, (edges[:-1] + edges[1:] - 1) / 2, means, low, high))
    return Panel("Reward by step", "line", "step of the episode", "reward: mean, 5 % to 95 %", tuple(series))


def _actions(sources: Sequence[Source]) -> Panel:
    if all(source.actions.discrete and source.actions.d == 1 for source in sources):
        return _action_shares(sources)
    if len(sources) > 1:
        return _action_means(sources)
    return _action_heat(sources[0])


def _action_shares(sources: Sequence[Source]) -> Panel:
    counted = [np.unique(_column(source.actions), return_counts=True) for source in sources]
    total = np.unique(np.concatenate([kinds for kinds, _ in counted]))
    shown = total[:MANY_ACTIONS]
    series = []
    for source, (kinds, counts) in zip(sources, counted, strict=True):
        shares = dict(zip(kinds.tolist(), (counts / counts.sum()).tolist(), strict=True))
        heights = np.array([shares.get(kind, 0.0) for kind in shown.tolist()])
        series.append(Series(source.name, np.arange(len(shown) + 1.0), heights))
    left_out = f"the first {MANY_ACTIONS} of {len(total)} actions" if len(total) > len(shown) else ""
    return Panel(
        "Actions",
        "bars",
        "action",
        "share of steps",
        tuple(series),
        names=tuple(map(str, shown.tolist())),
        note=left_out,
    )


def _action_means(sources: Sequence[Source]) -> Panel:
    series = []
    for source in sources:
        rows = np.concatenate([chunk for _, chunk in source.actions.chunks()]).astype(float)
        mean, sd = np.nanmean(rows, axis=0), np.nanstd(rows, axis=0)
        series.append(Series(source.name, np.arange(source.actions.d, dtype=float), mean, mean - sd, mean + sd))
    return Panel("Actions", "line", "dimension", "mean ± standard deviation", tuple(series))


def _action_heat(source: Source) -> Panel:
    """One row per dimension, its histogram as colours."""
    rows = source.actions.take(_some(source.actions.n, 20_000, 0)).astype(float)
    rows = rows[np.isfinite(rows).all(axis=1)][:, :MANY_ACTIONS]
    if not len(rows):
        return note("Actions", "no action is a finite number")
    edges = np.histogram_bin_edges(rows, BINS)
    series = tuple(Series(source.name, edges, np.histogram(column, edges)[0] / len(rows)) for column in rows.T)
    names = tuple(map(str, range(rows.shape[1])))
    left_out = f"the first {MANY_ACTIONS} of {source.actions.d} dimensions" if source.actions.d > MANY_ACTIONS else ""
    return Panel("Actions", "heat", "value", "dimension", series, names=names, note=left_out)


def _states(sources: Sequence[Source], seed: int) -> Panel:
    """A sample of states in two dimensions; one data set by return to go, two by colour."""
    samples = [_sample(source, POINTS // len(sources), seed) for source in sources]
    if not all(len(states) for states, _ in samples):
        return note("States", "no state is made of finite numbers")
    for states, _ in samples[1:]:
        check_widths(samples[0][0].shape[1], states.shape[1])
    view, series = Projection.of(np.concatenate([states for states, _ in samples])), []
    for source, (states, to_go) in zip(sources, samples, strict=True):
        x, y = view.apply(states)
        colored = len(sources) == 1 and y is not None
        series.append(Series(source.name, x, to_go if y is None else y, color=to_go if colored else None))
    caption = f"colour: return to go, discount {GAMMA}" if series[0].color is not None else ""
    return Panel("States", "scatter", view.x_label, view.y_label or "return to go", tuple(series), note=caption)


def _sample(source: Source, size: int, seed: int) -> tuple[Floats, Floats]:
    """Some finite states and the return to go from each."""
    rows = _some(source.states.n, size, seed)
    states = source.states.take(rows).astype(float)
    finite = np.isfinite(states).all(axis=1)
    return states[finite], source.rewards.returns_to_go(GAMMA)[rows][finite]


def _unique_pairs(sources: Sequence[Source]) -> Panel:
    """Rarefaction curves; continuous numbers in cells, as hardly any two of them are equal."""
    pairs = [source.facts[Matrix("pairs", source.features)] for source in sources]
    binning, caption = None, ""
    if not all(rows.discrete for rows in pairs):
        check_widths(*(rows.d for rows in pairs))
        low, high = zip(*(extremes(rows) for rows in pairs), strict=True)
        binning = Binning(tuple(np.min(low, axis=0).tolist()), tuple(np.max(high, axis=0).tolist()), CELLS)
        caption = f"in cells: {CELLS} places between the least and the greatest value of each number"
    series = []
    for source, rows in zip(sources, pairs, strict=True):
        hashes = np.concatenate([row_hashes(chunk, binning) for _, chunk in rows.chunks()])
        sizes, unique = rarefaction(occurrences(hashes))
        series.append(Series(source.name, sizes.astype(float), unique))
    return Panel("Distinct pairs", "line", "steps drawn", "distinct state-action pairs", tuple(series), note=caption)


def _ends(sources: Sequence[Source]) -> Panel:
    series = []
    for source in sources:
        columns = source.rewards
        truncated = columns.truncated & ~columns.terminated
        shares = [kind.mean() for kind in (columns.terminated, truncated, ~columns.finished)]
        series.append(Series(source.name, np.arange(4.0), np.array(shares)))
    names = ("terminated", "truncated", "open")
    return Panel("Ends", "bars", "how episodes end", "share of episodes", tuple(series), names=names)


def _column(rows: Rows) -> Floats:
    return np.concatenate([chunk[:, 0] for _, chunk in rows.chunks()])


def _some(n: int, size: int, seed: int) -> "np.ndarray[tuple[int], np.dtype[np.int64]]":
    if n <= size:
        return np.arange(n)
    return np.sort(np.random.default_rng(seed).choice(n, size, replace=False))
