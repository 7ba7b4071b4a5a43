"""Files that are whole or not there, and for their owner alone."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

from bot.history.unusable import UnusableFileError, unwritable


@contextmanager
def new_path(file: Path, *, force: bool) -> Iterator[Path]:
    """An empty file to be filled, which gets the name `file` when this is left; until then there is none of the name.

    Raises UnusableFileError, also for one that exists, unless `force`.
    """
    if file.exists() and not force:
        raise UnusableFileError(file, "it exists", "Choose another name, or say --force")
    part = file.with_name(f".{file.name}.{os.getpid()}.part")
    try:
        os.close(os.open(part, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))
        yield part
        with part.open("rb+") as written:
            os.fsync(written.fileno())
        part.replace(file)
    except OSError as error:
        raise unwritable(file, error) from None
    finally:
        part.unlink(missing_ok=True)


@contextmanager
def new_file(file: Path, *, force: bool) -> Iterator[BinaryIO]:
    """As `new_path`, opened for writing."""
    with new_path(file, force=force) as part, part.open("rb+") as opened:
        yield opened
        opened.flush()
