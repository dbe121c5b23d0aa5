"""Becomes another program, as another user, that is asked to stop when its parent dies.

Run as a script, with the standard library alone: `launch.py PARENT UID GID PROGRAM ARGUMENT...`. It is
a program of its own because nothing but `exec` may safely follow a fork in a process with threads.
"""

import ctypes
import os
import signal
import sys

PR_SET_PDEATHSIG = 1


def launch(parent: int, uid: int, gid: int, command: list[str]) -> None:
    """Drop to `uid` and `gid` if we are root, tie our life to `parent`, and become `command`.

    Linux ties it to the *thread* that started us, not to the process: that thread must live as long as
    the program should. Changing the user clears the tie, so it comes after.

    Source:
        prctl(2), PR_SET_PDEATHSIG: "the 'parent' in this case is considered to be the thread that
        created this process".
    """
    if os.geteuid() != uid:
        os.setgroups([])
        os.setresgid(gid, gid, gid)
        os.setresuid(uid, uid, uid)
    if ctypes.CDLL(None, use_errno=True).prctl(PR_SET_PDEATHSIG, signal.SIGINT, 0, 0, 0) != 0:
        raise OSError(ctypes.get_errno(), "prctl failed")
    if os.getppid() != parent:  # it died before we were tied to it
        sys.exit(1)
    os.execv(command[0], command)


if __name__ == "__main__":
    launch(*map(int, sys.argv[1:4]), sys.argv[4:])  # type: ignore[call-arg, arg-type]
