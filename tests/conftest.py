"""Settings for all tests: the same random examples on every machine and every run."""

from hypothesis import HealthCheck, settings

settings.register_profile(
    "fundsim",
    derandomize=True,
    deadline=None,
    database=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)
settings.load_profile("fundsim")
