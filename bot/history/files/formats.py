"""What history files can be. Without pyarrow, which is slow to import."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path

ENDINGS = {".csv": "csv", ".csv.gz": "csv", ".parquet": "parquet", ".pq": "parquet"}


class Format(StrEnum):
    CSV = "csv"
    PARQUET = "parquet"

    @classmethod
    def of(cls, file: Path) -> Format | None:
        """By the file's name; None where it does not say."""
        name = file.name.lower()
        return next((cls(form) for ending, form in ENDINGS.items() if name.endswith(ending)), None)
