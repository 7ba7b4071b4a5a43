"""Pairing what was expected with what came, one to one, so that as many as possible find a partner."""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence


def paired(candidates: Sequence[Sequence[int]]) -> dict[int, int]:
    """A largest pairing: left → right. `candidates[i]` are the partners that left `i` may have.

    By augmenting paths (Hopcroft and Karp's simpler half): each left that finds no free partner asks those that
    have one of its own to take another.
    """
    partner: dict[int, int] = {}
    owner: dict[int, int] = {}
    for left in range(len(candidates)):
        came_from = _path(left, candidates, owner)
        if came_from is None:
            continue
        right: int | None = came_from[1]
        while right is not None:
            giver = came_from[0][right]
            before = partner.get(giver)
            partner[giver], owner[right] = right, giver
            right = before
    return partner


def _path(start: int, candidates: Sequence[Sequence[int]], owner: dict[int, int]) -> tuple[dict[int, int], int] | None:
    """Which left each right was reached from, and the free right at the end; None where there is no way to one."""
    came_from: dict[int, int] = {}
    asked = deque([start])
    while asked:
        left = asked.popleft()
        for right in candidates[left]:
            if right in came_from:
                continue
            came_from[right] = left
            if right not in owner:
                return came_from, right
            asked.append(owner[right])
    return None
