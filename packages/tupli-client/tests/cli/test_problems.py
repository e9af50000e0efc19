"""How commands fail: exit codes that mean something, and what, why and next for people."""

import json
import os
import signal
import socket
import subprocess
from pathlib import Path

import pytest

from tupli_client import FileStorage
from tupli_client.cli import problems
from tupli_client.testing import a_benchmark
from tupli_command import COMMAND, Tupli, as_process
from tupli_schemas import errors
from tupli_schemas.benchmarks import BenchmarkHeader
from tupli_schemas.episodes import EpisodeHeader
from tupli_schemas.errors import TupliError


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (errors.InvalidDataError, 1),
        (errors.StorageFullError, 1),
        (errors.InvalidFilterError, 2),
        (errors.AmbiguousReferenceError, 2),
        (errors.NotFoundError, 3),
        (errors.SignInRequiredError, 4),
        (errors.PermissionDeniedError, 4),
        (errors.UntrustedCodeError, 4),
        (errors.ConflictError, 5),
        (errors.UnreachableError, 6),
    ],
)
def test_each_kind_of_error_has_an_exit_code(error: type[TupliError], code: int) -> None:
    assert problems.exit_code(error("what")) == code


def test_every_error_of_the_product_has_an_exit_code_that_is_documented() -> None:
    codes = {problems.exit_code(kind("what")) for kind in errors.ERRORS_BY_CODE.values()}

    assert codes <= set(range(1, 8))


def test_finding_nothing_is_no_failure(tupli: Tupli) -> None:
    ran = tupli("benchmark", "list")

    assert (ran.code, ran.out, ran.err) == (0, "", "nothing found\n")


def test_an_error_says_what_why_and_what_next_and_nothing_on_stdout(
    tupli: Tupli, here: Path, benchmark: BenchmarkHeader
) -> None:
    ran = tupli("benchmark", "show", "cartpol")

    assert (ran.code, ran.out) == (3, "")
    assert ran.err.splitlines() == [
        "error: benchmark 'cartpol' not found  [not-found]",
        f"  storage: the folder {here}/_local_storage (default)",
        "  did you mean 'cartpole'?",
        "  next: tupli benchmark list",
    ]


@pytest.mark.parametrize(
    ("line", "meant"),
    [
        (["epsiode", "list"], "episode"),
        (["episode", "lst"], "list"),
        (["episode", "list", "--storge", "x"], "--storage"),
    ],
)
def test_a_misspelt_word_of_the_command_exits_2_and_names_the_nearest(
    tupli: Tupli, line: list[str], meant: str
) -> None:
    ran = tupli(*line)

    assert (ran.code, ran.out) == (2, "")
    assert meant in ran.err
    assert "  next: tupli" in ran.err


def test_a_missing_argument_exits_2_and_leads_to_the_help(tupli: Tupli) -> None:
    ran = tupli("episode", "show")

    assert ran.code == 2
    assert ran.err.splitlines()[-1] == "  next: tupli episode show --help"


def test_a_filter_that_cannot_be_read_shows_the_place(tupli: Tupli) -> None:
    ran = tupli("episode", "list", "--where", "month === 'June'")

    assert ran.code == 2
    first, text, place = ran.err.splitlines()[:3]
    assert first.endswith("[invalid-filter]")
    assert text[place.index("^")] == "="


@pytest.mark.parametrize("tree", ["{", "[]", '{"type": "LIKE"}', '{"type": "EQ"}', "[" * 10_000])
def test_a_filter_tree_that_is_none_exits_2(tupli: Tupli, tree: str) -> None:
    ran = tupli("episode", "list", "--filter", tree)

    assert ran.code == 2
    assert "[invalid-filter]" in ran.err


def test_wrong_input_is_said_in_our_words_with_the_path(tupli: Tupli, here: Path) -> None:
    (here / "prices.csv").write_text("1")

    ran = tupli("artifact", "upload", "prices.csv", "--extra", '{"unit.of": "EUR"}')

    assert ran.code == 1
    assert ran.err.startswith("error: the artifact metadata is not valid at 'extra': ")
    assert "unit.of" in ran.err


@pytest.mark.parametrize("text", ["{", "[1]", "1"])
def test_an_option_that_takes_a_json_object_shows_one(tupli: Tupli, here: Path, text: str) -> None:
    (here / "prices.csv").write_text("1")

    ran = tupli("artifact", "upload", "prices.csv", "--extra", text)

    assert ran.code == 2
    assert """'{"month": "June"}'""" in ran.err


def test_an_unreachable_server_exits_6_in_a_few_lines(tupli: Tupli) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]

    ran = tupli("episode", "list", "--storage", f"http://127.0.0.1:{port}")

    assert (ran.code, ran.out) == (6, "")
    assert ran.err.startswith(f"error: http://127.0.0.1:{port} does not answer  [unreachable]\n  next: ")


@pytest.mark.parametrize("command", [["whoami"], ["logout"], ["login"], ["user", "list"], ["group", "list"]])
def test_what_needs_a_server_says_so_on_a_folder(tupli: Tupli, command: list[str]) -> None:
    ran = tupli(*command)

    assert ran.code == 2
    assert "this needs a server" in ran.err


def test_what_exists_with_other_content_exits_5(tupli: Tupli, here: Path, benchmark: BenchmarkHeader) -> None:
    (here / "there.json").write_text("mine")

    ran = tupli("benchmark", "download", "cartpole", "-o", "there.json")

    assert ran.code == 5
    assert "--overwrite" in ran.err
    assert (here / "there.json").read_text() == "mine"


def test_a_damaged_storage_exits_1(tupli: Tupli, here: Path, benchmark: BenchmarkHeader) -> None:
    (here / "_local_storage" / "tupli-storage.json").write_text("rubbish")

    ran = tupli("benchmark", "list")

    assert ran.code == 1
    assert "[storage-error]" in ran.err
    assert "  next: " in ran.err


def test_what_an_error_quotes_cannot_command_a_terminal(tupli: Tupli) -> None:
    ran = tupli("episode", "show", "\x1b[2J\x07")

    assert "\x1b" not in ran.err
    assert "\x07" not in ran.err


def test_a_file_that_cannot_be_written_is_named(tupli: Tupli, here: Path, benchmark: BenchmarkHeader) -> None:
    (here / "file").write_text("not a folder")

    ran = tupli("benchmark", "download", "cartpole", "-o", "file/text.json")

    assert ran.code == 1
    assert ran.err.startswith("error: ")
    assert "file" in ran.err


def test_no_traceback_unless_it_is_asked_for(here: Path) -> None:
    wrong = ("benchmark", "show", "nothing")

    assert "Traceback" not in as_process(*wrong).err
    assert "Traceback" in as_process(*wrong, environment={"TUPLI_DEBUG": "1"}).err


def test_a_mistake_of_ours_is_one_line_and_the_whole_story_on_request() -> None:
    broken = [COMMAND[0], "-c", "from tupli_client.cli import app; app.run = lambda: 1 / 0; app.main()"]

    def run(debug: str) -> subprocess.CompletedProcess[str]:
        environment = {**os.environ, "TUPLI_DEBUG": debug}
        return subprocess.run(broken, capture_output=True, text=True, check=False, env=environment)

    short, whole = run("0"), run("1")

    assert (short.returncode, whole.returncode) == (1, 1)
    assert short.stderr.startswith("error: ZeroDivisionError: division by zero  [unexpected]\n")
    assert "TUPLI_DEBUG=1" in short.stderr
    assert "Traceback" not in short.stderr
    assert "Traceback" in whole.stderr


def test_ctrl_c_exits_130_without_a_traceback(here: Path) -> None:
    os.mkfifo("slow")
    command = subprocess.Popen([*COMMAND, "benchmark", "upload", "slow"], stderr=subprocess.PIPE, text=True)
    with Path("slow").open("wb"):  # returns when the command has begun to read
        command.send_signal(signal.SIGINT)
        _, said = command.communicate(timeout=60)

    assert command.returncode == 130
    assert said == "interrupted\n"


def test_some_that_fail_exit_7_and_a_report_says_which(
    tupli: Tupli, here: Path, storage: FileStorage, episodes: list[EpisodeHeader]
) -> None:
    assert tupli("episode", "download", *(header.id for header in episodes), "-o", "files").code == 0
    (here / "files" / f"{episodes[1].id}.safetensors").write_bytes(b"rubbish")

    ran = tupli("episode", "upload", *sorted(here.glob("files/*.safetensors")), "--storage", "other", "-q", "--json")

    assert ran.code == 3, "there is no such benchmark in the other storage"
    FileStorage("other").store_benchmark(a_benchmark().model_copy(update={"id": episodes[0].benchmark_id}))

    ran = tupli("episode", "upload", *sorted(here.glob("files/*.safetensors")), "--storage", "other", "-q")

    assert (ran.code, ran.lines) == (7, [episodes[0].id, episodes[2].id])
    (report,) = here.glob("tupli-report-*.json")
    assert report.name in ran.err
    (failure,) = json.loads(report.read_text())
    assert failure["item"].endswith(f"{episodes[1].id}.safetensors")
    assert failure["code"] == "invalid-data"


def test_all_that_fail_exit_1_because_nothing_is_done(tupli: Tupli, here: Path, benchmark: BenchmarkHeader) -> None:
    for name in ("one.npz", "two.npz"):
        (here / name).write_bytes(b"rubbish")

    assert tupli("episode", "upload", "one.npz", "--benchmark", "cartpole").code == 1
    assert tupli("episode", "upload", "one.npz", "two.npz", "--benchmark", "cartpole").code == 1
