"""Numbers of things in words."""


def several(n: int, noun: str) -> str:
    """``1 episode``, ``2,000 episodes``."""
    return f"{n:,} {noun}" + "s" * (n != 1)
