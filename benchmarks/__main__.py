"""``hatch run bench`` runs every benchmark, ``hatch run bench NAME [OPTION …]`` one of them with its options."""

import subprocess
import sys

NAMES = ("payload", "recording", "metrics")


def main() -> None:
    """Each benchmark is a process of its own, so that none has the memory of another."""
    name, *options = sys.argv[1:] or ("all",)
    if name != "all" and name not in NAMES:
        sys.exit(f"there is no benchmark {name!r}; there are {', '.join(NAMES)}")
    codes = [
        subprocess.run([sys.executable, "-m", f"benchmarks.{one}", *options], check=False).returncode
        for one in (NAMES if name == "all" else (name,))
    ]
    sys.exit(max(codes))


if __name__ == "__main__":
    main()
