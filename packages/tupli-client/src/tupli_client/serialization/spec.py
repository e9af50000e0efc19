"""Environments by specification: Gymnasium's own description (id, arguments, wrappers), where it is a faithful one."""

import contextlib
import copy
from collections.abc import Iterator
from typing import Any

import gymnasium
from gymnasium.envs.registration import EnvSpec
from pydantic import ValidationError

from tupli_client.serialization.attributes import entry_point_text
from tupli_client.serialization.classes import Allows, class_named, import_module
from tupli_client.serialization.decoder import decode
from tupli_client.serialization.encoder import encode
from tupli_client.serialization.rebuilding import wrap
from tupli_schemas.errors import RefusedEnvironmentError, UntrustedCodeError
from tupli_schemas.inspection import EnvSpecForm, WrapperSpecForm, known
from tupli_schemas.inspection.grammar import parse
from tupli_schemas.inspection.reading import spec_arguments

Env = gymnasium.Env[Any, Any]


def describe(env: Env) -> EnvSpecForm | None:
    """The specification of ``env`` as far as Gymnasium keeps one that others can follow; None if there is none."""
    with _spec_of(env) as spec:
        if spec is None or any(wrapper.kwargs is None for wrapper in spec.additional_wrappers):
            return None
        try:
            return _form(spec)
        except (ValidationError, RefusedEnvironmentError):
            return None


def build(form: EnvSpecForm, allows: Allows) -> Env:
    """The environment that a specification describes, by way of the local registry.

    Raises:
        UntrustedCodeError: It names a class that may not be imported.
        RefusedEnvironmentError: It is not registered here, or as something else, or does not take these arguments.
    """
    arguments, *wrapper_arguments = decode(parse(spec_arguments(form)), allows)
    spec = copy.copy(_registered(form, allows))
    spec.kwargs, spec.additional_wrappers = arguments, ()
    spec.max_episode_steps = form.max_episode_steps
    spec.order_enforce, spec.disable_env_checker = form.order_enforce, form.disable_env_checker
    try:
        env: Env = gymnasium.make(spec)
    except Exception as error:  # a constructor may raise anything
        raise RefusedEnvironmentError(f"{form.id} cannot be built: {ascii(str(error))[:300]}") from error
    # An entry point may return an environment that is wrapped already.
    n_done = len(env.spec.additional_wrappers) if env.spec else 0
    pairs = list(zip(form.additional_wrappers, wrapper_arguments, strict=True))
    for wrapper, values in pairs[n_done:]:
        env = wrap(class_named(wrapper.entry_point.replace(":", "."), allows), env, values)
    return env


def _form(spec: EnvSpec) -> EnvSpecForm | None:
    entry_point, local = entry_point_text(spec.entry_point), gymnasium.registry.get(spec.id)
    if entry_point is None or local is None or entry_point_text(local.entry_point) != entry_point:
        return None
    kwargs = {name: value for name, value in spec.kwargs.items() if (name, value) != ("render_mode", None)}
    # Together, because references are numbered through all of them.
    flat = encode([kwargs, *(wrapper.kwargs for wrapper in spec.additional_wrappers)])
    wrappers = tuple(
        WrapperSpecForm(name=wrapper.name, entry_point=wrapper.entry_point, kwargs=arguments)
        for wrapper, arguments in zip(spec.additional_wrappers, flat[1:], strict=True)
    )
    return EnvSpecForm(
        id=spec.id,
        entry_point=entry_point,
        reward_threshold=spec.reward_threshold,
        nondeterministic=spec.nondeterministic,
        max_episode_steps=spec.max_episode_steps,
        order_enforce=spec.order_enforce,
        disable_env_checker=spec.disable_env_checker,
        kwargs=flat[0],
        additional_wrappers=wrappers,
    )


def _registered(form: EnvSpecForm, allows: Allows) -> EnvSpec:
    """What the local registry says about an id. If it says nothing, the trusted package is imported, for that registers."""
    name = form.entry_point.replace(":", ".")
    if name not in known.ENVIRONMENTS and not allows(name):
        raise UntrustedCodeError(f"the environment {name} is not trusted")
    module = form.entry_point.partition(":")[0]
    for place in (module.partition(".")[0], module):
        if form.id not in gymnasium.registry:
            import_module(place)
    local = gymnasium.registry.get(form.id)
    if local is None:
        raise RefusedEnvironmentError(
            f"no environment is registered here as {form.id!r}",
            hint=f"Import the module that registers it; its entry point is {form.entry_point}.",
        )
    if entry_point_text(local.entry_point) != form.entry_point:
        raise RefusedEnvironmentError(
            f"{form.id!r} is registered here as {entry_point_text(local.entry_point)}, and was stored as {form.entry_point}"
        )
    return local


@contextlib.contextmanager
def _spec_of(env: Env) -> Iterator[EnvSpec | None]:
    """The spec that an environment tells. Asking makes the wrappers cache it, so they are left as they were."""
    layers, layer = [], env
    while isinstance(layer, gymnasium.Wrapper):
        layers.append((layer, layer._cached_spec))  # noqa: SLF001
        layer = layer.env
    try:
        yield env.spec
    finally:
        for wrapper, cached in layers:
            wrapper._cached_spec = cached  # noqa: SLF001
