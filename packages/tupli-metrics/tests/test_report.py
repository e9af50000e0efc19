"""Reports and comparisons: what they say, that they are self-contained, and that no data breaks them."""

import json
import re
import sys
from html.parser import HTMLParser
from io import StringIO
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from rich.console import Console

from metric_data import episode
from tupli_metrics import Report, compare, from_arrays, report
from tupli_metrics.report.panels import Panel, number, ticks
from tupli_metrics.report.png import MissingExtraError
from tupli_schemas.columns import EpisodeData
from tupli_schemas.errors import InvalidDataError
from tupli_schemas.spaces import DiscreteSpec

RNG = np.random.default_rng(0)
VOID = {"meta", "line", "rect", "circle", "polygon", "polyline"}


def walks(n: int = 12, steps: int = 40, d: int = 3, actions: Any = None, spread: float = 1.0) -> list[EpisodeData]:
    return [
        episode(
            RNG.normal(size=steps),
            spread * RNG.normal(size=(steps + 1, d)).cumsum(axis=0),
            RNG.integers(0, 3, steps) if actions is None else actions(steps),
            terminated=i % 2 == 0,
            truncated=i % 2 == 1,
        )
        for i in range(n)
    ]


CASES: dict[str, list[EpisodeData]] = {
    "discrete actions": walks(),
    "continuous actions": walks(actions=lambda steps: RNG.normal(size=(steps, 4))),
    "scalar states": [episode(RNG.normal(size=9), RNG.integers(0, 4, 10), RNG.integers(0, 2, 9)) for _ in range(5)],
    "two dimensions": walks(d=2),
    "500 dimensions": walks(d=500),
    "many actions": walks(actions=lambda steps: RNG.integers(0, 1000, steps)),
    "many action dimensions": walks(actions=lambda steps: RNG.normal(size=(steps, 60))),
    "one episode": walks(1),
    "one step": [episode([1.0], np.zeros((2, 2)))],
    "constant rewards": [episode([1.0] * 20, RNG.normal(size=(21, 2)), RNG.integers(0, 2, 20)) for _ in range(4)],
    "constant everything": [episode([0.0] * 20)] * 3,
    "texts": [episode([1, 2], ["go", "left"]), episode([3], ["go"])],
    "dicts": [episode([1, 1, 1], {"a": np.zeros((4, 2))})],
    "images": [episode([1, 2], np.zeros((3, 8, 8, 3), np.uint8))],
    "NaN rewards": [episode([1, np.nan], RNG.normal(size=(3, 2)))],
    "NaN states": [episode([1, 2], np.full((3, 2), np.nan))],
    "NaN actions": [episode([1, 2], RNG.normal(size=(3, 2)), np.full((2, 1), np.nan))],
    "infinite states": [episode([1, 2], np.array([[np.inf, 1], [0, 1], [2, 1]]))],
    "huge numbers": [episode([1e100, -1e100], 1e100 * RNG.normal(size=(3, 2))), *walks(3, d=2)],
    "parts": [walks(1)[0].slice(3, 30)],
    "open ends": [episode([1, 2], RNG.normal(size=(3, 2)), terminated=False)] * 2,
}  # fmt: skip


class Checker(HTMLParser):
    """Every element is closed, and nothing is loaded from elsewhere."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        assert tag not in {"script", "link", "img", "iframe"}
        assert not any(name in {"src", "href"} or (value or "").startswith("http") for name, value in attrs)
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        if tag not in VOID:
            assert self.open.pop() == tag


def check(page: str) -> None:
    checker = Checker()
    checker.feed(page)
    assert checker.open == []
    coordinates = re.findall(r'(?:x|y|cx|cy|width|height|points)="([^"]*)"', page)
    assert not any("nan" in numbers or "inf" in numbers for numbers in coordinates)


@pytest.fixture(scope="module")
def whole() -> Report:
    return report(walks(), name="walks@2", about={"benchmark": "walking"}, action_space=DiscreteSpec(n=3))


@pytest.mark.parametrize("case", CASES)
def test_any_data_has_a_report(case: str) -> None:
    found = report(CASES[case], name=case)

    check(found.to_html())
    json.dumps(found.to_json(), allow_nan=False)
    assert case in text_of(found)


@pytest.mark.parametrize("case", ["discrete actions", "many action dimensions", "one step", "NaN rewards"])
def test_any_data_has_a_picture(case: str, tmp_path: Path) -> None:
    report(CASES[case]).save_png(tmp_path / "report.png")

    assert (tmp_path / "report.png").read_bytes().startswith(b"\x89PNG")


@pytest.mark.parametrize(
    "case", ["discrete actions", "continuous actions", "scalar states", "one step", "texts", "NaN rewards"]
)
def test_any_data_can_be_compared_with_other_data(case: str) -> None:
    found = compare(CASES[case], CASES[case][:1], names=("all of it", "a part"))

    check(found.to_html())
    json.dumps(found.to_json(), allow_nan=False)
    assert "a part" in text_of(found)


def text_of(found: object, width: int = 160) -> str:
    console = Console(width=width, record=True, file=StringIO())
    console.print(found)
    return console.export_text()


def test_a_report_says_everything_once_for_each_reader(whole: Report) -> None:
    page, text, document = whole.to_html(), text_of(whole), whole.to_json()

    assert document["sound"]
    assert document["steps"] == 480
    for shown in (page, text):
        assert "walks@2" in shown
        assert "benchmark" in shown
        assert "Trajectory quality" not in shown  # there is no reference
        assert f"{whole.results['average_q']:.4g}" in shown


def test_a_report_draws_every_picture(whole: Report) -> None:
    assert [panel.title for panel in whole.panels] == [
        "Returns", "Returns in order", "Lengths", "Rewards", "Reward by step", "Actions", "States", "Distinct pairs", "Ends",
    ]  # fmt: skip
    assert not any(panel.kind == "note" for panel in whole.panels)
    assert whole.to_html().count("<svg") == 9


def test_a_notebook_shows_the_report_in_its_own_colours(whole: Report) -> None:
    shown = whole._repr_html_()

    assert shown.startswith('<div class="tupli">')
    assert "prefers-color-scheme:dark" in shown
    rules = re.sub(r"@media[^{]*\{(.*?\})\}", r"\1", shown[shown.index("<style>") + 7 : shown.index("</style>")])
    selectors = [part for rule in rules.split("}") for part in rule.split("{")[0].strip().split(",") if part]
    assert all(selector.strip().startswith(".tupli") for selector in selectors)


def test_names_from_strangers_are_text_and_nothing_else() -> None:
    found = report(walks(2), name="<script>alert(1)</script>", about={"by": "<img src=x>"})

    check(found.to_html())


def test_findings_are_shown_with_their_place() -> None:
    broken = report([*walks(3), episode([np.inf], np.zeros((2, 3)))])

    assert not broken.sound
    assert "Rewards are NaN or infinite" in broken.to_html()
    assert "episode 3, step 0" in text_of(broken)


def test_the_numbers_of_a_report_do_not_depend_on_when_it_is_made() -> None:
    data = walks()

    assert report(data).to_json() == report(data).to_json()
    assert report(data).to_html() == report(data).to_html()


def test_pictures_of_large_data_stay_small() -> None:
    n = 200_000
    data = from_arrays(
        observations=RNG.normal(size=(n, 5)).astype(np.float32),
        actions=RNG.normal(size=(n, 2)).astype(np.float32),
        rewards=RNG.normal(size=n),
        terminated=np.arange(n) % 10 == 9,
    )

    assert len(report(data).to_html()) < 500_000


def test_without_matplotlib_a_png_is_refused_with_the_way_out(
    whole: Report, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setitem(sys.modules, "matplotlib.figure", None)

    with pytest.raises(MissingExtraError, match=r"tupli-metrics\[plots\]"):
        whole.save_png(tmp_path / "x.png")
    check(whole.to_html())


def test_a_comparison_has_a_picture(tmp_path: Path) -> None:
    compare(walks(), walks()).save_png(tmp_path / "comparison.png", dark=True)

    assert (tmp_path / "comparison.png").read_bytes().startswith(b"\x89PNG")


def test_a_comparison_is_on_the_scale_of_the_first() -> None:
    ours, theirs = walks(), walks(spread=0.1)

    found = compare(ours, theirs, names=("wide", "narrow"))

    wide, narrow = found.results
    assert found.reference == "wide"
    assert wide["coverage"].value == 1
    assert wide["state_entropy"].details["n"] == narrow["state_entropy"].details["n"]
    assert narrow["state_entropy"].value < wide["state_entropy"].value - 3
    assert found.overlap.value > found.overlap.details["reverse"]


def test_a_comparison_says_what_is_clear_and_what_is_chance() -> None:
    noise = [episode(RNG.normal(size=5), RNG.normal(size=(6, 2))) for _ in range(40)]
    good = [episode(RNG.normal(size=5) + 3, RNG.normal(size=(6, 2))) for _ in range(40)]

    rows = {row[0]: row for row in compare(noise, good).rows()}
    same = {row[0]: row for row in compare(noise, noise).rows()}

    assert rows["Mean return"][-1].startswith("clear")
    assert same["Mean return"][-1].startswith("within what chance explains")
    assert same["Mean return"][3] == "0"


def test_data_of_different_benchmarks_is_compared_as_far_as_that_makes_sense() -> None:
    found = compare(walks(d=3), walks(d=4))

    assert "rows of 3 and 4 numbers" in found.overlap.warnings[0]
    assert [panel.kind for panel in found.panels if panel.title == "States"] == ["note"]
    check(found.to_html())


def test_no_episodes_have_no_report() -> None:
    with pytest.raises(InvalidDataError, match="there are no episodes"):
        report([])


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (0, "0"), (3.0, "3"), (1234567, "1,234,567"), (-12345.6, "-12,346"), (0.123456, "0.1235"),
        (1e-7, "1e-07"), (1e12, "1e+12"), (None, "n/a"), (np.nan, "n/a"), (np.inf, "inf"),
    ],
)  # fmt: skip
def test_numbers_are_written_for_readers(value: Any, text: str) -> None:
    assert number(value) == text


def test_ticks_are_round_and_within_the_axis() -> None:
    for low, high in ((0, 1), (-171.4, -83), (1e-9, 2e-9), (0, 100_000), (-1e300, 1e300)):
        found = ticks(low, high)
        assert 3 <= len(found) <= 9
        assert all(low <= tick <= high * (1 + 1e-12) for tick in found)
    assert ticks(5, 5) == [5]


def test_panels_are_described_for_those_who_do_not_see_them(whole: Report) -> None:
    labels = re.findall(r'aria-label="([^"]*)"', whole.to_html())

    assert len(labels) == 9
    assert isinstance(whole.panels[0], Panel)
    assert labels[0] == "Returns: episodes against return"
