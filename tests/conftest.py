"""What all tests share."""

import os

from hypothesis import settings

# CI must give the same answer twice; new examples are looked for where developers run the tests.
# No deadline: how long one example takes on a shared machine says nothing of the code.
settings.register_profile("ci", derandomize=True, print_blob=True, deadline=None)
settings.register_profile("here", deadline=None)
settings.load_profile("ci" if os.environ.get("CI") else "here")
