"""What is wrong with a whole file."""

from __future__ import annotations

from pathlib import Path


class UnusableFileError(Exception):
    """A file that cannot be read as history, or written. The text names the file and the remedy."""

    def __init__(self, file: Path | str, why: str, remedy: str) -> None:
        super().__init__(f"{file}: {why}. {remedy}.")


def unreadable(file: Path, error: OSError) -> UnusableFileError:
    why = (error.strerror or type(error).__name__).lower()
    return UnusableFileError(file, f"it cannot be read: {why}", "Check the name, and that this user may read it")


def unwritable(file: Path, error: OSError) -> UnusableFileError:
    why = (error.strerror or type(error).__name__).lower()
    return UnusableFileError(file, f"it cannot be written: {why}", "Choose another folder, or make this one writable")
