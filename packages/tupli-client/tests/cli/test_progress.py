"""How far a long transfer is, seen on a terminal and in a log."""

import textwrap

import pytest

from tupli_client.cli.progress import PATIENCE, Progress
from tupli_command import COMMAND, watch

TRANSFER = """
import time
from tupli_client.cli.progress import Progress
with Progress("uploading", {total}) as progress:
    for n_done in range(1, {total} + 1):
        time.sleep({seconds})
        progress(n_done, n_done * 1_000_000)
"""


def _transfer(total: int, seconds: float) -> list[str]:
    return [COMMAND[0], "-c", textwrap.dedent(TRANSFER).format(total=total, seconds=seconds)]


def test_a_quick_transfer_shows_nothing(capsys: pytest.CaptureFixture[str]) -> None:
    with Progress("uploading", 1_000) as progress:
        for n_done in range(1, 1_001):
            progress(n_done, n_done)

    assert capsys.readouterr() == ("", "")
    assert watch(_transfer(10, 0)).out == ""


def test_a_long_transfer_shows_a_bar_with_its_rates_on_a_terminal() -> None:
    seen = watch(_transfer(40, 2 * PATIENCE / 40)).out

    assert "uploading" in seen
    assert "━" in seen
    assert "MB/s" in seen
    assert "of 40 episodes" in seen


def test_a_long_transfer_writes_a_line_per_ten_percent_to_a_log(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    with Progress("uploading", 1_000) as progress:
        progress._start -= 2 * PATIENCE
        for n_done in range(1, 1_001):
            progress(n_done, n_done * 1_000)

    out, err = capsys.readouterr()
    assert out == ""
    assert [line.split(" (")[0] for line in err.splitlines()] == [f"uploading: {tenth}0 %" for tenth in range(1, 11)]
    assert "(1,000 of 1,000 episodes, " in err
