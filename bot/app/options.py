"""What the settings say, as what each part of the bot is built with."""

from __future__ import annotations

from datetime import timedelta

from bot.altostrat.config import ApiConfig, RequestForm
from bot.rules.model import WorkspaceRule
from bot.service.options import PullOptions, RetentionOptions
from bot.settings import Settings


def pull_options(settings: Settings) -> PullOptions:
    return PullOptions(
        bucket=settings.altostrat_bucket_minutes * 60,
        settle=_seconds(settings.pull_settle),
        trailing=_seconds(settings.pull_trailing),
        reread=_seconds(settings.pull_reread),
        chunk=_seconds(settings.pull_chunk),
        shortest_chunk=min(_seconds(settings.pull_chunk), PullOptions().shortest_chunk),
        baseline=settings.baseline_days * 86400,
        empty_is_zero=settings.altostrat_empty_slots == "zero",
    )


def retention_options(settings: Settings) -> RetentionOptions:
    return RetentionOptions(
        raw=_seconds(settings.retention_raw),
        hourly=_seconds(settings.retention_hourly),
        pulls=_seconds(settings.retention_pulls),
    )


def api_config(settings: Settings, workspace: str) -> ApiConfig:
    """How a workspace's API is reached."""
    return ApiConfig(
        workspace,
        settings.altostrat_base_url,
        settings.altostrat_usage_path,
        zone=settings.altostrat_timezone,
        form=RequestForm(settings.altostrat_request_form),
        bucket_minutes=settings.altostrat_bucket_minutes,
    )


def requests_per_minute(settings: Settings, workspace: WorkspaceRule) -> int:
    return workspace.requests_per_minute or settings.altostrat_requests_per_minute


def _seconds(span: timedelta) -> int:
    return int(span.total_seconds())
