"""``tupli status`` and ``tupli doctor``: where one is, and whether it works."""

import os
from pathlib import Path

import pytest

from tupli_client import FileStorage
from tupli_client.cli import checks
from tupli_client.testing import an_episode
from tupli_command import Tupli, on_a_terminal
from tupli_schemas import codec
from tupli_schemas.benchmarks import BenchmarkHeader
from tupli_schemas.episodes import EpisodeHeader


def test_status_says_where_things_are_and_how_many(tupli: Tupli, here: Path, episodes: list[EpisodeHeader]) -> None:
    shown = tupli("status", "--json").json

    assert shown == {
        "storage": str(here / "_local_storage"),
        "chosen by": "default",
        "profile": None,
        "benchmarks": 1,
        "episodes": 3,
        "datasets": 0,
        "artifacts": 0,
    }


def test_status_of_a_folder_that_is_not_there_is_that_nothing_is_in_it(tupli: Tupli, here: Path) -> None:
    assert tupli("status", "--json").json["episodes"] == 0
    assert list(here.iterdir()) == []


def test_a_healthy_folder_has_nothing_but_ok(tupli: Tupli, episodes: list[EpisodeHeader]) -> None:
    ran = tupli("doctor", "--deep")

    assert ran.code == 0
    assert {row[0] for row in ran.rows} == {"ok"}
    assert {row[1] for row in ran.rows} == {"versions", "config", "sign-ins", "folder", "disk", "index", "episodes"}
    assert "3 read" in ran.out


def test_doctor_makes_nothing(tupli: Tupli, here: Path) -> None:
    assert tupli("doctor").code == 0
    assert list(here.iterdir()) == []


def test_people_see_a_word_for_each_check_and_a_fix_below(here: Path) -> None:
    (here / "_local_storage").mkdir()
    (here / "_local_storage" / "thesis.tex").write_text("mine")

    seen = on_a_terminal("doctor", "--color", "never")

    assert seen.code == 1
    assert any(line.startswith("ok    disk") for line in seen.lines)
    assert any(line.startswith("fail  index") for line in seen.lines)
    assert any(line.strip().startswith("fix: ") for line in seen.lines)


def test_settings_that_cannot_be_read_are_a_finding_and_the_last_one(tupli: Tupli, here: Path) -> None:
    (here / "tupli.toml").write_text("storage =")

    ran = tupli("doctor")

    assert ran.code == 1
    assert [row[:2] for row in ran.rows] == [["ok", "versions"], ["fail", "config"]]
    assert ran.rows[-1][3] != ""


def test_a_damaged_episode_is_found_by_name(
    tupli: Tupli, here: Path, storage: FileStorage, benchmark: BenchmarkHeader
) -> None:
    headers = storage.record_episodes(an_episode(benchmark.id) for _ in range(2))
    payload = codec.encode(storage.load_episode(headers[0].id).data).buffers[-1]
    storage.close()
    (segment,) = here.glob("_local_storage/segments/*")
    content = bytearray(segment.read_bytes())
    content[content.index(payload)] ^= 0xFF
    segment.write_bytes(content)

    ran = tupli("doctor", "--deep")

    assert ran.code == 1
    assert [row[0] for row in ran.rows if headers[0].id in row[2]] == ["fail"]
    assert headers[1].id not in ran.out


def test_sign_ins_that_others_can_read_are_a_failure(tupli: Tupli, here: Path) -> None:
    file = here.parent / "config" / "credentials.json"
    file.parent.mkdir()
    file.write_text("{}")
    file.chmod(0o644)

    finding = next(row for row in tupli("doctor").rows if row[1] == "sign-ins")
    assert (finding[0], finding[3]) == ("fail", f"chmod 600 {file}")

    file.chmod(0o600)
    assert tupli("doctor").code == 0


def test_little_room_is_a_warning_and_no_failure(tupli: Tupli, here: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(checks, "LITTLE_ROOM", 10**30)

    ran = tupli("doctor")

    assert ran.code == 0
    assert next(row for row in ran.rows if row[1] == "disk")[0] == "warn"


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write anywhere")
def test_a_folder_that_cannot_be_written_is_a_failure(tupli: Tupli, here: Path) -> None:
    here.chmod(0o500)

    try:
        ran = tupli("doctor")
    finally:
        here.chmod(0o700)

    assert next(row for row in ran.rows if row[1] == "folder")[0] == "fail"


def test_a_server_that_does_not_answer_is_a_finding(tupli: Tupli) -> None:
    ran = tupli("doctor", "--storage", "http://127.0.0.1:1")

    assert ran.code == 1
    assert ran.rows[-1][:3] == ["fail", "connection", "http://127.0.0.1:1 does not answer"]


def test_a_clock_that_is_wrong_is_a_warning() -> None:
    assert checks._clock("Wed, 21 Oct 2015 07:28:00 GMT").state == "warn"
