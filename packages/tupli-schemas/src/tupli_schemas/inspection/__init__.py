"""Stored environments, read without running them: what a text would touch, and when two texts mean the same."""

from tupli_schemas.inspection.identity import digest, identity
from tupli_schemas.inspection.reading import Reading, inspect, read
from tupli_schemas.inspection.schema import Inspection, Verdict
from tupli_schemas.inspection.stored_form import EnvSpecForm, StoredForm, WrapperSpecForm, write_stored_form

__all__ = [
    "EnvSpecForm",
    "Inspection",
    "Reading",
    "StoredForm",
    "Verdict",
    "WrapperSpecForm",
    "digest",
    "identity",
    "inspect",
    "read",
    "write_stored_form",
]
