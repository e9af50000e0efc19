"""What a static reading of a stored environment says, in the form that lists show."""

from typing import Annotated, Literal

from pydantic import Field

from tupli_schemas.base import Schema
from tupli_schemas.inspection.stored_form import Packages

Verdict = Literal["spec", "safe", "needs-trust", "refused"]
Names = Annotated[tuple[str, ...], Field(max_length=1_000)]


class Inspection(Schema):
    """What loading a stored environment would touch, found without loading it.

    The verdict is ``spec`` (rebuilt by Gymnasium from a specification of known parts), ``safe`` (data and known
    classes alone), ``needs-trust`` (other people's classes would be imported: ``needs_trust`` names them) or
    ``refused`` (``reason`` says why; no consent changes it).
    """

    verdict: Verdict
    kind: Literal["spec", "jsonpickle"] | None = None
    classes: Names = ()
    needs_trust: Names = ()
    modules: Names = ()
    functions: Names = ()
    requires: Packages = Field(default_factory=dict)
    versions: Packages = Field(default_factory=dict)
    reason: str = ""
