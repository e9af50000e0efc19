"""What every test of the workspace shares: the fixtures of a real MongoDB, and how long hypothesis searches."""

import os
from datetime import timedelta

from hypothesis import HealthCheck, settings

pytest_plugins = ["real_mongodb.plugin", "live_server.plugin"]

# A deadline finds what has become slow by a factor, not what a busy machine delays for a moment.
DEADLINE = timedelta(seconds=5)

# The same examples every time, so that a red run is the change's own; `HYPOTHESIS_PROFILE=search` looks further.
settings.register_profile(
    "steady",
    deadline=DEADLINE,
    derandomize=True,
    print_blob=True,
    suppress_health_check=[HealthCheck.too_slow],
)
settings.register_profile("search", deadline=None, max_examples=2_000, print_blob=True)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "steady"))
