"""``python -m tupli_schemas export DIR`` writes the JSON Schemas."""

import argparse
import sys
from pathlib import Path

from tupli_schemas.export import export


def main() -> int:
    """Run the one command there is."""
    parser = argparse.ArgumentParser(prog="python -m tupli_schemas", description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True)
    exporting = commands.add_parser("export", help="Write a JSON Schema file for every shape.")
    exporting.add_argument("folder", type=Path, metavar="DIR")
    for place in export(parser.parse_args().folder):
        sys.stdout.write(f"{place}\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
