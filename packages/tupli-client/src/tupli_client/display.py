"""How a dataset shows itself: as text, and as HTML in a notebook."""

from collections.abc import Sequence
from html import escape
from itertools import pairwise
from typing import NamedTuple, TypeAlias

import numpy as np
import numpy.typing as npt

from tupli_client.selections.episode import SelectedEpisode
from tupli_client.selections.query import Query
from tupli_schemas.benchmarks import BenchmarkHeader
from tupli_schemas.trees import form

_N_BARS = 24
_BAR_WIDTH, _HEIGHT = 8, 36
"""Of the histogram, in pixels."""

Returns: TypeAlias = npt.NDArray[np.float64]


class Shown(NamedTuple):
    """What is known of a dataset without reading anything; ``episodes`` are None before it is loaded."""

    query: Query
    benchmarks: Sequence[BenchmarkHeader]
    episodes: Sequence[SelectedEpisode] | None


def text(shown: Shown) -> str:
    """A line that says how much there is, and one for each thing worth knowing."""
    facts = _facts(shown)
    width = max(map(len, facts), default=0)
    return "\n".join([f"TupliDataset: {_size(shown)}", *(f"  {name:<{width}}  {facts[name]}" for name in facts)])


def html(shown: Shown) -> str:
    """The same as a table, with a histogram of the returns."""
    rows = "".join(
        f"<tr><th style='text-align:left'>{escape(name)}</th><td style='text-align:left'>{escape(value)}</td></tr>"
        for name, value in _facts(shown).items()
    )
    histogram = _histogram(_returns(shown.episodes)) if shown.episodes else ""
    return f"<div><strong>TupliDataset</strong>: {escape(_size(shown))}<table>{rows}</table>{histogram}</div>"


def _size(shown: Shown) -> str:
    if not shown.episodes:
        return "not loaded" if shown.episodes is None else "empty"
    n_bytes = sum(episode.data.nbytes for episode in shown.episodes)
    counts = [_count(len(shown.episodes), "episode"), _count(sum(map(len, shown.episodes)), "tuple")]
    return ", ".join([*counts, _count(len(shown.benchmarks), "benchmark"), _in_units(n_bytes)])


def _facts(shown: Shown) -> dict[str, str]:
    facts = {}
    if shown.episodes:
        first, returns = shown.episodes[0].data, _returns(shown.episodes)
        facts["benchmarks"] = ", ".join(header.metadata.name for header in shown.benchmarks)
        facts["observations"] = form(first.all_observations)
        facts["actions"] = form(first.actions)
        with np.errstate(invalid="ignore"):  # of infinite returns
            spread = f"mean {returns.mean():.4g}, std {returns.std():.3g}"
        facts["returns"] = f"{spread}, min {returns.min():.4g}, max {returns.max():.4g}"
        facts["ends"] = (
            f"{_share(shown.episodes, 'terminated')} terminated, {_share(shown.episodes, 'truncated')} truncated"
        )
    if frozen := shown.query.frozen:
        facts["dataset"] = f"{frozen.name}@{frozen.version}, {_count(frozen.n_episodes, 'episode')}, {frozen.digest}"
    return facts | {f"{level} where": described for level, described in shown.query.described().items()}


def _returns(episodes: Sequence[SelectedEpisode]) -> Returns:
    """Of whole episodes, whatever is selected of them."""
    return np.array([episode.data.return_ for episode in episodes])


def _share(episodes: Sequence[SelectedEpisode], end: str) -> str:
    return f"{np.mean([getattr(episode.data, end)[-1] for episode in episodes]):.0%}"


def _count(number: int, thing: str) -> str:
    return f"{number:,} {thing}{'' if number == 1 else 's'}"


def _in_units(n_bytes: float) -> str:
    for unit in ("B", "kB", "MB", "GB"):
        if n_bytes < 1_000:
            return f"{n_bytes:.3g} {unit}"
        n_bytes /= 1_000
    return f"{n_bytes:.3g} TB"


def _histogram(returns: Returns) -> str:
    """The returns as an inline drawing, which needs neither a script nor a library."""
    returns = returns[np.isfinite(returns)]
    if len(returns) < 2:
        return ""
    counts, edges = np.histogram(returns, bins=_N_BARS)
    bins = enumerate(zip(counts.tolist(), pairwise(edges.tolist()), strict=True))
    bars = "".join(_bar(index, count / counts.max(), limits, count) for index, (count, limits) in bins if count)
    size = f"width='{_N_BARS * _BAR_WIDTH}' height='{_HEIGHT}'"
    return f"<svg {size} role='img' aria-label='histogram of returns' fill='currentColor'>{bars}</svg>"


def _bar(index: int, share: float, limits: tuple[float, float], count: int) -> str:
    height = share * _HEIGHT
    return (
        f"<rect x='{index * _BAR_WIDTH}' y='{_HEIGHT - height:.1f}' width='{_BAR_WIDTH - 1}' height='{height:.1f}'>"
        f"<title>{_count(count, 'return')} of {limits[0]:.4g} to {limits[1]:.4g}</title></rect>"
    )
