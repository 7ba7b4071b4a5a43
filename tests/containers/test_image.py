"""What the Dockerfile makes: the same scripts that the image is built with, built and run here."""

from __future__ import annotations

import asyncio
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import psutil
import pytest

from bot.demo.api import SimulatedApi, serve
from bot.demo.retail import retail_chain
from tests.containers.confined import confined, why_not
from tests.containers.dockerfile import FILE, Build, NoNetworkError, Stage, stages
from tests.processes import Process, now, started

BUILD, FINAL = stages(FILE.read_text("utf-8"))
TOKEN = "token-of-the-image"
RULES = "version: 1\ndefaults: {receivers: [here]}\nreceivers: {here: {terminal: true}}\nrules: []\n"


DRAW = """from bot.notify.charts.painter import Painter, paint; from bot.service.charts.model import Ranking, Scale
Painter(); print(paint(Ranking('Largest', Scale.BYTES, ())).png[1:4])"""


class Image:
    """The image's files below a folder, and commands run as in it."""

    def __init__(self, root: Path) -> None:
        self.build = Build(root, sys.executable)
        self.data = root / "data"
        self.prefix: list[str] = []

    def make(self) -> None:
        self.build.run(BUILD)
        self.build.run(FINAL, frozenset({"COPY"}))
        self.data.mkdir(mode=0o700)
        (self.build.root / "rules").mkdir()
        (self.build.root / "rules" / "fleet.yaml").write_text(RULES)

    def confine(self) -> str | None:
        """From here on run commands as an engine would; why not, where that cannot be done."""
        base = Path(sys.base_prefix)
        reason = why_not(self.data, base)
        if reason is None:
            os.chown(self.data, 10001, 10001)
            self.prefix = confined(self.data, base)
        return reason

    def words(self, *names: str) -> list[str]:
        """The words of ENTRYPOINT, CMD or HEALTHCHECK, after whatever confines them."""
        words = [word for name in names for word in FINAL.command(name)]
        return [*self.prefix, *(str(self.build.at(word)) if word.startswith("/") else word for word in words)]

    def environment(self, **more: str) -> dict[str, str]:
        """ENV, and what an engine adds; nothing of ours."""
        known = FINAL.environment | {"PATH": "/usr/sbin:/usr/bin:/sbin:/bin", "HTTP_HOST": "127.0.0.1"}
        return known | {"RULES_PATH": str(self.build.at(known["RULES_PATH"]))} | more


@pytest.fixture
def image() -> Iterator[Image]:
    """Not below /tmp, which is empty in the image, nor in a folder that is its owner's alone."""
    root = Path(tempfile.mkdtemp(prefix="usagebot-image-", dir="/var/tmp"))
    root.chmod(0o755)
    try:
        made = Image(root)
        made.make()
        yield made
    except NoNetworkError as step:
        pytest.skip(f"the packages of the image cannot be had here: {step}")
    finally:
        shutil.rmtree(root)


def is_healthy(image: Image, port: int) -> bool:
    """The exit code of HEALTHCHECK's command."""
    words = image.words("HEALTHCHECK")
    environment = image.environment(HTTP_PORT=str(port))
    done = subprocess.run(words, env=environment, cwd=image.data, check=False, capture_output=True, text=True)
    assert done.returncode in {0, 1}, done.stderr
    return done.returncode == 0


def drawn(image: Image) -> tuple[str, str]:
    """What a chart begins with that is drawn in the image, and what is said of it."""
    python = str(image.build.at("/opt/usagebot/bin/python"))
    words, environment = [*image.prefix, python, "-c", DRAW], image.environment(HOME="/nonexistent")
    done = subprocess.run(words, env=environment, cwd=image.data, check=False, capture_output=True, text=True)
    return done.stdout, done.stderr


def the_bot(process: Process, image: Image) -> psutil.Process:
    """The bot itself: process 1 of its namespace, where it has one."""
    outer = psutil.Process(process.pid)
    return outer.children()[0] if image.prefix else outer


def assert_nothing_installs_or_builds_packages(image: Image) -> None:
    environment = image.build.at("/opt/usagebot")
    found = {path.name for path in environment.rglob("*")}
    assert not {"pip", "setuptools", "wheel", "hatchling", "build", "uv", "ensurepip", "pytest"} & found
    assert not [file for file in environment.rglob("bin/*") if file.name.startswith(("pip", "easy_install"))]
    assert list(environment.rglob("bot/packaged/migrations/versions/*.py"))


async def test_the_image_holds_no_installer_draws_turns_healthy_and_ends_on_sigterm(image: Image) -> None:
    """As user 10001 on a read-only system, where this machine allows that; in any case with HOME out of reach."""
    assert_nothing_installs_or_builds_packages(image)
    skipped = image.confine()
    assert await asyncio.to_thread(drawn, image) == ("b'PNG'\n", "")
    fleet = retail_chain(date.fromordinal(now().toordinal() - 40))
    settings = {"ALTOSTRAT_TOKEN": TOKEN, "ALTOSTRAT_REQUESTS_PER_MINUTE": "100000", "HOME": "/nonexistent"}
    async with serve(SimulatedApi(fleet, now, token=TOKEN)) as base_url:
        environment = image.environment(ALTOSTRAT_BASE_URL=base_url, HTTP_PORT="0", **settings)
        async with started(environment, image.data, command=image.words("ENTRYPOINT", "CMD")) as process:
            port = (await process.until("http_listening"))["port"]
            bot = the_bot(process, image)
            assert await asyncio.to_thread(is_healthy, image, port)
            if not skipped:
                assert bot.uids().real == 10001
            bot.terminate()
            assert await process.ended() == 0, process.said
        assert not await asyncio.to_thread(is_healthy, image, port)
    await process.until("stopped")
    files = sorted(file.name for file in image.data.iterdir())
    assert files == ["usage.db"]
    assert (image.data / "usage.db").stat().st_mode & 0o777 == 0o600
    if skipped:
        pytest.skip(f"it ran, but not as another user on a read-only system: {skipped}")


def test_what_installs_packages_is_taken_out_of_the_base(tmp_path: Path) -> None:
    packages = tmp_path / "lib" / "python3.13" / "site-packages"
    for name in ("pip", "pip-26.0.dist-info", "setuptools", "wheel", "kept", "pipkept"):
        (packages / name).mkdir(parents=True)
    (tmp_path / "lib" / "python3.13" / "ensurepip").mkdir()
    (tmp_path / "bin").mkdir()
    for name in ("pip", "pip3", "pip3.13", "python3"):
        (tmp_path / "bin" / name).touch()
    assert any("docker/strip.sh /usr/local" in step for step in FINAL.all("RUN"))
    subprocess.run(["sh", FILE.parent / "docker" / "strip.sh", str(tmp_path)], check=True)
    assert {path.name for path in packages.iterdir()} == {"kept", "pipkept"}
    assert {path.name for path in (tmp_path / "bin").iterdir()} == {"python3"}
    assert not (packages.parent / "ensurepip").exists()


@pytest.mark.parametrize("stage", [BUILD, FINAL])
def test_the_base_image_is_an_exact_version(stage: Stage) -> None:
    assert stage.image.split()[0].startswith("python:3.13.")
    assert "-slim-" in stage.image


def test_the_image_is_not_root_and_takes_its_signals_itself() -> None:
    assert FINAL.last("USER") == "10001:10001"
    assert FINAL.command("ENTRYPOINT") == ["/opt/usagebot/bin/usagebot"]
    assert FINAL.command("CMD") == ["run"]
    assert FINAL.environment["HOME"] == "/tmp"  # noqa: S108 - the tmpfs of a read-only container
    assert not [name for name in FINAL.environment if "TOKEN" in name or "SECRET" in name or "PASSWORD" in name]


def test_the_build_backend_is_pinned_as_the_developers_is() -> None:
    """Its lock names the same versions with the same hashes."""
    text = {name: (FILE.parent / f"requirements-{name}.lock").read_text("utf-8") for name in ("build", "dev")}
    blocks = {name: set(_pins(text[name])) for name in text}
    assert "hatchling" in {pin.split("==")[0] for pin in blocks["build"]}
    assert blocks["build"] <= blocks["dev"]


def _pins(lock: str) -> Iterator[str]:
    """Each requirement with its hashes, without the remarks on where it comes from."""
    lines = [line for line in lock.splitlines() if line and not line.lstrip().startswith("#")]
    for block in "\n".join(lines).replace("\\\n", "").splitlines():
        yield " ".join(block.split())
