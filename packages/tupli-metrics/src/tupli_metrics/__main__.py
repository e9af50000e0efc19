"""``python -m tupli_metrics``: the same commands on local files, without the client."""

import sys

from tupli_metrics.cli import app
from tupli_schemas.errors import TupliError


def main() -> int:
    """Run the command; the exit code."""
    try:
        app(prog_name="python -m tupli_metrics")
    except TupliError as error:
        sys.stderr.write(f"error: {error.detail}  [{error.code}]\n" + (f"  next: {error.hint}\n" if error.hint else ""))
        return 3 if error.status == 404 else 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
