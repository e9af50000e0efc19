"""What an offline reinforcement-learning data set is worth, before anyone trains on it."""

from tupli_metrics.__about__ import __version__

__all__ = ["__version__"]
