"""Specifications that would make Gymnasium import, call, read, write or fill something."""

import json
from typing import Any

CART_POLE = "gymnasium.envs.classic_control.cartpole:CartPoleEnv"
WRAPPERS = "gymnasium.wrappers"


def _text(wrappers: tuple[dict[str, Any], ...] = (), **changes: Any) -> str:
    spec = {"id": "CartPole-v1", "entry_point": CART_POLE, "kwargs": {}, "additional_wrappers": wrappers, **changes}
    return json.dumps({"tupli_env": 1, "kind": "spec", "spec": spec})


def _wrapper(entry_point: str, **kwargs: Any) -> dict[str, Any]:
    return {"name": entry_point.rpartition(":")[2], "entry_point": entry_point, "kwargs": kwargs}


def _stacks(*sizes: int) -> tuple[dict[str, Any], ...]:
    return tuple(_wrapper(f"{WRAPPERS}.stateful_observation:FrameStackObservation", stack_size=size) for size in sizes)


_MUJOCO: dict[str, Any] = {"id": "Ant-v5", "entry_point": "gymnasium.envs.mujoco.ant_v5:AntEnv"}
_FROZEN_LAKE: dict[str, Any] = {
    "id": "FrozenLake-v1",
    "entry_point": "gymnasium.envs.toy_text.frozen_lake:FrozenLakeEnv",
}
_CAR: dict[str, Any] = {"id": "CarRacing-v3", "entry_point": "gymnasium.envs.box2d.car_racing:CarRacing"}

_FLATTEN = _wrapper(f"{WRAPPERS}.transform_observation:FlattenObservation")
_MANY_BINS = _wrapper(f"{WRAPPERS}.transform_observation:DiscretizeObservation", bins=10_000)

SPECS: dict[str, str] = {
    "spec: entry point in os": _text(entry_point="os:system"),
    "spec: entry point deep in an allowed module": _text(entry_point="gymnasium.core:sys.modules"),
    "spec: entry point that is a list": _text(entry_point=["os", "system"]),
    "spec: entry point without a colon": _text(entry_point="os.system"),
    "spec: entry point with two colons": _text(entry_point="os:path:join"),
    "spec: entry point of another environment": _text(entry_point="gymnasium.envs.toy_text.taxi:TaxiEnv"),
    "spec: an id that imports": _text(id="antigravity:CartPole-v1"),
    "spec: an id that is not registered": _text(id="NoSuchEnvironment-v0"),
    "spec: an id of a plugin": _text(id="GymV21Environment-v0", kwargs={"env_id": "os:system"}),
    "spec: an id with a line break": _text(id="CartPole-v1\n"),
    "spec: an id like a path": _text(id="../CartPole-v1"),
    "spec: vector entry point": _text(vector_entry_point="os:system"),
    "spec: a namespace": _text(namespace="os", name="system", version=1),
    "spec: arguments that are no dict": _text(kwargs=[["a", 1]]),
    "spec: an argument that nobody takes": _text(kwargs={"command": "touch x"}),
    "spec: a special argument": _text(kwargs={"__class__": "os.system"}),
    "spec: an argument that is a function": _text(kwargs={"render_mode": {"py/function": "os.system"}}),
    "spec: an argument that is an environment": _text(
        kwargs={"render_mode": {"py/object": CART_POLE.replace(":", ".")}}
    ),
    "spec: a wrapper in os": _text((_wrapper("os:system", command="x"),)),
    "spec: a wrapper that records videos": _text((_wrapper(f"{WRAPPERS}.rendering:RecordVideo", video_folder="x"),)),
    "spec: a wrapper that opens windows": _text((_wrapper(f"{WRAPPERS}.rendering:HumanRendering"),)),
    "spec: a wrapper with a function": _text(
        (_wrapper(f"{WRAPPERS}.transform_reward:TransformReward", func={"py/function": "os.system"}),)
    ),
    "spec: a function that only looks like a wrapper": _text((_wrapper("gymnasium:make", id="CartPole-v1"),)),
    "spec: a wrapper without arguments": _text(({"name": "x", "entry_point": "a:b", "kwargs": None},)),
    "spec: a hundred wrappers": _text(_stacks(*[1] * 100)),
    "spec: a model file anywhere": _text(**_MUJOCO, kwargs={"xml_file": "/etc/passwd"}),
    "spec: a model file above": _text(**_MUJOCO, kwargs={"xml_file": "../../../../../../etc/passwd"}),
    "spec: a model file at home": _text(**_MUJOCO, kwargs={"xml_file": "~/.ssh/id_rsa"}),
    "spec: a model file that is a list": _text(**_MUJOCO, kwargs={"xml_file": ["/etc/passwd"]}),
    "spec: pictures of a terabyte": _text(**_MUJOCO, kwargs={"width": 1_000_000, "height": 1_000_000}),
    "spec: a map of a million fields": _text(**_FROZEN_LAKE, kwargs={"desc": ["S" + "F" * 1_000] * 1_000}),
    "spec: a billion frames": _text(_stacks(1_000_000_000)),
    "spec: a thousand thousand frames": _text(_stacks(1_000, 1_000), **_CAR),
    "spec: minus a billion frames": _text(_stacks(-1_000_000_000)),
    "spec: a picture of a terapixel": _text(
        (_wrapper(f"{WRAPPERS}.transform_observation:ResizeObservation", shape=[1_000_000, 1_000_000]),), **_CAR
    ),
    "spec: many bins, one hot": _text((_MANY_BINS, _FLATTEN), id="MountainCar-v0", entry_point=CART_POLE),
    "spec: many bins of an observation, one hot": _text((_MANY_BINS, _FLATTEN)),
    "spec: deep arguments": _text(kwargs={"render_mode": json.loads("[" * 500 + "]" * 500)}),
    "spec: both kinds": json.dumps({"tupli_env": 1, "kind": "spec", "payload": {"py/object": "os.system"}}),
    "spec: none": json.dumps({"tupli_env": 1, "kind": "spec"}),
    "spec: another kind": json.dumps({"tupli_env": 1, "kind": "pickle", "payload": "gASV"}),
    "spec: a newer format": json.dumps({"tupli_env": 2, "kind": "spec"}),
    "spec: a format that is true": json.dumps({"tupli_env": True, "kind": "jsonpickle", "payload": 1}),
    "spec: an unknown field": json.dumps({"tupli_env": 1, "kind": "jsonpickle", "payload": 1, "code": "x"}),
    "spec: a package like an option": json.dumps(
        {"tupli_env": 1, "kind": "jsonpickle", "payload": 1, "requires": {"--index-url=http://x": "1"}}
    ),
    "spec: a version like a command": json.dumps(
        {"tupli_env": 1, "kind": "jsonpickle", "payload": 1, "requires": {"a": "1; rm -rf /"}}
    ),
}
