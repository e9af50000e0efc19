"""The command line: ``tupli <noun> <verb>``."""
