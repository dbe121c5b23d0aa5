import errno

import pytest

from groundswell.errors import InputError, StoreError
from groundswell.organize.disk import writing_to


def test_a_full_disk_is_named_with_what_to_do(tmp_path):
    says = r"No space left.*make room.*GROUNDSWELL_HOME"
    with pytest.raises(StoreError, match=says) as caught, writing_to(tmp_path):
        raise OSError(errno.ENOSPC, "No space left on device", "somewhere/.new-x1y2")
    assert str(caught.value).startswith(str(tmp_path))


def test_other_errors_pass_as_they_are(tmp_path):
    with pytest.raises(InputError, match="of another kind"), writing_to(tmp_path):
        raise InputError("of another kind")
