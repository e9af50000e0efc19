"""Consent: what covers what, how it is asked for, and how long it is remembered."""

import json
import stat
import sys
import warnings
from pathlib import Path
from typing import Any

import pytest

from company_b.envs import GridEnv
from tupli_client.serialization import (
    ConsentMemory,
    VersionMismatchWarning,
    from_text,
    inspect,
    to_text,
    unsafe_from_text,
)
from tupli_client.serialization.trust import Allowed, ask_on_terminal, consent, question
from tupli_schemas.errors import InvalidDataError, RefusedEnvironmentError, UntrustedCodeError
from tupli_schemas.inspection import Inspection, digest


@pytest.fixture(scope="module")
def text() -> str:
    return to_text(GridEnv())


@pytest.mark.parametrize(
    "trust", [["company_b"], ["company_b.envs"], ["company_b.envs.GridEnv"], ("numpy", "company_b")]
)
def test_a_package_a_module_or_a_class_can_be_trusted(text: str, trust: list[str]) -> None:
    assert isinstance(from_text(text, trust=trust), GridEnv)


@pytest.mark.parametrize("trust", [[], ["company"], ["company_b.env"], ["envs"], ["GridEnv"], ["company_b.envs.Grid"]])
def test_nothing_else_covers_a_class(text: str, trust: list[str]) -> None:
    with pytest.raises(UntrustedCodeError):
        from_text(text, trust=trust)


def test_a_refusal_says_what_would_run_where_it_is_from_and_what_to_do(text: str) -> None:
    with pytest.raises(UntrustedCodeError) as caught:
        from_text(text)

    assert "company_b.envs.GridEnv" in caught.value.detail
    assert "company_b (version unknown)" in caught.value.detail
    assert caught.value.hint
    assert "trust=['company_b']" in caught.value.hint


def test_nothing_is_imported_before_somebody_agrees() -> None:
    text = json.dumps({"py/object": "antigravity_b.envs.GridEnv"})

    with pytest.raises(UntrustedCodeError):
        from_text(text)

    assert "antigravity_b" not in sys.modules


@pytest.mark.parametrize("trust", ["company_b", ["company b"], ["*"], [""], ["company_b."], ["../company_b"]])
def test_a_misspelt_trust_is_an_error_and_no_consent(text: str, trust: Any) -> None:
    with pytest.raises(InvalidDataError):
        from_text(text, trust=trust)


def test_an_answer_is_asked_for_with_everything_that_would_run(text: str) -> None:
    questions: list[str] = []

    def agree(asked: str) -> bool:
        questions.append(asked)
        return True

    env = from_text(text, trust="ask", ask=agree, source="server.example (anna)")

    assert isinstance(env, GridEnv)
    (asked,) = questions
    for part in ("company_b.envs.GridEnv", "server.example (anna)", digest(text)):
        assert part in asked


def test_no_is_no(text: str) -> None:
    with pytest.raises(UntrustedCodeError, match="nobody agreed"):
        from_text(text, trust="ask", ask=lambda _: False)


def test_without_a_terminal_the_answer_is_no(text: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdin", None)

    assert not ask_on_terminal("Run it?")
    with pytest.raises(UntrustedCodeError):
        from_text(text, trust="ask")


class Terminal:
    """Standard input and error of somebody who sits there."""

    def __init__(self, answer: str) -> None:
        self.answer, self.shown = answer, ""

    def isatty(self) -> bool:
        return True

    def readline(self) -> str:
        return self.answer

    def write(self, text: str) -> None:
        self.shown += text

    def flush(self) -> None:
        pass


@pytest.mark.parametrize(
    ("answer", "expected"), [("y\n", True), ("YES\n", True), ("\n", False), ("", False), ("no\n", False)]
)
def test_on_a_terminal_only_yes_is_yes(answer: str, expected: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    terminal = Terminal(answer)
    monkeypatch.setattr(sys, "stdin", terminal)
    monkeypatch.setattr(sys, "stderr", terminal)

    assert ask_on_terminal("Run it?") is expected
    assert terminal.shown == "Run it? [y/N] "


def test_a_question_cannot_be_dressed_up() -> None:
    asked = question(["comp\u0430ny_b.envs.GridEnv"], "0" * 64, "server\x1b[2J\nRun it? [y/N] y")

    assert asked.isascii()
    assert "\\u0430" in asked
    assert asked.count("\n") == 3


def test_an_answer_is_remembered_for_this_text_from_this_source(text: str, tmp_path: Path) -> None:
    memory = ConsentMemory(tmp_path / "folder" / "consent.json", "https://one.example")
    from_text(text, trust="ask", ask=lambda _: True, memory=memory)

    assert isinstance(from_text(text, memory=memory), GridEnv)
    with pytest.raises(UntrustedCodeError):
        from_text(text + " ", memory=memory)
    with pytest.raises(UntrustedCodeError):
        from_text(text, memory=ConsentMemory(memory.path, "https://two.example"))
    assert stat.S_IMODE(memory.path.stat().st_mode) == 0o600
    assert [path.name for path in memory.path.parent.iterdir()] == ["consent.json"]


def test_answers_add_up(tmp_path: Path) -> None:
    memory = ConsentMemory(tmp_path / "consent.json", "here")

    memory.remember("a" * 64, ["one.A"])
    memory.remember("b" * 64, ["two.B"])

    assert (memory.recall("a" * 64), memory.recall("b" * 64), memory.recall("c" * 64)) == (("one.A",), ("two.B",), ())


@pytest.mark.parametrize("content", ["", "null", "[]", '{"here": []}', '{"here": {"d": "company_b"}}', "\x00"])
def test_a_damaged_memory_holds_no_consent_and_can_be_written_again(content: str, tmp_path: Path) -> None:
    memory = ConsentMemory(tmp_path / "consent.json", "here")
    memory.path.write_text(content)

    assert memory.recall("d") == ()
    memory.remember("d", ["one.A"])
    assert memory.recall("d") == ("one.A",)


def test_a_remembered_answer_covers_the_classes_that_were_asked_about(tmp_path: Path) -> None:
    memory = ConsentMemory(tmp_path / "consent.json", "here")
    memory.remember("d", ["one.A"])
    inspection = Inspection(verdict="needs-trust", needs_trust=("one.A", "two.B"))

    with pytest.raises(UntrustedCodeError, match=r"two\.B"):
        consent(inspection, "d", (), memory=memory)


def test_a_class_is_covered_by_its_whole_name_only() -> None:
    assert Allowed(("a.b",))("a.b.C")
    assert Allowed(("a.b",))("a.b")
    assert not Allowed(("a.b",))("a.bc.D")
    assert not Allowed(())("a")


def test_what_is_missing_says_which_package_and_version_to_install() -> None:
    form = {"tupli_env": 1, "kind": "jsonpickle", "payload": {"py/object": "company_c.envs.GridEnv"}}
    text = json.dumps({**form, "requires": {"company-c": "1.4.2", "numpy": None}})

    with pytest.raises(RefusedEnvironmentError) as caught:
        from_text(text, trust=["company_c"])

    assert "company_c.envs.GridEnv is not installed here" in caught.value.detail
    assert caught.value.hint
    assert "company-c==1.4.2" in caught.value.hint


def test_a_class_that_moved_points_to_the_version() -> None:
    text = json.dumps({"py/object": "company_b.envs.OldEnv"})

    with pytest.raises(RefusedEnvironmentError, match=r"not a class that is defined there .*version of 'company_b'"):
        from_text(text, trust=["company_b"])


def test_an_id_that_nobody_registered_here_says_what_to_import() -> None:
    spec = {"id": "company_b/Other-v0", "entry_point": "company_b.envs:GridEnv"}

    with pytest.raises(
        RefusedEnvironmentError, match=r"no environment is registered here as .*company_b\.envs:GridEnv"
    ):
        from_text(json.dumps({"tupli_env": 1, "kind": "spec", "spec": spec}), trust=["company_b"])


def test_other_versions_are_told_with_both(text: str) -> None:
    form = json.loads(text)
    form["requires"]["gymnasium"] = "0.26.0"
    here = inspect(text).requires["gymnasium"]

    with pytest.warns(VersionMismatchWarning, match=rf"gymnasium 0\.26\.0 \(here {here}\)") as caught:
        from_text(json.dumps(form), trust=["company_b"])

    assert len(caught) == 1
    assert caught[0].filename == __file__


def test_the_same_versions_are_no_news(text: str) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        from_text(text, trust=["company_b"])


def test_the_way_without_consent_says_so_in_its_name(text: str) -> None:
    assert isinstance(unsafe_from_text(text), GridEnv)


def test_the_way_without_consent_reads_what_the_other_refuses() -> None:
    call = {"py/reduce": [{"py/function": "operator.add"}, {"py/tuple": [1, 2]}]}
    text = json.dumps({"py/object": "company_b.envs.GridEnv", "size": call})

    with pytest.raises(RefusedEnvironmentError):
        from_text(text, trust=["company_b"])
    assert unsafe_from_text(text).size == 3  # type: ignore[attr-defined]
