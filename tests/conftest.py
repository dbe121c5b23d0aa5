"""What all tests share."""

import os

from hypothesis import settings

# CI must give the same answer twice; new examples are looked for where developers run the tests.
settings.register_profile("ci", derandomize=True, print_blob=True)
settings.load_profile("ci" if os.environ.get("CI") else "default")
