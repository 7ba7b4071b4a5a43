"""`usagebot forecast`: what billing periods will total, how sure that is, and when quotas will be exhausted."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Sequence
from contextlib import AbstractAsyncContextManager
from datetime import UTC, datetime
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from bot.cli.check import RulesOption, rules_or_exit
from bot.cli.choosing import chosen
from bot.cli.setup import settings
from bot.cli.terminal import TERMINAL
from bot.domain.times import Slot, iso, to_slot

if TYPE_CHECKING:
    from bot.app.foretelling import Opened
    from bot.service.forecasts.expected import Expected
    from bot.service.forecasts.said import Scored


class Format(StrEnum):
    """How forecasts are printed."""

    TABLE = "table"
    JSONL = "jsonl"


def _times(text: str) -> list[Slot]:
    """Instants of UTC, unless they name a zone."""
    return [_time(part.strip()) for part in text.split(",") if part.strip()]


def _time(text: str) -> Slot:
    try:
        instant = datetime.fromisoformat(text)
        return to_slot(instant if instant.tzinfo is not None else instant.replace(tzinfo=UTC))
    except (ValueError, OverflowError):
        raise typer.BadParameter(f"{text[:40]!r} is no time; write it like 2026-06-01T08:00:00Z") from None


SitesArgument = Annotated[list[str] | None, typer.Argument(metavar="[SITE]...", help="All, unless named.")]
HistoryOption = Annotated[
    Path | None, typer.Option("--history", metavar="FILE", help="CSV or Parquet; the stored history unless given.")
]
AtOption = Annotated[
    str | None,
    typer.Option("--at", metavar="TIME[,TIME...]", help="When it is asked; the end of the data unless given."),
]
FormatOption = Annotated[Format, typer.Option("--format", help="For people or for machines.")]
CalibrationOption = Annotated[
    bool, typer.Option("--calibration", help="How often the intervals held on the periods that are over.")
]


def forecast(
    sites: SitesArgument = None,
    *,
    history: HistoryOption = None,
    rules: RulesOption = None,
    at: AtOption = None,
    form: FormatOption = Format.TABLE,
    calibration: CalibrationOption = False,
) -> None:
    """Forecast the total of every quota's billing period, with intervals of 80 % and 95 %."""
    times = _times(at) if at is not None else []
    if calibration and times:
        raise typer.BadParameter("--calibration looks at all periods that are over; leave --at out")
    configuration = rules_or_exit(rules if rules is not None else settings().rules_path)
    asyncio.run(_told(_opened(history, configuration), sites or [], times, form, calibration=calibration))


def _opened(history: Path | None, configuration: Any) -> AbstractAsyncContextManager[Opened]:
    from bot.app.foretelling import of_file, stored  # noqa: PLC0415 - the database is slow to import, --help needs none

    return of_file(history, configuration) if history is not None else stored(settings(), configuration)


async def _told(
    opening: AbstractAsyncContextManager[Opened],
    names: Sequence[str],
    times: Sequence[Slot],
    form: Format,
    *,
    calibration: bool,
) -> None:
    from bot.service.forecasts.said import foretell, score  # noqa: PLC0415 - as above

    async with opening as opened:
        TERMINAL.complain(opened.notes, style="yellow")
        only = frozenset(site.key for site in chosen(opened.fleet, names, "SITE"))
        if calibration:
            _tell_scores(await score(opened.buckets, opened.asking, only), form)
        else:
            said = await foretell(opened.buckets, opened.asking, times or [opened.asking.until], only)
            _tell(opened, said, form)


def _tell(opened: Opened, said: Sequence[Expected], form: Format) -> None:
    from bot.cli.drawing import draw  # noqa: PLC0415 - as above
    from bot.cli.forecasts_told import forecast_answer  # noqa: PLC0415 - as above

    if form is Format.TABLE:
        draw(TERMINAL.out, forecast_answer(said, opened.fleet.labels(opened.fleet.everything)))
        return
    for one in said:
        TERMINAL.say(json.dumps(as_json(one)))


def _tell_scores(scores: Sequence[Scored], form: Format) -> None:
    from bot.cli.drawing import draw  # noqa: PLC0415 - as above
    from bot.cli.forecasts_told import calibration_answer  # noqa: PLC0415 - as above

    if form is Format.TABLE:
        draw(TERMINAL.out, calibration_answer(scores))
        return
    for one in scores:
        share = {name: getattr(one, name) for name in ("rule", "cases", "error", "run_rate", "in80", "in95")}
        TERMINAL.say(json.dumps({**share, "elapsed": f"{one.sixths}/6"}))


def as_json(one: Expected) -> dict[str, object]:
    """One line of JSON; without a forecast its numbers are null and `reason` says why."""
    case, is_said = one.case, not one.reason
    numbers = ("forecast", "low80", "high80", "low95", "high95")
    return {
        "at": iso(case.at),
        "site": case.name,
        "workspace": case.contract.holder.workspace,
        "rule": case.rule.name,
        "direction": case.direction.value,
        "period_start": iso(case.period.start),
        "period_end": iso(case.period.end),
        "used": one.used,
        "limit": one.limit,
        "coverage": round(one.known / one.expected, 6) if one.expected else None,
        **{name: getattr(one, name) if is_said else None for name in numbers},
        "exhausts_at": iso(one.exhausts_at) if is_said and one.exhausts_at is not None else None,
        "days": one.days,
        **({"reason": one.reason} if one.reason else {}),
    }
