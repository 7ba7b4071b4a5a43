"""What a person points at: an alert, or a message that is about several."""

from __future__ import annotations

from dataclasses import dataclass, replace

from bot.alerts.model import Alert
from bot.service.fleet import Scope
from bot.service.orders import Matching
from bot.service.ports import Transaction
from bot.service.queries.alerts import is_visible, open_alert
from bot.service.queries.inquiry import Inquiry, Known
from bot.service.queries.reached import ShownBy, groups_of, reached
from bot.service.queries.replies import OpenAlert


@dataclass(frozen=True, slots=True)
class Pointed:
    """The alerts, open or over, by id. `scope` is what may be asked of them: that of whoever points, and their
    workspaces where he sees them for the sake of the message. `site` is the name of the one site they are at, "" of
    several or none, as people write it within the scope."""

    alerts: tuple[OpenAlert, ...]
    scope: Scope
    site: str = ""

    @property
    def rules(self) -> tuple[str, ...]:
        return tuple(sorted({one.view.rule for one in self.alerts}))

    @property
    def matching(self) -> Matching:
        """Alerts like these, as people would write it."""
        return Matching(
            name=self.site,
            rules=self.rules,
            kinds=tuple(sorted({one.view.kind.value for one in self.alerts})),
            workspaces=tuple(sorted({one.view.workspace for one in self.alerts if one.view.workspace})),
        )


async def pointed_at(
    tx: Transaction, inquiry: Inquiry, alert: int | None, group: int | None, on: ShownBy | None
) -> Pointed:
    """One alert, or those of one group, as far as they are for whoever points; of an alert nothing else."""
    ids: tuple[int, ...] = (alert,) if alert is not None else ()
    groups = await groups_of(tx, ids, group)
    seen = await reached(tx, inquiry, groups, on) if on is not None else inquiry
    if group is not None:
        ids = tuple(sorted({one for found in groups for one in found.alerts}))
    elif alert not in seen.shown:
        seen = inquiry
    known = Known.named(replace(seen, shown=seen.shown & frozenset(ids)))
    found = [one for one in await tx.outbox.alerts(ids) if is_visible(one, known)]
    return Pointed(tuple(open_alert(one, known) for one in found), known.inquiry.scope, _site(found, known))


def _site(alerts: list[Alert], known: Known) -> str:
    sites = {alert.key.site for alert in alerts}
    only = sites.pop() if len(sites) == 1 else None
    return known.labels.get(only, "") if only is not None else ""
