"""How much room the disk has that an SQLite file is on."""

from __future__ import annotations

import shutil

from bot.history.address import Address
from bot.service.vitals.facts import Room


def room_of(address: Address) -> Room | None:
    """None of a server's database, which is on a disk that is not ours to look at, and where nobody can say. Blocks."""
    if address.file is None:
        return None
    folder = address.file.absolute().parent
    try:
        usage = shutil.disk_usage(folder)
    except OSError:
        return None
    return Room(str(folder), usage.free, usage.total)
