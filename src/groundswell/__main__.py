"""What the `groundswell` command and `python -m groundswell` start: it reads the command line's modules and runs it.

It imports next to nothing itself, so that whoever stops the command while Python still reads the others gets one line
and an exit code, as at any other time.
"""

import os
import signal
import sys
from types import FrameType

from groundswell.errors import STOPPED

SAID = "groundswell: stopped\n"


def main() -> None:
    """Run the command line; see `groundswell.cli.main`."""
    interrupt = signal.getsignal(signal.SIGINT)
    signal.signal(signal.SIGTERM, _end)
    if interrupt is not signal.SIG_IGN:  # as it is for what a script starts in the background
        signal.signal(signal.SIGINT, _end)
    from groundswell.cli.main import main as command_line

    signal.signal(signal.SIGINT, interrupt)
    try:
        command_line()
    except KeyboardInterrupt:  # just before or after what the command line looks after itself
        sys.stderr.write(SAID)
        sys.exit(STOPPED)


def _end(number: int, frame: FrameType | None) -> None:
    """End at once: nothing was begun yet. An exception, raised inside an import, could be caught or told at length."""
    os.write(2, SAID.encode())
    os._exit(STOPPED)


if __name__ == "__main__":
    main()
