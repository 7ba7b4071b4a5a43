"""Every setting, its type and its default. `docs/settings.md` explains them to operators."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping
from datetime import timedelta
from pathlib import Path
from typing import Annotated, Literal, Self
from zoneinfo import ZoneInfo

from pydantic import BeforeValidator, PrivateAttr, SecretStr
from pydantic_settings import BaseSettings, PydanticBaseSettingsSource, SettingsConfigDict

from bot.settings import forms
from bot.settings.problems import SettingProblem
from bot.settings.sources import Sources

RequestForm = Literal["zoneless", "utc", "offset"]
EmptySlots = Literal["unknown", "zero"]
SmtpSecurity = Literal["none", "starttls", "tls"]
LogFormat = Literal["console", "json"]
LogLevel = Literal["debug", "info", "warning", "error"]

_Url = Annotated[str, BeforeValidator(forms.http_url)]
_Span = Annotated[timedelta, BeforeValidator(forms.duration)]
_Secret = Annotated[SecretStr, BeforeValidator(forms.secret)]
_Port = Annotated[int, BeforeValidator(forms.whole(0, 65535))]

SMTP_PORTS: dict[SmtpSecurity, int] = {"none": 25, "starttls": 587, "tls": 465}


class Settings(BaseSettings):
    """The settings, checked. Field names are the settings' names in lower case; secrets are masked types.

    Build it with `load_settings`. `warnings` are what is odd but no reason not to start.
    """

    model_config = SettingsConfigDict(
        alias_generator=str.upper, frozen=True, extra="forbid", hide_input_in_errors=True, validate_default=False
    )

    altostrat_token: Annotated[SecretStr, BeforeValidator(forms.api_token)] | None = None
    altostrat_base_url: _Url = "https://v1.api.altostrat.io"
    altostrat_usage_path: Annotated[str, BeforeValidator(forms.url_path)] = "/metrics/dashboard/data-transferred"
    altostrat_timezone: Annotated[ZoneInfo, BeforeValidator(forms.zone)] = ZoneInfo("UTC")
    altostrat_request_form: Annotated[RequestForm, BeforeValidator(forms.one_of("zoneless", "utc", "offset"))] = (
        "zoneless"
    )
    altostrat_requests_per_minute: Annotated[int, BeforeValidator(forms.whole(1, 100_000))] = 60
    altostrat_bucket_minutes: Annotated[int, BeforeValidator(forms.bucket_minutes)] = 5
    altostrat_empty_slots: Annotated[EmptySlots, BeforeValidator(forms.one_of("unknown", "zero"))] = "unknown"

    pull_settle: Annotated[timedelta, BeforeValidator(forms.duration_or_none)] = timedelta(minutes=2)
    pull_trailing: _Span = timedelta(hours=1)
    pull_reread: _Span = timedelta(days=2)
    pull_chunk: _Span = timedelta(days=31)

    baseline_days: Annotated[int, BeforeValidator(forms.whole(7, 366))] = 28
    retention_raw: _Span = timedelta(days=35)
    retention_hourly: _Span = timedelta(days=460)
    retention_pulls: _Span = timedelta(days=7)

    database_url: Annotated[SecretStr, BeforeValidator(forms.database_url)] = SecretStr("sqlite:///usage.db")
    rules_path: Path = Path("rules")

    slack_bot_token: Annotated[SecretStr, BeforeValidator(forms.slack_token("xoxb-", "a bot token"))] | None = None
    slack_app_token: Annotated[SecretStr, BeforeValidator(forms.slack_token("xapp-", "an app-level token"))] | None = (
        None
    )
    slack_signing_secret: _Secret | None = None
    slack_api_url: Annotated[str, BeforeValidator(forms.slack_api_url)] = "https://slack.com/api/"

    slack_may_act: Annotated[tuple[str, ...], BeforeValidator(forms.user_groups)] = ()

    smtp_host: Annotated[str, BeforeValidator(forms.host)] | None = None
    smtp_port: Annotated[int, BeforeValidator(forms.whole(1, 65535))] | None = None
    smtp_username: str | None = None
    smtp_password: _Secret | None = None
    smtp_security: Annotated[SmtpSecurity, BeforeValidator(forms.one_of("none", "starttls", "tls"))] = "starttls"
    smtp_from: Annotated[str, BeforeValidator(forms.mail_address)] | None = None

    deadman_url: Annotated[SecretStr, BeforeValidator(forms.secret_url)] | None = None
    deadman_every: _Span = timedelta(minutes=1)

    http_host: Annotated[str, BeforeValidator(forms.host)] = "127.0.0.1"
    http_port: _Port = 8080
    log_format: Annotated[LogFormat, BeforeValidator(forms.one_of("console", "json"))] = "console"
    log_level: Annotated[LogLevel, BeforeValidator(forms.one_of("debug", "info", "warning", "error"))] = "info"

    _sources: Sources = PrivateAttr()
    _warnings: tuple[SettingProblem, ...] = PrivateAttr(default=())

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Only what `load_settings` hands over: it reads the same places, and tells all problems at once."""
        del settings_cls, env_settings, dotenv_settings, file_secret_settings
        return (init_settings,)

    def with_origin(self, sources: Sources, warnings: Iterable[SettingProblem]) -> Self:
        """Keep where the settings came from, to read tokens again, and what was odd about them."""
        self._sources, self._warnings = sources, tuple(warnings)
        return self

    @property
    def warnings(self) -> tuple[SettingProblem, ...]:
        return self._warnings

    @property
    def smtp_port_in_use(self) -> int:
        """`SMTP_PORT`, or the usual port of the security chosen."""
        return self.smtp_port if self.smtp_port is not None else SMTP_PORTS[self.smtp_security]

    def token_reader(self, name: str = "ALTOSTRAT_TOKEN") -> Callable[[], str]:
        """A function that reads `name` or its `name_FILE` again at each call, since tokens are rotated.

        It raises MissingSettingError, which names the setting and the remedy, where there is no usable token now.
        """
        return lambda: self._sources.token(name)

    def url_of(self, name: str) -> str:
        """The URL in the setting `name` or its `name_FILE`, a secret, read anew.

        Raises MissingSettingError, which names the setting and the remedy, where there is no usable one now.
        """
        return self._sources.url(name)

    def url_problem(self, name: str) -> SettingProblem | None:
        """Why that URL cannot be had now; None if it can."""
        return self._sources.url_problem(name)

    def keys_of(self, name: str) -> tuple[bytes, ...]:
        """The keys in the setting `name` or its `name_FILE` that webhooks are signed with, read anew.

        Raises MissingSettingError, which names the setting and the remedy, where there are no usable ones now.
        """
        return self._sources.keys(name)

    def keys_problem(self, name: str) -> SettingProblem | None:
        """Why those keys cannot be had now; None if they can."""
        return self._sources.keys_problem(name)

    def token_problem(self, name: str) -> SettingProblem | None:
        """Why a workspace's token cannot be had now; None if it can."""
        return self._sources.token_problem(name)

    def secret_files(self, names: Collection[str]) -> Mapping[str, Path]:
        """The file of each of these secrets that is in one, by the name of its setting: `NAME_FILE`, or `.env`."""
        return self._sources.secret_files(names)

    def secret_values(self) -> frozenset[str]:
        """Every secret read so far, tokens of workspaces and replaced ones included: what logs must mask."""
        return self._sources.secrets_seen
