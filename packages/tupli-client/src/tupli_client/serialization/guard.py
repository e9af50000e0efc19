"""The jsonpickle that was reviewed. With any other, environments are neither stored nor loaded in the safe way.

The encoder overrides steps of jsonpickle's, and the grammar in ``tupli_schemas.inspection`` gives its tags their meaning.
A release that adds a tag or a step would make both incomplete without anybody noticing, so that is noticed here.
"""

import inspect
from functools import cache

from jsonpickle import pickler, tags, unpickler

from tupli_schemas.errors import RefusedEnvironmentError


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


REVIEWED_TAGS = _words(
    """
    json:// py/b64 py/b85 py/bytes py/function py/id py/initargs py/iterator py/mod py/newargs py/newargsex py/newobj
    py/object py/property py/reduce py/ref py/repr py/seq py/set py/state py/tuple py/type
    """
)
"""Every tag of the format, known to the grammar or refused by it."""

REVIEWED_FLATTENING = _words(
    """
    _flatten _flatten_bytestring _flatten_dict_obj _flatten_function _flatten_impl _flatten_key_value_pair
    _flatten_newstyle_with_slots _flatten_non_string_key_value_pair _flatten_obj _flatten_obj_attrs
    _flatten_obj_instance _flatten_properties _flatten_sequence_obj _flatten_string_key_value_pair
    """
)
"""The steps by which jsonpickle writes, some of which the encoder replaces."""

REVIEWED_RESTORING = _words(
    """
    _restore _restore_base64 _restore_base85 _restore_dict _restore_from_dict _restore_function _restore_id
    _restore_iterator _restore_key_fn _restore_list _restore_module _restore_object _restore_object_instance
    _restore_object_instance_variables _restore_pickled_key _restore_reduce _restore_repr _restore_repr_safe
    _restore_set _restore_state _restore_tags _restore_tuple _restore_type
    """
)
"""The steps by which jsonpickle reads: none is used in the safe way, but each says what a tag means."""


@cache
def check_jsonpickle() -> None:
    """Go on only with a jsonpickle whose tags and steps are the reviewed ones.

    Raises:
        RefusedEnvironmentError: They are others.
    """
    found = (installed_tags(), steps(pickler.Pickler, "_flatten"), steps(unpickler.Unpickler, "_restore"))
    if found != (REVIEWED_TAGS, REVIEWED_FLATTENING, REVIEWED_RESTORING):
        raise RefusedEnvironmentError(
            "the installed jsonpickle is not one that this version of Tupli knows, so nothing can be promised about its format",
            hint="Run `pip install --upgrade tupli-client 'jsonpickle>=4.1,<5'`.",
        )


def installed_tags() -> frozenset[str]:
    """The tags that the installed jsonpickle defines."""
    return frozenset(value for name, value in vars(tags).items() if name.isupper() and isinstance(value, str))


def steps(cls: type, prefix: str) -> frozenset[str]:
    """The methods of ``cls`` whose names begin with ``prefix``."""
    return frozenset(name for name, _ in inspect.getmembers(cls, inspect.isfunction) if name.startswith(prefix))
