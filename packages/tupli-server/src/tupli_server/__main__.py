"""``python -m tupli_server``."""

from tupli_server.cli import main

main()
