"""Prism as a process: a server, or a validating proxy, made from a description of the API."""

from __future__ import annotations

import subprocess
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO

from tests.postgres import free_port

COMMAND = Path(__file__).parent / "node_modules" / "@stoplight" / "prism-cli" / "dist" / "index.js"
PATIENCE = 20.0


@dataclass
class Prism:
    """A running Prism. `lines` is what it said so far."""

    url: str
    lines: list[str] = field(default_factory=list)

    def violations(self) -> list[str]:
        """What did not conform to the description, each once."""
        found = (line.partition("Violation: ")[2] for line in self.lines)
        return list(dict.fromkeys(line.strip() for line in found if line))


@contextmanager
def mock(spec: Path, *options: str) -> Iterator[Prism]:
    """A server that answers with examples; with `-d` and `--seed` with random data of the description's shape."""
    with _running("mock", str(spec), *options) as prism:
        yield prism


@contextmanager
def proxy(spec: Path, upstream: str, *options: str) -> Iterator[Prism]:
    """A proxy that checks requests and answers; with `--errors` it refuses what does not conform."""
    with _running("proxy", str(spec), upstream, *options) as prism:
        yield prism


@contextmanager
def _running(*words: str) -> Iterator[Prism]:
    port = free_port()
    command = ["node", str(COMMAND), *words, "--host", "127.0.0.1", "--port", str(port)]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    prism, listening = Prism(f"http://127.0.0.1:{port}"), threading.Event()
    assert process.stdout is not None
    reader = threading.Thread(target=_read, args=(process.stdout, prism.lines, listening))
    reader.start()
    try:
        assert listening.wait(PATIENCE), "prism does not start"
        assert process.poll() is None, "".join(prism.lines)
        yield prism
    finally:
        process.terminate()
        process.wait()
        reader.join()
        process.stdout.close()


def _read(output: IO[str], lines: list[str], listening: threading.Event) -> None:
    """Until it ends; then nobody need wait for it any more."""
    for line in output:
        lines.append(line)
        if "is listening on" in line:
            listening.set()
    listening.set()
