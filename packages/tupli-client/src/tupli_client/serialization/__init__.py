"""Environments as text, and back without running what nobody agreed to.

``to_text`` and ``from_text`` are the way; ``inspect`` says what a text would touch, ``identity`` when two mean the same.
"""

from tupli_client.serialization.copying import copied
from tupli_client.serialization.loading import from_text, unsafe_from_text
from tupli_client.serialization.packages import VersionMismatchWarning
from tupli_client.serialization.spaces import to_space, to_spec
from tupli_client.serialization.storing import HistoryWarning, ScriptClassWarning, to_text
from tupli_client.serialization.trust import Ask, ConsentMemory, Trust
from tupli_schemas.inspection import Inspection, identity, inspect

__all__ = [
    "Ask",
    "ConsentMemory",
    "HistoryWarning",
    "Inspection",
    "ScriptClassWarning",
    "Trust",
    "VersionMismatchWarning",
    "copied",
    "from_text",
    "identity",
    "inspect",
    "to_space",
    "to_spec",
    "to_text",
    "unsafe_from_text",
]
