"""Interpreters with other libraries for the same work, each in an environment of its own, because they need other versions.

``TUPLI_BENCH_MINARI_PYTHON`` and ``TUPLI_BENCH_PYTUPLI_PYTHON`` name interpreters that exist; otherwise one is made once and kept.
"""

import os
import subprocess
import sys
from pathlib import Path

import platformdirs

REQUIREMENTS = {
    "minari": ["minari[create,hdf5]==0.5.4", "pillow"],
    "pytupli": [
        "pytupli==1.2.9",
        # What its server imports beside its declared requirements.
        "keyrings.alt",
        "fastapi==0.116.2",
        "uvicorn",
        "motor",
        "passlib",
        "bcrypt==4.0.1",
        "pyjwt",
        "python-multipart",
        "python-dotenv",
    ],
}


def interpreter(peer: str) -> Path:
    """The Python that has ``peer``.

    Raises:
        subprocess.CalledProcessError: It could not be installed.
    """
    if given := os.environ.get(f"TUPLI_BENCH_{peer.upper()}_PYTHON"):
        return Path(given)
    home = platformdirs.user_cache_path("tupli") / "benchmarks" / peer
    python = home / "bin" / "python"
    if not (home / "complete").exists():
        print(f"installing {peer} into {home} ...", file=sys.stderr)
        subprocess.run([sys.executable, "-m", "venv", "--clear", str(home)], check=True)
        subprocess.run([str(python), "-m", "pip", "install", "--quiet", *REQUIREMENTS[peer]], check=True)
        (home / "complete").touch()
    return python
