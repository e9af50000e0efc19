"""Record, keep, share, find and load offline reinforcement-learning data."""

from tupli_client.__about__ import __version__

__all__ = ["__version__"]
