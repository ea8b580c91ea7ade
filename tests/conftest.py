"""Hypothesis profiles: `ci` is the default; `nightly` attacks for longer (HYPOTHESIS_PROFILE=nightly)."""

import os

from hypothesis import HealthCheck, settings

# Shared machines are slow at times: a deadline per example would measure the machine.
settings.register_profile(
    "ci", max_examples=100, deadline=None, suppress_health_check=[HealthCheck.too_slow], derandomize=True
)
settings.register_profile("nightly", max_examples=3_000, deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "ci"))
