"""The static reading: from a stored text to what it would touch, before anything is imported or built."""

import json
from collections.abc import Iterable
from dataclasses import dataclass, field

from tupli_schemas.errors import RefusedEnvironmentError
from tupli_schemas.inspection import known
from tupli_schemas.inspection.grammar import parse, parse_list
from tupli_schemas.inspection.json_text import shown
from tupli_schemas.inspection.limits import MAX_KNOWN_SPEC
from tupli_schemas.inspection.names import (
    Standing,
    check_name,
    standing_of_class,
    standing_of_entry_point,
    standing_of_enumeration,
    standing_of_type,
)
from tupli_schemas.inspection.nodes import CallNode, DictNode, ListNode, Node, ObjectNode, TypeNode, walk
from tupli_schemas.inspection.schema import Inspection, Verdict
from tupli_schemas.inspection.spec_rules import check_environment_arguments, check_wrapper_arguments
from tupli_schemas.inspection.stored_form import EnvSpecForm, StoredForm, read_stored_form

MAX_CLASSES = 500


@dataclass(slots=True)
class _Names:
    """The names that a text uses, sorted by what they take."""

    classes: set[str] = field(default_factory=set)
    needs_trust: set[str] = field(default_factory=set)
    functions: set[str] = field(default_factory=set)

    def add(self, name: str, standing: Standing) -> None:
        if standing is Standing.REFUSED:
            raise RefusedEnvironmentError(f"{shown(name)} is no part of an environment, and no trust can make it one")
        self.classes.add(name)
        if standing is Standing.NEEDS_TRUST:
            self.needs_trust.add(name)
        if len(self.classes) > MAX_CLASSES:
            raise RefusedEnvironmentError(f"the text names more than {MAX_CLASSES} classes")


@dataclass(frozen=True, slots=True)
class Reading:
    """A stored text that has been read: its form, its tree (of the payload, or of a specification's arguments), its names."""

    form: StoredForm
    root: Node
    inspection: Inspection


def read(text: str) -> Reading:
    """Read a stored text without running anything.

    Raises:
        RefusedEnvironmentError: No consent would make it safe or sound.
    """
    form = read_stored_form(text)
    names = _Names()
    if form.spec is None:
        root = parse(form.payload)
        _read_payload(root, names)
    else:
        root = arguments = parse_list(spec_arguments(form.spec))
        _read_spec(form.spec, arguments, names)
    return Reading(form, root, _report(form, names))


def inspect(text: str) -> Inspection:
    """What loading ``text`` would touch. It never raises: what cannot be read is refused, and the reason says why."""
    try:
        return read(text).inspection
    except RefusedEnvironmentError as error:
        return Inspection(verdict="refused", reason=error.detail)


def spec_arguments(spec: EnvSpecForm) -> list[object]:
    """The arguments of an environment and of its wrappers, outermost last: one tree, so that one budget bounds them."""
    return [spec.kwargs, *(wrapper.kwargs for wrapper in spec.additional_wrappers)]


def _read_payload(root: Node, names: _Names) -> None:
    for node in walk(root):
        match node:
            case ObjectNode(name=name):
                names.add(name, standing_of_class(name))
                _check_state(node)
            case TypeNode(name=name):
                names.add(name, standing_of_type(name))
            case CallNode(name=name, is_class=True) if name not in known.RECIPE_CLASSES:
                # Not a recipe: the member of an enumeration, which a trusted class looks up.
                names.add(name, standing_of_enumeration(name))
            case CallNode(name=name, is_class=False):
                names.functions.add(name)
    wrappers = (node for node in walk(root) if isinstance(node, ObjectNode) and node.name in known.WRAPPERS)
    # A wrapper keeps the arguments it was made with under this name.
    check_wrapper_arguments(dict(node.fields).get("_saved_kwargs") for node in wrappers)


def _check_state(node: ObjectNode) -> None:
    """Only a class that somebody trusts reads a state, and none reads EzPickle's: that is a call of its constructor."""
    if node.state is None:
        return
    if standing_of_class(node.name) is Standing.KNOWN:
        raise RefusedEnvironmentError(f"the state of a {node.name} is not loaded")
    if isinstance(node.state, DictNode) and any(key == "_ezpickle_args" for key, _ in node.state.items):
        raise RefusedEnvironmentError(f"a {node.name} was stored as a call of its constructor, which is not made")


def _read_spec(spec: EnvSpecForm, arguments: ListNode, names: _Names) -> None:
    for node in walk(arguments):
        if isinstance(node, ObjectNode | TypeNode) and node.name not in known.DATA | known.TYPES:
            raise RefusedEnvironmentError(f"an argument of the specification holds {shown(node.name)}; only data may")
        if isinstance(node, CallNode):
            raise RefusedEnvironmentError(f"an argument of the specification calls {shown(node.name)}; only data may")
    entry_points = [spec.entry_point, *(wrapper.entry_point for wrapper in spec.additional_wrappers)]
    environment, *wrappers = [check_name(entry_point.replace(":", ".")) for entry_point in entry_points]
    names.add(environment, standing_of_entry_point(environment, known.ENVIRONMENTS))
    for wrapper in wrappers:
        names.add(wrapper, standing_of_entry_point(wrapper, known.SPEC_WRAPPERS))
    if environment in known.ENVIRONMENTS:
        _check_size(spec)
        check_environment_arguments(spec.kwargs)
    pairs = zip(wrappers, arguments.items[1:], strict=True)
    check_wrapper_arguments(node for wrapper, node in pairs if wrapper in known.SPEC_WRAPPERS)


def _check_size(spec: EnvSpecForm) -> None:
    if len(json.dumps(spec.kwargs)) > MAX_KNOWN_SPEC:
        raise RefusedEnvironmentError(f"the arguments of {spec.id} have more than {MAX_KNOWN_SPEC:,} characters")


def _report(form: StoredForm, names: _Names) -> Inspection:
    return Inspection(
        verdict=_verdict(form, names),
        kind=form.kind,
        classes=_sorted(names.classes),
        needs_trust=_sorted(names.needs_trust),
        modules=_sorted({name.rpartition(".")[0] for name in names.classes}),
        functions=_sorted(names.functions),
        requires=form.requires,
        versions=form.versions,
    )


def _verdict(form: StoredForm, names: _Names) -> Verdict:
    if names.needs_trust:
        return "needs-trust"
    return "spec" if form.kind == "spec" else "safe"


def _sorted(names: Iterable[str]) -> tuple[str, ...]:
    return tuple(sorted(names))
