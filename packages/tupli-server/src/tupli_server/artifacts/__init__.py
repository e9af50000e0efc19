"""Artifacts: bytes that benchmarks refer to."""
