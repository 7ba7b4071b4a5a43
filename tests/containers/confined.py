"""A command run as a container engine would run it, as far as Linux alone can do that.

It is process 1 of a namespace of its own, with the image's user, without capabilities, on a file system that is
read-only but for `/tmp`, which is empty, and the data folder.
"""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

SCRIPT = """
set -eu
data=$1 python=$2 hidden=$3
shift 3
mount --bind "$data" "$data"
if [ -n "$hidden" ]; then
    # The interpreter lies where other users may not look: show them that, and nothing else of it.
    mount --bind "$python" /mnt
    mount -t tmpfs -o mode=755 none "$hidden"
    mkdir -p "$python"
    mount --bind /mnt "$python"
    umount /mnt
    mount -o remount,bind,ro "$python"
    mount -o remount,ro "$hidden"
fi
mount -t tmpfs -o mode=1777,size=64m,noexec,nosuid,nodev none /tmp
mount -o remount,bind,ro /
cd "$data"
exec setpriv --reuid 10001 --regid 10001 --clear-groups --no-new-privs --inh-caps=-all --bounding-set=-all "$@"
"""


def confined(data: Path, python: Path) -> list[str]:
    """The words to put before a command; `python` is the folder of the interpreter that it uses."""
    closed = [folder for folder in (*reversed(python.parents), python) if not folder.stat().st_mode & 0o001]
    hidden = str(closed[0]) if closed else ""
    unshare = ["unshare", "--mount", "--pid", "--fork", "--kill-child", "--propagation", "private"]
    return [*unshare, "sh", "-c", SCRIPT, "sh", str(data), str(python), hidden]


def why_not(data: Path, python: Path) -> str | None:
    """Why commands cannot be confined here; None where they can."""
    if missing := [tool for tool in ("unshare", "setpriv", "mount") if shutil.which(tool) is None]:
        return f"there is no {' and no '.join(missing)} here"
    tried = subprocess.run([*confined(data, python), "true"], capture_output=True, text=True, check=False)
    return None if tried.returncode == 0 else f"namespaces and mounts are not allowed here: {tried.stderr.strip()}"
