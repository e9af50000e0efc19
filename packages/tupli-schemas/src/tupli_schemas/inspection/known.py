"""The exact names that load without anybody's consent. Everything else needs trust or is refused."""

DATA = frozenset({
    "builtins.bytearray",
    "builtins.complex",
    "builtins.frozenset",
    "builtins.range",
    "builtins.slice",
    "collections.Counter",
    "collections.OrderedDict",
    "collections.defaultdict",
    "collections.deque",
    "datetime.date",
    "datetime.datetime",
    "datetime.time",
    "datetime.timedelta",
    "datetime.timezone",
    "decimal.Decimal",
    "fractions.Fraction",
    "logging.Logger",
    "numpy.dtype",
    "numpy.generic",
    "numpy.ndarray",
    "numpy.random.BitGenerator",
    "numpy.random.Generator",
    "numpy.random.RandomState",
    "pandas.Array",
    "pandas.DataFrame",
    "pandas.Index",
    "pandas.NA",
    "pandas.Series",
    "pandas.Timedelta",
    "pandas.Timestamp",
    "pathlib.PurePath",
    "random.Random",
    "types.SimpleNamespace",
    "uuid.UUID",
    "zoneinfo.ZoneInfo",
})  # fmt: skip
"""Plain data, each rebuilt by a handler of ours from checked parts."""

RANDOM = frozenset({
    "numpy.random.BitGenerator",
    "numpy.random.Generator",
    "numpy.random.RandomState",
    "random.Random",
})  # fmt: skip
"""Data whose content is the history of a random generator, so that it has no part in an environment's identity."""

TYPES = frozenset({
    *(f"builtins.{name}" for name in ("bool", "bytes", "complex", "dict", "float", "frozenset", "int", "list", "set", "str", "tuple")),
    *(f"numpy.{kind}{bits}" for kind in ("int", "uint") for bits in (8, 16, 32, 64)),
    *(f"numpy.{name}" for name in ("bool", "bool_", "bytes_", "complex64", "complex128", "datetime64", "float16", "float32", "float64",
                                   "longlong", "ndarray", "str_", "timedelta64", "ulonglong")),
})  # fmt: skip
"""Classes that may stand as values, such as a dtype or the factory of a defaultdict."""

_NUMPY_CORES = ("numpy.core.multiarray", "numpy._core.multiarray")
_BIT_GENERATORS = {"_mt19937.MT19937", "_pcg64.PCG64", "_pcg64.PCG64DXSM", "_philox.Philox", "_sfc64.SFC64"}

RECIPE_ARGUMENTS = frozenset({
    "numpy.random.bit_generator.SeedSequence",
    *(f"numpy.random.{name}" for name in _BIT_GENERATORS),
})  # fmt: skip
"""Classes that numpy's own reduce form names in its arguments; they are compared, never made."""

RECIPE_FUNCTIONS = frozenset({
    *(f"{core}.{name}" for core in _NUMPY_CORES for name in ("_reconstruct", "scalar")),
    "numpy.random._pickle.__bit_generator_ctor",
    "numpy.random._pickle.__generator_ctor",
    "numpy.random._pickle.__randomstate_ctor",
    "numpy.random.bit_generator.__pyx_unpickle_SeedSequence",
})  # fmt: skip
"""Functions by which other writers of jsonpickle describe numpy data. Each stands for a recipe of ours; none is called."""

RECIPE_CLASSES = frozenset({
    "builtins.frozenset",
    "builtins.range",
    "builtins.slice",
    "collections.Counter",
    "collections.OrderedDict",
    "collections.deque",
    "datetime.date",
    "datetime.datetime",
    "datetime.time",
    "datetime.timedelta",
    "datetime.timezone",
    "numpy.dtype",
})  # fmt: skip
"""The same for classes in reduce form."""

_SPACES = (
    "box.Box", "dict.Dict", "discrete.Discrete", "graph.Graph", "multi_binary.MultiBinary", "multi_discrete.MultiDiscrete",
    "oneof.OneOf", "sequence.Sequence", "text.Text", "tuple.Tuple",
)  # fmt: skip
_PLAIN_WRAPPERS = (
    "common.Autoreset", "common.OrderEnforcing", "common.PassiveEnvChecker", "common.RecordEpisodeStatistics", "common.TimeLimit",
    "rendering.AddWhiteNoise", "rendering.ObstructView", "rendering.RenderCollection",
    "stateful_action.RepeatAction", "stateful_action.StickyAction",
    "stateful_observation.DelayObservation", "stateful_observation.FrameStackObservation",
    "stateful_observation.MaxAndSkipObservation", "stateful_observation.NormalizeObservation",
    "stateful_reward.NormalizeReward",
)  # fmt: skip
_REBUILT_WRAPPERS = (
    "stateful_observation.TimeAwareObservation",
    "transform_action.ClipAction", "transform_action.DiscretizeAction", "transform_action.RescaleAction",
    "transform_observation.DiscretizeObservation",
    "transform_observation.DtypeObservation", "transform_observation.FilterObservation",
    "transform_observation.FlattenObservation", "transform_observation.GrayscaleObservation",
    "transform_observation.RescaleObservation", "transform_observation.ReshapeObservation",
    "transform_observation.ResizeObservation",
    "transform_reward.ClipReward",
)  # fmt: skip
_PYTHON_ENVIRONMENTS = (
    "classic_control.acrobot.AcrobotEnv", "classic_control.cartpole.CartPoleEnv",
    "classic_control.continuous_mountain_car.Continuous_MountainCarEnv", "classic_control.mountain_car.MountainCarEnv",
    "classic_control.pendulum.PendulumEnv",
    "toy_text.blackjack.BlackjackEnv", "toy_text.cliffwalking.CliffWalkingEnv", "toy_text.frozen_lake.FrozenLakeEnv",
    "toy_text.taxi.TaxiEnv",
)  # fmt: skip
_BOX2D = ("bipedal_walker.BipedalWalker", "car_racing.CarRacing", "lunar_lander.LunarLander")
_MUJOCO = (
    "ant.AntEnv", "half_cheetah.HalfCheetahEnv", "hopper.HopperEnv", "humanoid.HumanoidEnv", "humanoidstandup.HumanoidStandupEnv",
    "inverted_double_pendulum.InvertedDoublePendulumEnv", "inverted_pendulum.InvertedPendulumEnv", "pusher.PusherEnv",
    "reacher.ReacherEnv", "swimmer.SwimmerEnv", "walker2d.Walker2dEnv",
)  # fmt: skip


def _mujoco(version: str) -> frozenset[str]:
    pairs = (name.split(".") for name in _MUJOCO)
    return frozenset(f"gymnasium.envs.mujoco.{module}_{version}.{name}" for module, name in pairs)


REBUILT = frozenset(f"gymnasium.wrappers.{name}" for name in _REBUILT_WRAPPERS)
"""Gymnasium's wrappers that hold functions of their own: written as constructor arguments, and constructed anew."""

WRAPPERS = REBUILT | {f"gymnasium.wrappers.{name}" for name in _PLAIN_WRAPPERS}
"""Gymnasium's wrappers that neither write files nor take functions."""

SPEC_WRAPPERS = WRAPPERS | {"gymnasium.wrappers.transform_observation.AddRenderObservation"}
"""Those that a specification may name: the last one draws the environment at once, which is bounded only for Gymnasium's own."""

ENVIRONMENTS = (
    frozenset(f"gymnasium.envs.{name}" for name in _PYTHON_ENVIRONMENTS)
    | {f"gymnasium.envs.box2d.{name}" for name in _BOX2D}
    | _mujoco("v4")
    | _mujoco("v5")
)
"""Gymnasium's environments that a specification may name."""

CLASSES = (
    frozenset(f"gymnasium.spaces.{name}" for name in _SPACES)
    | WRAPPERS
    | {f"gymnasium.envs.{name}" for name in _PYTHON_ENVIRONMENTS}
    | {
        "gymnasium.envs.registration.EnvSpec",
        "gymnasium.envs.registration.WrapperSpec",
        "gymnasium.wrappers.utils.RunningMeanStd",
    }
)
"""Gymnasium's classes whose instances jsonpickle text may hold: pure Python, and nothing but attributes."""
