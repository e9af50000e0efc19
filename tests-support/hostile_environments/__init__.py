"""Texts that were made to run code, to hang or to fill the memory of whoever loads or reads them.

They are for every part that takes such texts: the decoder of the client, and the static reading of client and server.
"""

from hostile_environments.bombs import BOMBS
from hostile_environments.gadgets import placed_gadgets
from hostile_environments.specs import SPECS
from hostile_environments.within_trust import WITHIN_TRUST


def hostile_texts(marker: str) -> dict[str, str]:
    """Every text by a name that says what it tries.

    Args:
        marker: A path that the texts try to create, as proof that they ran.
    """
    return {**placed_gadgets(marker), **SPECS, **BOMBS}


__all__ = ["WITHIN_TRUST", "hostile_texts"]
