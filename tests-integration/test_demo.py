"""The demo of the README, as a newcomer runs it."""

import re
import subprocess
import sys
from pathlib import Path

DEMO = Path(__file__).parents[1] / "examples" / "demo.py"


def test_the_demo_trains_a_policy_that_is_better_than_its_data(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, DEMO, tmp_path / "data"], capture_output=True, text=True, timeout=120, check=False
    )

    assert done.returncode == 0, done.stderr
    of_data, of_policy = (float(found) for found in re.findall(r"mean return of the \w+ +([\d.]+)", done.stdout))
    assert of_policy > 1.5 * of_data > 150
    assert "tupli episode list" in done.stdout
    assert any((tmp_path / "data").iterdir())
