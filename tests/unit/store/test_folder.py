import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from groundswell.errors import DataFolderBusy, DataFolderNewer, StoreError
from groundswell.store.folder import FORMAT, FolderLock, require_known_format, write_format


def test_a_second_opening_is_refused_and_told_the_holder(tmp_path: Path) -> None:
    with (
        FolderLock(tmp_path / "home"),
        pytest.raises(DataFolderBusy, match=f"in use by process {os.getpid()}; stop it"),
    ):
        FolderLock(tmp_path / "home")


def test_the_folder_is_free_again_after_closing_even_twice(tmp_path: Path) -> None:
    lock = FolderLock(tmp_path)
    lock.close()
    lock.close()
    FolderLock(tmp_path).close()


def _holder(folder: Path, then: str) -> "subprocess.Popen[str]":
    script = f"""
import os, time
from pathlib import Path
from groundswell.store.folder import FolderLock
lock = FolderLock(Path({str(folder)!r}))
{then}
"""
    return subprocess.Popen([sys.executable, "-c", script], stdout=subprocess.PIPE, text=True)


def test_a_holder_that_was_killed_leaves_the_folder_free(tmp_path: Path) -> None:
    with _holder(tmp_path, "print('held', flush=True); time.sleep(60)") as holder:
        assert holder.stdout is not None
        assert holder.stdout.readline() == "held\n"
        with pytest.raises(DataFolderBusy, match=f"in use by process {holder.pid};"):
            FolderLock(tmp_path)
        holder.kill()
    FolderLock(tmp_path).close()


def test_a_forked_worker_that_outlives_its_killed_parent_does_not_keep_the_folder(tmp_path: Path) -> None:
    with _holder(tmp_path, "os.fork() or print(os.getpid(), flush=True); time.sleep(60)") as holder:
        assert holder.stdout is not None
        worker = int(holder.stdout.readline())
        try:
            holder.kill()
            holder.wait()
            FolderLock(tmp_path).close()
        finally:
            os.kill(worker, signal.SIGKILL)


def test_a_folder_that_cannot_be_made_is_named_with_the_remedy(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(
        StoreError, match=r"file/home cannot be used \(Not a directory\); set GROUNDSWELL_HOME"
    ):
        FolderLock(tmp_path / "file" / "home")


def test_a_folder_of_a_newer_release_is_refused(tmp_path: Path) -> None:
    (tmp_path / "groundswell.json").write_text(json.dumps({"format": FORMAT + 1}))
    with pytest.raises(DataFolderNewer, match=f"has format {FORMAT + 1}, this release knows up to {FORMAT}"):
        require_known_format(tmp_path)


def test_a_new_folder_and_our_own_are_fine(tmp_path: Path) -> None:
    require_known_format(tmp_path)
    write_format(tmp_path, 18)
    require_known_format(tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == ["groundswell.json"]


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"format": "x"}', "not json"])
def test_a_damaged_version_file_is_named(tmp_path: Path, text: str) -> None:
    (tmp_path / "groundswell.json").write_text(text)
    with pytest.raises(StoreError, match=r"groundswell\.json is damaged"):
        require_known_format(tmp_path)
