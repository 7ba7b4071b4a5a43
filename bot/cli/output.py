"""Output that nobody can take: a full device, or a pipe whose reader has gone."""

from __future__ import annotations

import errno
import os
import sys
from typing import NoReturn

from rich.console import Console

_NO_ROOM = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.EIO})


class ClosedOutputError(Exception):
    """Whoever read the output has closed it, as `head` does: no mistake, and there is nobody to tell."""


class OutputConsole(Console):
    """Rich's, which would exit with 1 where a pipe is closed; that would mean "problems were found"."""

    def on_broken_pipe(self) -> NoReturn:
        raise ClosedOutputError from None


def no_room(error: BaseException) -> str | None:
    """Why something cannot be written, if that is what the error is about."""
    if isinstance(error, OSError) and error.errno in _NO_ROOM:
        return os.strerror(error.errno).lower()
    return None


def discard_output() -> None:
    """Python flushes standard output once more at the end, and would complain where it is closed."""
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, sys.stdout.fileno())
    os.close(nowhere)
