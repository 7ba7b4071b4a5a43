"""docker-compose.yml: what every service must be denied, and where its secrets come from."""

from __future__ import annotations

import subprocess
from pathlib import Path
from typing import Any

import pytest
from ruamel.yaml import YAML

from bot.settings import SECRETS, SETTING_NAMES, Settings, load_settings

ROOT = Path(__file__).parents[2]
COMPOSE: dict[str, Any] = YAML(typ="safe", pure=True).load(ROOT / "docker-compose.yml")
SERVICES: dict[str, dict[str, Any]] = COMPOSE["services"]
BOTS = {name: service for name, service in SERVICES.items() if name.startswith("usagebot")}
MOUNTED = "/run/secrets/"


@pytest.mark.parametrize("name", SERVICES)
def test_every_service_has_the_least_that_it_can_work_with(name: str) -> None:
    service = SERVICES[name]
    assert service["read_only"] is True
    assert service["cap_drop"] == ["ALL"]
    assert "cap_add" not in service
    assert service["security_opt"] == ["no-new-privileges:true"]
    assert {"mem_limit", "pids_limit", "restart"} <= service.keys()
    assert {"max-size", "max-file"} <= service["logging"]["options"].keys()
    assert any(mount.startswith("/tmp:") for mount in service["tmpfs"])  # noqa: S108 - a tmpfs of its own
    assert "privileged" not in service
    assert not [volume for volume in service.get("volumes", ()) if "docker.sock" in volume]


@pytest.mark.parametrize("name", SERVICES)
def test_secrets_are_files_that_are_mounted_and_never_values(name: str) -> None:
    service = SERVICES[name]
    environment, secrets = service["environment"], service["secrets"]
    files = {key.removesuffix("_FILE"): value for key, value in environment.items() if key.endswith("_FILE")}
    assert files.keys() <= SECRETS | {"POSTGRES_PASSWORD"}
    assert sorted(value.removeprefix(MOUNTED) for value in files.values()) == sorted(secrets)
    assert not environment.keys() & (SECRETS | {"POSTGRES_PASSWORD"})
    assert set(secrets) <= COMPOSE["secrets"].keys()


def test_every_other_variable_of_the_bot_is_a_setting() -> None:
    for service in BOTS.values():
        plain = {name for name in service["environment"] if not name.endswith("_FILE")}
        assert plain <= set(SETTING_NAMES)


def test_the_bot_reads_the_rules_and_listens_on_this_machine_alone() -> None:
    for service in BOTS.values():
        assert "./rules:/rules:ro" in service["volumes"]
        assert [port.startswith("127.0.0.1:") for port in service["ports"]] == [True]
        assert service["init"] is True


def test_the_bot_waits_for_a_database_that_is_up_to_date_and_out_of_reach_of_others() -> None:
    waits = SERVICES["usagebot"]["depends_on"]
    assert waits == {
        "postgres": {"condition": "service_healthy"},
        "migrate": {"condition": "service_completed_successfully"},
    }
    assert SERVICES["migrate"]["command"] == ["db", "upgrade"]
    assert SERVICES["postgres"]["networks"] == ["database"]
    assert COMPOSE["networks"]["database"] == {"internal": True}
    assert "ports" not in SERVICES["postgres"]
    assert SERVICES["postgres"]["image"].startswith("postgres:16.")


def test_the_simple_form_needs_no_other_service() -> None:
    simple = SERVICES["usagebot-sqlite"]
    assert simple["profiles"] == ["sqlite"]
    assert "depends_on" not in simple
    assert "sqlite:/data" in simple["volumes"]


def make_secrets(folder: Path) -> None:
    subprocess.run(["sh", ROOT / "docker" / "secrets.sh"], cwd=folder, check=True, capture_output=True)


def test_the_secrets_script_makes_every_file_that_compose_mounts_and_keeps_what_exists(tmp_path: Path) -> None:
    make_secrets(tmp_path)
    wanted = {Path(secret["file"]).name for secret in COMPOSE["secrets"].values()}
    assert {file.name for file in (tmp_path / "secrets").iterdir()} == wanted
    (tmp_path / "secrets" / "altostrat_token").write_text("mine")
    before = {file.name: file.read_text() for file in (tmp_path / "secrets").iterdir()}
    make_secrets(tmp_path)
    assert {file.name: file.read_text() for file in (tmp_path / "secrets").iterdir()} == before


def test_other_users_cannot_reach_the_secrets_and_containers_can_read_them(tmp_path: Path) -> None:
    make_secrets(tmp_path)
    assert (tmp_path / "secrets").stat().st_mode & 0o777 == 0o700
    assert {file.stat().st_mode & 0o777 for file in (tmp_path / "secrets").iterdir()} == {0o644}


def test_the_address_of_the_database_has_its_password_and_is_a_setting(tmp_path: Path) -> None:
    make_secrets(tmp_path)
    settings = load_settings({"DATABASE_URL_FILE": "secrets/database_url"}, tmp_path)
    assert isinstance(settings, Settings)
    password = (tmp_path / "secrets" / "database_password").read_text()
    assert len(password) == 48
    assert settings.database_url.get_secret_value() == f"postgresql://usagebot:{password}@postgres/usagebot"
    user = SERVICES["postgres"]["environment"]
    assert (user["POSTGRES_USER"], user["POSTGRES_DB"]) == ("usagebot", "usagebot")
