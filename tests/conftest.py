"""What all tests share."""

import os
import shutil
import tempfile
from pathlib import Path

from hypothesis import settings

MEMORY, ENOUGH_BYTES = Path("/dev/shm"), 8 * 2**30
"""Where a file system in memory is, and how much must be free there for the data folders of all tests."""

# A thousand tests get a database of their own, of 600 files: in memory that takes a tenth of the time. Whoever wants
# them elsewhere says so by TMPDIR.
if "TMPDIR" not in os.environ and MEMORY.is_dir() and shutil.disk_usage(MEMORY).free > ENOUGH_BYTES:
    os.environ["TMPDIR"] = str(MEMORY)
    tempfile.tempdir = None

# CI must give the same answer twice; new examples are looked for where developers run the tests.
# No deadline: how long one example takes on a shared machine says nothing of the code.
settings.register_profile("ci", derandomize=True, print_blob=True, deadline=None)
settings.register_profile("here", deadline=None)
settings.load_profile("ci" if os.environ.get("CI") else "here")
