"""A self-hosted home for offline reinforcement-learning data: benchmarks, artifacts, episodes."""

from tupli_server.__about__ import __version__

__all__ = ["__version__"]
