"""Becomes the program named in its arguments, having asked the kernel to end it together with its parent.

Run by path and isolated (`python -I filho.py PARENT_PID program args...`), to cost a few milliseconds.
"""

import os
import signal
import sys

_PR_SET_PDEATHSIG = 1


def _morrer_com_o_pai() -> None:
    if not sys.platform.startswith("linux"):
        return
    import ctypes

    ctypes.CDLL(None, use_errno=True).prctl(_PR_SET_PDEATHSIG, int(signal.SIGTERM), 0, 0, 0)


if __name__ == "__main__":
    pai = int(sys.argv[1])
    _morrer_com_o_pai()
    # The parent may have died before we asked.
    if os.getppid() != pai:
        sys.exit(1)
    os.execvp(sys.argv[2], sys.argv[2:])  # noqa: S606 - our own list of programs
