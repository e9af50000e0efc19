"""A self-hosted home for offline reinforcement-learning data: benchmarks, artifacts and episodes, shared by groups or with everyone."""

from tupli_server.__about__ import __version__

__all__ = ["__version__"]
