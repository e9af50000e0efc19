"""The README keeps its word: its code runs as it stands, and prints what it says."""

import re
import subprocess
import sys
from pathlib import Path

README = Path(__file__).parents[1] / "README.md"


def code_blocks(language: str) -> list[str]:
    return re.findall(rf"^```{language}\n(.*?)^```", README.read_text(encoding="utf-8"), re.MULTILINE | re.DOTALL)


def test_the_code_runs_as_it_stands_and_prints_what_it_says(tmp_path: Path) -> None:
    [code] = code_blocks("python")

    run = subprocess.run(
        [sys.executable, "-c", code], cwd=tmp_path, capture_output=True, text=True, check=True, timeout=120
    )

    [said] = re.findall(r"print\(dataset\)  # (.*?), their", code)
    assert said in run.stdout


def test_it_names_the_two_commands_of_a_newcomer() -> None:
    text = README.read_text(encoding="utf-8")

    assert "pip install hatch && hatch run demo" in text
    assert "hatch run test" in text
