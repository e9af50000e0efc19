"""How large a stored environment may be: bounds that hold before anything is built from it."""

MAX_CHARACTERS = 15_000_000
"""Of a stored text; it bounds all arrays together too, because their bytes are in it uncompressed."""

MAX_VALUES = 1_000_000
"""Values (numbers, strings, containers) in one text."""

MAX_DEPTH = 80
"""Containers within containers. The readers recurse, and this keeps them far from Python's own limit."""

MAX_KNOWN_SPEC = 16_000
"""Characters of a specification that loads without anybody's consent; toy_text builds about 3 kB for each character of a map."""

MAX_STACKED = 1_000
"""Frames that a chain of wrappers stacks: the product over all of them."""

MAX_ELEMENTS = 4_000_000
"""Elements of an observation that wrappers reshape or resize, stacked."""

MAX_BINS = 10_000
"""Bins that a wrapper divides one dimension into."""

MAX_PIXELS = 2_000
"""Width and height of the pictures that an environment draws."""
