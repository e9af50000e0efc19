"""``tupli metrics`` on local files and through a loader that a client provides."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from typer.testing import CliRunner

from metric_data import episode
from tupli_metrics import Reference
from tupli_metrics.__main__ import main
from tupli_metrics.cli import app
from tupli_schemas.codec import encode
from tupli_schemas.columns import EpisodeData
from tupli_schemas.errors import InvalidDataError, NotFoundError
from tupli_schemas.spaces import BoxSpec, DiscreteSpec

RNG = np.random.default_rng(0)
COLUMNS: dict[str, Any] = {
    "observations": RNG.normal(size=(60, 2)),
    "actions": RNG.integers(0, 2, 60),
    "rewards": RNG.normal(size=60),
    "terminals": np.arange(60) % 10 == 9,
}


def episodes(n: int = 8) -> list[EpisodeData]:
    return [episode(RNG.normal(size=10), RNG.normal(size=(11, 2)), RNG.integers(0, 2, 10)) for _ in range(n)]


class Client:
    """A loader as the client's command provides it."""

    def __init__(self, **described: Any) -> None:
        self.described = described
        self.storages: list[str] = []

    def load_episodes(self, ref: str, **storage: str) -> Iterator[EpisodeData]:
        self.storages += storage.values()
        if ref == "nothing":
            raise NotFoundError("there is no data set 'nothing'")
        return iter(DATA[ref])

    def describe(self, ref: str, **storage: str) -> dict[str, Any]:
        return {"name": f"{ref}@1", **self.described}


DATA = {"walks": episodes(), "more": episodes(3), "broken": [episode([np.nan], np.zeros((2, 2)))]}


def run(*arguments: str, client: Any = None) -> Any:
    return CliRunner().invoke(app, arguments, obj=client)


@pytest.fixture
def npz(tmp_path: Path) -> Path:
    path = tmp_path / "data.npz"
    np.savez(path, **COLUMNS)
    return path


def test_a_file_of_columns_is_reported_line_by_line_to_a_pipe(npz: Path) -> None:
    result = run("report", str(npz))

    assert result.exit_code == 0
    rows = [line.split("\t") for line in result.stdout.splitlines()]
    assert {row[0] for row in rows} <= {"metric", "finding"}
    assert ["metric", "mean_return"] in [row[:2] for row in rows]
    mean = next(float(row[2]) for row in rows if row[1] == "mean_return")
    assert mean == pytest.approx(COLUMNS["rewards"].reshape(6, 10).sum(axis=1).mean())


def test_json_is_one_document_with_the_metadata_to_store(npz: Path) -> None:
    document = json.loads(run("report", str(npz), "--json").stdout)

    assert document["name"] == "data.npz"
    assert document["metadata"]["mean_return"] == document["results"]["mean_return"]["value"]


def test_an_error_in_the_data_is_exit_code_1() -> None:
    result = run("report", "broken", client=Client())

    assert result.exit_code == 1
    assert (
        "finding\terror\trewards-not-finite\t1\tsteps\tepisode 0, step 0\trewards are NaN or infinite" in result.stdout
    )


def test_a_folder_of_payloads_is_a_data_set(tmp_path: Path) -> None:
    for number, one in enumerate(DATA["walks"]):
        (tmp_path / f"{number}.safetensors").write_bytes(bytes(encode(one)))

    folder, single = (
        json.loads(run("report", str(path), "--json").stdout) for path in (tmp_path, tmp_path / "0.safetensors")
    )

    assert (folder["episodes"], single["episodes"]) == (8, 1)


def test_files_that_are_none_are_refused(tmp_path: Path) -> None:
    with pytest.raises(NotFoundError, match="no file or folder"):
        CliRunner().invoke(app, ["report", "nowhere"], catch_exceptions=False)
    with pytest.raises(InvalidDataError, match="no payloads"):
        CliRunner().invoke(app, ["report", str(tmp_path)], catch_exceptions=False)
    np.savez(tmp_path / "x.npz", observations=np.zeros(3))
    with pytest.raises(InvalidDataError, match="no actions and no rewards"):
        CliRunner().invoke(app, ["report", str(tmp_path / "x.npz")], catch_exceptions=False)


def test_pages_and_pictures_are_written_beside_the_output(npz: Path, tmp_path: Path) -> None:
    result = run("report", str(npz), "--html", str(tmp_path / "r.html"), "--png", str(tmp_path / "r.png"), "--dark")

    assert result.exit_code == 0
    assert (tmp_path / "r.html").read_text().startswith("<!doctype html>")
    assert (tmp_path / "r.png").read_bytes().startswith(b"\x89PNG")


def test_a_client_s_loader_has_the_data_its_name_and_its_spaces() -> None:
    client = Client(
        about={"benchmark": "walking@1"},
        observation_space=BoxSpec(low=-1, high=1, shape=(2,), dtype="float64"),
        action_space=DiscreteSpec(n=1),
    )

    result = run("report", "walks", "--json", "--storage", "here", client=client)

    document = json.loads(result.stdout)
    assert (document["name"], document["about"]) == ("walks@1", {"benchmark": "walking@1"})
    assert result.exit_code == 1  # action 1 is outside Discrete(1)
    assert set(client.storages) == {"here"}
    findings = document["results"]["integrity_errors"]["details"]["findings"]
    assert [finding["code"] for finding in findings if finding["severity"] == "error"] == ["actions-outside"]


def test_a_stored_reference_is_used() -> None:
    stored = Reference.from_data(DATA["walks"], id="replay", return_min=-5).as_metadata()

    document = json.loads(run("report", "more", "--json", client=Client(metadata=stored)).stdout)

    assert {"coverage", "trajectory_quality"} <= document["results"].keys()
    assert document["results"]["coverage"]["reference"] == "replay"


def test_returns_and_a_reference_can_be_named() -> None:
    arguments = ("--reference", "walks", "--random", "more", "--return-max", "9", "--json")

    document = json.loads(run("report", "walks", *arguments, client=Client()).stdout)

    quality = document["results"]["trajectory_quality"]["params"]
    random = np.mean([one.rewards.sum() for one in DATA["more"]])
    assert (quality["return_min"], quality["return_max"]) == (pytest.approx(random), 9)
    assert document["results"]["coverage"]["value"] == 1


def test_two_data_sets_are_compared(tmp_path: Path) -> None:
    page = tmp_path / "c.html"

    lines = run("compare", "walks", "more", "--html", str(page), client=Client()).stdout.splitlines()
    document = json.loads(run("compare", "walks", "more", "--json", client=Client()).stdout)

    assert [line.split("\t")[1] for line in lines if line.startswith("overlap")] == ["states"]
    assert [some["name"] for some in document["data"]] == ["walks@1", "more@1"]
    assert document["data"][0]["results"]["coverage"]["value"] == 1
    assert "walks@1 and more@1" in page.read_text()


def test_errors_of_the_loader_pass_to_the_client() -> None:
    with pytest.raises(NotFoundError):
        CliRunner().invoke(app, ["report", "nothing"], obj=Client(), catch_exceptions=False)


def test_the_module_runs_without_a_client(
    npz: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("sys.argv", ["tupli_metrics", "report", "nowhere"])
    assert main() == 3
    assert "error: there is no file or folder 'nowhere'  [not-found]" in capsys.readouterr().err

    monkeypatch.setattr("sys.argv", ["tupli_metrics", "report", str(npz)])
    with pytest.raises(SystemExit) as ended:
        main()
    assert ended.value.code == 0
