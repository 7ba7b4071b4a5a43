"""What is wrong with the store itself, for people. What finds it out is `diagnosis`."""

from __future__ import annotations


class HistoryError(Exception):
    """The store cannot be used. `why` and `remedy` are for people and never hold the database's credentials."""

    def __init__(self, why: str, remedy: str) -> None:
        super().__init__(f"{why}; {remedy}")
        self.why = why
        self.remedy = remedy
