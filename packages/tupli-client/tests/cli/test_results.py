"""What commands print: for people, for programs, and for programs that stop listening."""

import subprocess
import unicodedata

import pytest
from pydantic import TypeAdapter

from tupli_client import FileStorage
from tupli_client.cli.searching import SHOWN_TO_PEOPLE
from tupli_client.testing import a_benchmark, an_artifact, an_episode
from tupli_command import COMMAND, Tupli, as_process, on_a_terminal, watch
from tupli_schemas.benchmarks import BenchmarkHeader
from tupli_schemas.episodes import EpisodeHeader

ESCAPE = "\x1b"
WIDE_NAME = "a benchmark with quite a long name, longer than any terminal is wide, so that it has to be cut somewhere"


def test_json_is_one_document_of_the_schemas(tupli: Tupli, episodes: list[EpisodeHeader]) -> None:
    ran = tupli("episode", "list", "--json")

    assert TypeAdapter(list[EpisodeHeader]).validate_json(ran.out) == episodes


def test_json_of_one_object_is_that_object(tupli: Tupli, benchmark: BenchmarkHeader) -> None:
    ran = tupli("benchmark", "show", "cartpole", "--json")

    assert BenchmarkHeader.model_validate_json(ran.out) == benchmark


def test_json_of_nothing_is_an_empty_list_and_no_failure(tupli: Tupli) -> None:
    ran = tupli("episode", "list", "--json")

    assert (ran.code, ran.json) == (0, [])


def test_quiet_prints_ids_that_the_next_command_takes(
    tupli: Tupli, storage: FileStorage, episodes: list[EpisodeHeader]
) -> None:
    ids = tupli("episode", "list", "-q").lines

    assert ids == [header.id for header in episodes]
    assert tupli("episode", "delete", *ids, "--yes").code == 0
    assert storage.list_episodes() == []


def test_a_pipe_gets_whole_values_between_tabs_and_no_heading(tupli: Tupli, storage: FileStorage) -> None:
    header = storage.store_benchmark(a_benchmark(WIDE_NAME, version="1"))

    rows = tupli("benchmark", "list").rows

    assert [row[:3] for row in rows] == [[header.id, WIDE_NAME, "1"]]


def test_a_pipe_gets_one_line_for_each_object_whatever_is_in_it(
    tupli: Tupli, storage: FileStorage, benchmark: BenchmarkHeader
) -> None:
    storage.record_episode(an_episode(benchmark.id, note="two\nlines\tand a tab", bell="\x07"))

    ran = tupli("episode", "list")

    assert len(ran.rows) == 1
    assert "two\\nlines\\tand a tab" in ran.out
    assert "\x07" not in ran.out


def test_what_people_wrote_cannot_command_a_terminal(storage: FileStorage, benchmark: BenchmarkHeader) -> None:
    storage.record_episode(an_episode(benchmark.id, note=f"{ESCAPE}[2J{ESCAPE}]0;owned\x07"))

    ran = on_a_terminal("episode", "list", "--color", "never")

    assert ESCAPE not in ran.out


def test_a_terminal_shows_a_table_with_a_heading(episodes: list[EpisodeHeader]) -> None:
    heading, *rows, _ = on_a_terminal("episode", "list", "--color", "never").lines

    assert heading.split() == ["id", "steps", "return", "metadata", "created"]
    assert [row.split()[:4] for row in rows] == [
        [header.id, "3", "3", f"month={month}"] for header, month in zip(episodes, ("May", "June", "July"), strict=True)
    ]


@pytest.mark.parametrize("columns", [20, 80, 200])
def test_ids_are_never_cut_and_other_cells_are(storage: FileStorage, columns: int) -> None:
    headers = [storage.store_benchmark(a_benchmark(f"{number} {WIDE_NAME}")) for number in range(3)]

    ran = on_a_terminal("benchmark", "list", "--color", "never", columns=columns)

    lines = [line for line in ran.lines if line[:32] in {header.id for header in headers}]
    assert len(lines) == 3
    assert all(len(line) <= max(columns, 32) for line in lines)


def test_wide_characters_stay_in_their_columns(storage: FileStorage) -> None:
    for name in ("家庭能源管理系统" * 9, "plain"):
        storage.store_benchmark(a_benchmark(name))

    heading, *rows, _ = on_a_terminal("benchmark", "list", "--color", "never").lines

    def place(line: str, text: str) -> int:
        return sum(2 if unicodedata.east_asian_width(c) in "WF" else 1 for c in line[: line.index(text)])

    assert place(heading, "version") == place(rows[0], " -") + 1 == place(rows[1], " -") + 1


def test_a_terminal_is_told_which_columns_had_no_room(episodes: list[EpisodeHeader]) -> None:
    narrow, wide = (on_a_terminal("episode", "list", columns=columns) for columns in (80, 200))

    assert "hidden for want of room: benchmark, published in" in narrow.out
    assert "hidden" not in wide.out
    assert episodes[0].benchmark_id in wide.out


def test_a_terminal_shows_so_many_unless_all_are_asked_for(storage: FileStorage, benchmark: BenchmarkHeader) -> None:
    storage.record_episodes(an_episode(benchmark.id) for _ in range(SHOWN_TO_PEOPLE + 3))

    some, every, five = (on_a_terminal("episode", "list", "-q", *args) for args in ((), ("--all",), ("--limit", "5")))

    assert some.lines[-1] == f"these are the first {SHOWN_TO_PEOPLE}; --all shows the rest"
    assert [len(ran.lines) for ran in (some, every, five)] == [SHOWN_TO_PEOPLE + 1, SHOWN_TO_PEOPLE + 3, 5]


def test_a_program_gets_all_unless_it_asks_for_fewer(
    tupli: Tupli, storage: FileStorage, benchmark: BenchmarkHeader
) -> None:
    storage.record_episodes(an_episode(benchmark.id) for _ in range(SHOWN_TO_PEOPLE + 3))

    assert len(tupli("episode", "list").lines) == SHOWN_TO_PEOPLE + 3
    assert len(tupli("episode", "list", "--limit", "7").lines) == 7


@pytest.mark.parametrize("line", [("episode", "list"), ("episode", "show", "nothing")], ids=["results", "errors"])
def test_colours_are_for_terminals_and_only_if_they_are_welcome(
    tupli: Tupli, episodes: list[EpisodeHeader], monkeypatch: pytest.MonkeyPatch, line: tuple[str, ...]
) -> None:
    on_terminal, refused, piped = on_a_terminal(*line), on_a_terminal(*line, "--color", "never"), tupli(*line)
    monkeypatch.setenv("NO_COLOR", "1")
    unwelcome, insisted = on_a_terminal(*line), on_a_terminal(*line, "--color", "always")

    assert [ESCAPE in ran.out for ran in (on_terminal, insisted)] == [True, True]
    assert [ESCAPE in ran.out + ran.err for ran in (refused, piped, unwelcome)] == [False, False, False]


def test_a_narrow_encoding_gets_ascii_and_no_failure(storage: FileStorage) -> None:
    storage.store_benchmark(a_benchmark("Größe " * 20, description="naïve"))
    environment = {"PYTHONIOENCODING": "ascii"}

    seen = watch([*COMMAND, "benchmark", "list"], environment=environment)
    piped = as_process("benchmark", "list", environment=environment)
    document = as_process("benchmark", "list", "--json", environment=environment)

    assert (seen.code, piped.code) == (0, 0)
    assert "..." in seen.out
    assert "…" not in seen.out
    assert "Gr\\xf6\\xdfe" in piped.out
    assert document.json[0]["metadata"]["description"] == "naïve"


def test_a_reader_that_has_read_enough_ends_the_command_in_peace(
    storage: FileStorage, benchmark: BenchmarkHeader
) -> None:
    storage.record_episodes(an_episode(benchmark.id, text="x" * 1_000) for _ in range(300))
    command = subprocess.Popen([*COMMAND, "episode", "list"], stdout=subprocess.PIPE, stderr=subprocess.PIPE)

    assert command.stdout
    assert command.stderr
    command.stdout.read(10)
    command.stdout.close()

    assert command.stderr.read() == b""
    assert command.wait() == 0
    command.stderr.close()


def test_lists_are_sorted_as_asked(tupli: Tupli, episodes: list[EpisodeHeader]) -> None:
    rows = tupli("episode", "list", "--sort", "-month").rows

    assert [row[3] for row in rows] == ['{"month":"May"}', '{"month":"June"}', '{"month":"July"}']


def test_lists_are_filtered_by_text_by_a_tree_and_by_both(tupli: Tupli, episodes: list[EpisodeHeader]) -> None:
    tree = '{"type": "NE", "key": "month", "value": "May"}'

    of_june = tupli("episode", "list", "-q", "--where", "month == 'June' and return > 0")
    not_may = tupli("episode", "list", "-q", "--filter", tree)
    both = tupli("episode", "list", "-q", "--filter", tree, "--where", "month != 'July'")

    assert of_june.lines == [episodes[1].id]
    assert not_may.lines == [episodes[1].id, episodes[2].id]
    assert both.lines == [episodes[1].id]


def test_explain_says_how_a_filter_was_understood(tupli: Tupli, episodes: list[EpisodeHeader]) -> None:
    ran = tupli("episode", "list", "-q", "--where", "month='June' and (return>0)", "--explain")

    assert ran.lines == [episodes[1].id]
    assert ran.err == "filter: month == 'June' and return > 0\n"


def test_search_finds_words_in_names_and_descriptions(tupli: Tupli, storage: FileStorage) -> None:
    storage.store_benchmark(a_benchmark("ems-household"))
    storage.store_benchmark(a_benchmark("other", description="An EMS too"))
    storage.store_benchmark(a_benchmark("third"))
    storage.store_artifact(b"1", an_artifact("ems prices"))

    assert [row[1] for row in tupli("benchmark", "list", "--search", "ems").rows] == ["ems-household", "other"]
    assert [row[1] for row in tupli("artifact", "list", "--search", "PRICES").rows] == ["ems prices"]


def test_a_filter_on_a_key_that_nothing_has_names_the_nearest(tupli: Tupli, episodes: list[EpisodeHeader]) -> None:
    with pytest.warns(UserWarning, match="no episode has 'mnth'.*did you mean 'month'"):
        ran = tupli("episode", "list", "--where", "mnth == 'June'")

    assert (ran.code, ran.out) == (0, "")
    assert "nothing found" in ran.err


@pytest.mark.parametrize("key", ["", "$where", "-", ".metadata", "return,,steps"])
def test_an_order_by_no_key_exits_2(tupli: Tupli, episodes: list[EpisodeHeader], key: str) -> None:
    ran = tupli("episode", "list", "--sort", key)

    assert ran.code == 2
    assert "--sort -return,created_at" in ran.err
