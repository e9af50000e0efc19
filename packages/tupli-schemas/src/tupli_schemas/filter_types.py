"""The operators of filters."""

from enum import StrEnum


class FilterType(StrEnum):
    """The operators, as they travel."""

    EQ = "EQ"
    NE = "NE"
    GT = "GT"
    GEQ = "GEQ"
    LT = "LT"
    LEQ = "LEQ"
    IN = "IN"
    AND = "AND"
    OR = "OR"
    NOT = "NOT"
