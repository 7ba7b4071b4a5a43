"""What can be asked of the history, a protocol a noun."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from datetime import timedelta
from typing import TYPE_CHECKING, Protocol

from bot.alerts.model import Alert, AlertKey, Kind, Transition
from bot.alerts.silences import Silence
from bot.domain.times import Slot, Window
from bot.domain.usage import Bucket, Usage
from bot.rules.sites import ListedSite
from bot.service.ports.digests import ReportTable
from bot.service.ports.past import PastTable
from bot.service.ports.records import (
    AuditEntry,
    Baseline,
    BurstHour,
    Grain,
    Group,
    HeldBack,
    OutboxRow,
    Overdue,
    Progress,
    Pull,
    Reading,
    Standing,
    StoredSite,
)

if TYPE_CHECKING:  # numpy is slow to import, and commands that count nothing need none of it
    import numpy as np
    from numpy.typing import NDArray

    from bot.domain.block import Block
    from bot.domain.hours import Hours


class SiteTable(Protocol):
    async def workspaces(self, names: Sequence[str]) -> Mapping[str, int]:
        """Keys of the workspaces, made where they are new."""

    async def save(self, listed: Sequence[ListedSite], at: Slot) -> None:
        """Insert or renew sites by (workspace, id); a field that is None or empty keeps what was stored."""

    async def all(self) -> Sequence[StoredSite]: ...


class ProgressTable(Protocol):
    async def all(self) -> Mapping[int, Progress]:
        """Progress by site key; sites that never were pulled are absent."""

    async def save(self, rows: Sequence[Progress]) -> None:
        """Insert or replace whole rows."""

    async def mark_judged(self, judged_until: Mapping[int, Slot]) -> None:
        """Set `judged_until` (and, the first time, `judged_from`) and clear `dirty_from` of these sites."""


class BucketTable(Protocol):
    async def write(
        self, readings: Sequence[Reading], seen_at: Slot, judged_until: Mapping[int, Slot]
    ) -> Mapping[int, Slot]:
        """Store what differs from what is stored, with both rollups by difference; idempotent. Of two readings
        of one bucket the later counts; buckets of hours that retention has swept are ignored.

        Slots in `Reading.asked` without a bucket become known zeros where nothing is known, where something is known
        of the site from before, and where another site of the workspace has a bucket.

        A bucket that changes and starts before its site's `judged_until` is kept in `revisions` with its old
        value. Returns the earliest slot that was new or changed, for each site that had one.
        """

    async def block(self, sites: NDArray[np.int64], window: Window, step: int) -> Block:
        """Raw buckets as a Block whose rows are in the order of `sites` (unique keys)."""

    async def begin(self) -> Slot | None:
        """The start of the earliest raw bucket of any site; None where there is none."""

    async def usage(self, sites: Sequence[int], window: Window, step: int) -> Mapping[int, Usage]:
        """Exact usage of the window for each site (zero known where nothing is stored), from rollups and,
        at edges that are not whole hours, raw buckets. `expected` is the window's number of buckets."""

    async def hours(self, sites: NDArray[np.int64], window: Window) -> Hours:
        """Hourly sums of the window (whole UTC hours), rows in the order of `sites` (unique keys)."""

    async def series(self, site: int, window: Window, grain: Grain) -> Sequence[tuple[Slot, Usage]]:
        """Hourly or daily (UTC) rollups that start inside the window, ascending; `expected` is 0."""

    async def revisions(self, site: int, window: Window) -> Sequence[tuple[Slot, Bucket, Bucket]]:
        """(seen at, before, after) of the buckets in the window that changed after they were judged."""


class BurstTable(Protocol):
    """Which buckets were over a rate: what percentiles of long periods are counted from, without their raw buckets.

    A `watch` is a text that says which rate and direction. Of each site the hours of one span were looked at; those
    without a row were whole and nowhere over the rate.
    """

    async def spans(self, watch: str, sites: Sequence[int]) -> Mapping[int, Window]:
        """What was looked at, of sites of which anything was."""

    async def write(self, watch: str, window: Window, hours: Sequence[BurstHour], spans: Mapping[int, Window]) -> None:
        """Put `hours` in the place of all that is stored of the sites of `spans` in `window` (whole UTC hours), and
        set what was looked at of them."""

    async def counts(self, watch: str, sites: Sequence[int], window: Window) -> Mapping[int, tuple[int, int]]:
        """(hot, gaps): buckets of the window, (0, 0) of a site that has none."""

    async def hours(self, watch: str, site: int, window: Window) -> Sequence[BurstHour]:
        """The rows of the hours that the window touches, in order."""

    async def recount(self, sites: Sequence[int]) -> None:
        """Have the sites looked at again as far back as there are raw buckets: what was there before changed."""


class BaselineTable(Protocol):
    """What is usual at each site, kept so that a restart need not read months of buckets."""

    async def load(self, sites: Sequence[int]) -> Mapping[int, Baseline]:
        """Of those of these sites that have any."""

    async def save(self, baselines: Mapping[int, Baseline]) -> None:
        """Insert or replace, by site."""

    async def go_back(self, until: Mapping[int, Slot]) -> None:
        """Buckets after these midnights changed: what is kept of the site (by key) counts up to there at most."""

    async def forget(self, sites: Sequence[int]) -> None:
        """What is kept of these sites means nothing any more."""

    async def clear(self) -> None:
        """Forget all of it: nobody keeps it up to date from now on."""


class PullTable(Protocol):
    async def add(self, pulls: Sequence[Pull]) -> None: ...

    async def last(self, workspace: int) -> Mapping[str, Pull]:
        """The latest pull of each outcome."""

    async def count(self, workspace: int, since: Slot, until: Slot | None = None) -> Mapping[str, int]:
        """Pulls by outcome asked at or after `since`, and before `until`."""

    async def begin(self) -> Slot | None:
        """When the earliest was asked that is kept; None where none is."""

    async def of(self, site: int, since: Slot) -> Sequence[Pull]:
        """The site's pulls asked at or after `since`, the earliest first."""


class AlertTable(Protocol):
    async def open(self) -> Sequence[Alert]:
        """Pending and firing alerts of every kind, by id."""

    async def taken(self) -> Sequence[Alert]:
        """Open alerts that somebody has taken until a certain time, by id."""

    async def open_at(self, sites: Sequence[int | None]) -> Sequence[Alert]:
        """As `open`, of these sites (None: of no site, as a pool's)."""

    async def flapping(self) -> Sequence[Alert]:
        """Alerts, open or not, that are kept quiet because they begin and end too often; by id."""

    async def changes(
        self, subjects: Collection[AlertKey], since: Slot
    ) -> Mapping[AlertKey, Sequence[tuple[int, Slot]]]:
        """(transition, known at) of each beginning and end that people are told of and that was known after `since`, in
        order, of those of these that had any. A subject is a key without its period, see `bot.alerts.flapping`."""

    async def overlapping(self, kind: Kind, sites: Sequence[int | None], since: Slot) -> Sequence[Alert]:
        """Alerts of these sites (None: of no site, as a pool's), open or resolved, whose billing period ends after
        `since` or, without a period, that are open or were resolved after `since`; by id."""

    async def noticed(self, kind: Kind | None, window: Window) -> Sequence[Alert]:
        """Alerts of a kind, or of all, of which people were first told within the window, and those that fired in it
        and were not told; by id."""

    async def save(self, alerts: Sequence[Alert]) -> Sequence[Alert]:
        """Insert those with id 0, replace the others; the same alerts with their ids, in order."""

    async def record(self, transitions: Sequence[Transition]) -> Sequence[Transition]:
        """Append; every transition's alert has its id. Returned with their own ids."""

    async def watched_since(self, signatures: Sequence[str], at: Slot) -> Mapping[str, Slot]:
        """When each of these was first asked about; `at` for those that are new."""

    async def watches(self) -> Mapping[str, Slot]:
        """Everything that `watched_since` was ever asked about, and since when."""

    async def get(self, alert: int) -> Alert | None: ...

    async def past(self, rule: str, site: int | None, limit: int) -> Sequence[Alert]:
        """The latest alerts of a rule about a site (None: about none), open or not, the newest first."""

    async def transitions(self, alert: int) -> Sequence[Transition]: ...


class OutboxTable(Protocol):
    async def groups_with(self, alerts: Sequence[int]) -> Sequence[Group]:
        """Groups that hold any of these alerts, by id."""

    async def groups_named(self, name: str, since: Slot) -> Sequence[Group]:
        """Groups of this name that were opened at or after `since`, by id."""

    async def save_group(self, group: Group) -> Group:
        """Insert where the id is 0, else replace, members included."""

    async def rows_of(self, group: int) -> Sequence[OutboxRow]:
        """Every notification of a group, by id."""

    async def waiting(self, group: int) -> OutboxRow | None:
        """The group's latest row that waits and was never attempted: news may still be added to it."""

    async def save(self, row: OutboxRow) -> OutboxRow:
        """Insert where the id is 0, else replace."""

    async def claim(
        self,
        owner: str,
        now: Slot,
        lease: timedelta,
        limit: int,
        *,
        apart_from: Collection[str] = (),
        among: Collection[str] | None = None,
    ) -> Sequence[OutboxRow]:
        """Lease up to `limit` rows that are due and not under a live lease, the oldest row of a group only, so
        that order within a group holds, and one a lane, of lanes that are neither paused nor under a live lease, nor
        in `apart_from`, and only of those `among` which are given. Sets the lease, counts the attempt and leaves
        `attempted_at` of the *returned* rows as it was before this claim, while the stored one is now. Call in its
        own transaction."""

    async def settle(self, row: OutboxRow, owner: str) -> bool:
        """Replace the row, if `owner` still holds the lease of this very attempt; False, with nothing written, if
        not."""

    async def posted(self, group: int, ref: str | None, at: Slot) -> None:
        """Keep where a group's message is (None: where it was), and when it was posted first."""

    async def pause(self, lane: str, until: Slot) -> None:
        """Claim nothing of this lane before, whoever asks, restarts or not."""

    async def get_group(self, group: int) -> Group | None: ...

    async def groups(self, ids: Sequence[int]) -> Sequence[Group]:
        """Those of these groups that there are, by id."""

    async def transitions(self, ids: Sequence[int]) -> Sequence[Transition]:
        """With their alerts as they are now, by id."""

    async def alerts(self, ids: Sequence[int]) -> Sequence[Alert]: ...

    async def some(self, ids: Sequence[int]) -> Sequence[OutboxRow]:
        """The rows with these ids, by id."""

    async def standing(self, standings: Collection[Standing], since: Slot, limit: int | None) -> Sequence[OutboxRow]:
        """Rows that stand so, of those that are settled the ones that were at or after `since`: the latest `limit`
        of them by id, the oldest first."""

    async def failing(self, lanes: str) -> bool:
        """Whether anything waits that has failed, on a lane that begins so."""

    async def backlog(self) -> tuple[int, Slot | None]:
        """How many rows wait, due or not, and the creation time of the oldest."""

    async def last_told(self) -> Mapping[tuple[str, str], Slot]:
        """(rule, workspace) → when the latest was due of what people were to notice of its alerts; those of which
        nobody ever was told are absent. A message that is about several rules counts for each."""

    async def overdue(self, before: Slot) -> Overdue | None:
        """What waits since before then: since it is due, or since it fails. None where nothing does."""


class SilenceTable(Protocol):
    async def save(self, silence: Silence) -> Silence:
        """Insert where the id is 0, else replace."""

    async def get(self, silence: int) -> Silence | None: ...

    async def ending_after(self, at: Slot) -> Sequence[Silence]:
        """Silences in force at `at` or to come, by id."""


class AuditTable(Protocol):
    """Who did what, and when: only ever added to."""

    async def add(self, entry: AuditEntry) -> AuditEntry:
        """With its id."""

    async def since(self, at: Slot, limit: int | None, actions: Collection[str] = ()) -> Sequence[AuditEntry]:
        """The latest `limit` entries made at or after `at`, of these actions where any are named, the newest first."""

    async def latest(self, action: str) -> AuditEntry | None:
        """The last entry of this action."""

    async def actions(self) -> Sequence[str]:
        """Every action that was ever written down, in order."""


class PulseTable(Protocol):
    """That the history can be written: tried by writing."""

    async def beat(self, at: Slot) -> None: ...

    async def last(self) -> Slot | None:
        """When that was done last, by any replica; None where it never was."""


class HeldTable(Protocol):
    async def all(self) -> Sequence[HeldBack]:
        """Everything that is held back, by alert and receiver."""

    async def of(self, alerts: Sequence[int]) -> Sequence[HeldBack]:
        """What is held back of these alerts, by alert and receiver."""

    async def by_sources(self) -> Sequence[HeldBack]:
        """What other alerts hold back, by alert and receiver."""

    async def save(self, rows: Sequence[HeldBack]) -> None:
        """Insert or replace, one row for each alert and receiver."""

    async def drop(self, rows: Sequence[HeldBack]) -> None:
        """Forget the rows of these alerts and receivers."""


class Retention(Protocol):
    async def newest(self) -> Slot | None:
        """The newest raw bucket of any site; None where there is none."""

    async def is_used_since(self, slot: Slot) -> bool:
        """Whether any site has a raw bucket at `slot` or later in which something was used."""

    async def sweep(self, *, raw_before: Slot, hourly_before: Slot, pulls_before: Slot) -> int:
        """Delete what is older; how many rows went. Daily rollups, alerts and transitions stay."""


class Transaction(Protocol):
    """Everything read and written between one begin and one commit."""

    @property
    def sites(self) -> SiteTable: ...
    @property
    def progress(self) -> ProgressTable: ...
    @property
    def buckets(self) -> BucketTable: ...
    @property
    def bursts(self) -> BurstTable | None:
        """None where every raw bucket is at hand, so that nothing need be remembered of them."""

    @property
    def baselines(self) -> BaselineTable | None:
        """None likewise."""

    @property
    def pulls(self) -> PullTable: ...
    @property
    def alerts(self) -> AlertTable: ...
    @property
    def outbox(self) -> OutboxTable: ...
    @property
    def silences(self) -> SilenceTable: ...
    @property
    def held(self) -> HeldTable: ...
    @property
    def audit(self) -> AuditTable: ...
    @property
    def pulse(self) -> PulseTable: ...
    @property
    def reports(self) -> ReportTable: ...
    @property
    def retention(self) -> Retention: ...
    @property
    def past(self) -> PastTable: ...


class History(Protocol):
    """The store. Both contexts commit at a clean exit and roll back at an exception."""

    def writing(self) -> AbstractAsyncContextManager[Transaction]:
        """A transaction that may write; on SQLite it begins IMMEDIATE, so writers queue and never dead-lock."""

    def reading(self) -> AbstractAsyncContextManager[Transaction]:
        """One consistent snapshot."""
