"""Benchmarks: environments, fully configured and stored."""
