"""Settings for all tests: the same random examples on every machine and every run."""

import os
from pathlib import Path

# one thread for matrix products, set before NumPy is imported: tests already run a process for each core
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

# loops compiled with faults or with looks at their arrays are no business of the installation
os.environ.setdefault("NUMBA_CACHE_DIR", str(Path(__file__).parents[1] / ".pytest_cache" / "loops"))

from hypothesis import HealthCheck, settings

settings.register_profile(
    "fundsim",
    derandomize=True,
    deadline=None,
    database=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)
settings.load_profile("fundsim")
