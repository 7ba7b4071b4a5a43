"""What the use cases need from the world, as protocols: the usage API, the history, notifiers, a clock."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from bot.service.ports.api import (
    ABOUT_THE_QUESTION,
    OUTSIDE,
    Answered,
    Declined,
    Listed,
    ListOutcome,
    PullOutcome,
    Unauthorized,
    Unavailable,
    UsageSource,
)
from bot.service.ports.digests import Digested, ReportTable, Schedule
from bot.service.ports.past import Edges, PastTable, Resolution, Stage, StagedRow
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
from bot.service.ports.tables import (
    AlertTable,
    AuditTable,
    BaselineTable,
    BucketTable,
    BurstTable,
    HeldTable,
    History,
    OutboxTable,
    ProgressTable,
    PullTable,
    PulseTable,
    Retention,
    SilenceTable,
    SiteTable,
    Transaction,
)
from bot.service.ports.telling import Delivered, Notifier, Outcome, Picture, Pictures, Rejected, TryAgain

Clock = Callable[[], datetime]
"""Now, as an aware UTC instant. Built once, at the edge."""

__all__ = [
    "ABOUT_THE_QUESTION",
    "OUTSIDE",
    "AlertTable",
    "Answered",
    "AuditEntry",
    "AuditTable",
    "Baseline",
    "BaselineTable",
    "BucketTable",
    "BurstHour",
    "BurstTable",
    "Clock",
    "Declined",
    "Delivered",
    "Digested",
    "Edges",
    "Grain",
    "Group",
    "HeldBack",
    "HeldTable",
    "History",
    "ListOutcome",
    "Listed",
    "Notifier",
    "OutboxRow",
    "OutboxTable",
    "Outcome",
    "Overdue",
    "PastTable",
    "Picture",
    "Pictures",
    "Progress",
    "ProgressTable",
    "Pull",
    "PullOutcome",
    "PullTable",
    "PulseTable",
    "Reading",
    "Rejected",
    "ReportTable",
    "Resolution",
    "Retention",
    "Schedule",
    "SilenceTable",
    "SiteTable",
    "Stage",
    "StagedRow",
    "Standing",
    "StoredSite",
    "Transaction",
    "TryAgain",
    "Unauthorized",
    "Unavailable",
    "UsageSource",
]
