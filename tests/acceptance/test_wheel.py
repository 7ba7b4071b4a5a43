"""The wheel holds all that the bot needs, and works from any folder."""

from __future__ import annotations

import subprocess
import sys
import zipfile
from pathlib import Path

ROOT = Path(__file__).parents[2]
LAY_OUT = """from bot.notify.mail_html import digest_html; from bot.service.answers import Answer
print(digest_html(Answer('Words'), 'foot'))"""


def test_the_wheel_brings_its_migrations_and_templates_and_works_from_any_folder(tmp_path: Path) -> None:
    subprocess.run(
        [sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", str(tmp_path), str(ROOT)],
        check=True,
        capture_output=True,
    )
    [wheel] = tmp_path.glob("*.whl")
    zipfile.ZipFile(wheel).extractall(tmp_path / "site")
    assert (tmp_path / "site/bot/demo/openapi.yaml").is_file()
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()

    def python(code: str, *words: str) -> str:
        """With the wheel's own bot, and no other."""
        origin = "import bot, sys; assert bot.__file__.startswith(sys.argv.pop(1)); "
        ran = subprocess.run(
            [sys.executable, "-P", "-c", origin + code, str(tmp_path / "site"), *words],
            cwd=elsewhere,
            env={"PYTHONPATH": str(tmp_path / "site"), "ALTOSTRAT_TOKEN": "alto_sk_test"},
            capture_output=True,
            text=True,
            check=False,
        )
        assert ran.returncode == 0, ran.stderr
        return ran.stdout

    def usagebot(*words: str) -> str:
        return python("from bot.cli import main; main()", *words)

    usagebot("init")
    assert "no errors" in usagebot("check")
    assert "upgraded" in usagebot("db", "upgrade")
    assert "up to date" in usagebot("db", "upgrade")
    assert (elsewhere / "usage.db").stat().st_mode & 0o777 == 0o600
    assert "<h1" in python(LAY_OUT)
