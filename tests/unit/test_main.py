"""The command before it is one: it is stopped while Python reads its modules."""

import signal
import subprocess
import sys

import pytest

import groundswell

SIGNALLED_AT_AN_IMPORT = """
import os, signal, sys
from groundswell.__main__ import main

class Signal:
    imports = 0

    def find_spec(self, name, path=None, target=None):
        Signal.imports += 1
        if Signal.imports == {nth}:
            os.kill(os.getpid(), signal.{number})

signal.signal(signal.SIGINT, signal.{before})
sys.meta_path.insert(0, Signal())
sys.argv = ["groundswell", "--version"]
main()
"""


def signalled(nth: int, number: signal.Signals, before: str = "default_int_handler") -> tuple[int, str, str]:
    """Run a command that gets a signal as it begins its nth import; returns its exit code and what it said."""
    code = SIGNALLED_AT_AN_IMPORT.format(nth=nth, number=number.name, before=before)
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    return done.returncode, done.stdout, done.stderr


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM], ids=["ctrl-c", "sigterm"])
@pytest.mark.parametrize("nth", [1, 2, 60])
def test_a_command_that_is_stopped_while_it_is_read_says_so_in_one_line(nth, number):
    assert signalled(nth, number) == (130, "", "groundswell: stopped\n")


def test_a_signal_that_is_ignored_stays_ignored():
    told = f"groundswell, version {groundswell.__version__}\n"
    assert signalled(2, signal.SIGINT, "SIG_IGN") == (0, told, "")
