"""What Prometheus sees of the bot. Labels never name a site: ten thousand of them would be ten thousand series."""

from __future__ import annotations

from dataclasses import dataclass, field

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram
from prometheus_client.exposition import CONTENT_TYPE_LATEST, generate_latest

from bot import __version__

ASSESS_SECONDS = (0.01, 0.03, 0.1, 0.3, 1.0, 3.0, 10.0, 30.0, 100.0)


@dataclass(frozen=True, slots=True)
class Page:
    """One scrape, ready to be sent."""

    body: bytes
    content_type: str = CONTENT_TYPE_LATEST


@dataclass(frozen=True)
class Metrics:
    """The collectors, in a registry of their own, so that two processes in one test do not share them."""

    registry: CollectorRegistry = field(default_factory=CollectorRegistry)

    def __post_init__(self) -> None:
        build = Gauge("usagebot_build_info", "The version that runs.", ["version"], registry=self.registry)
        build.labels(__version__).set(1)
        for name, collector in {**self._flow(), **self._standing()}.items():
            object.__setattr__(self, name, collector)

    pulls: Counter = field(init=False)
    """By `workspace` and `outcome` (answered, unavailable, declined, unauthorized)."""
    request_budget: Gauge = field(init=False)
    """Requests a minute that may be spent, by `workspace`."""
    budget_spent: Gauge = field(init=False)
    """Requests of the last minute, those under way included, by `workspace`."""
    buckets_answered: Counter = field(init=False)
    """By `workspace`."""
    rows_refused: Counter = field(init=False)
    """By `workspace` and `reason`."""
    assess_seconds: Histogram = field(init=False)
    transitions: Counter = field(init=False)
    """By `kind` and `change`."""
    deliveries: Counter = field(init=False)
    """By `medium` and `outcome` (delivered, tryagain, rejected)."""
    charts: Counter = field(init=False)
    """By `outcome` (drawn, failed, unread)."""
    reloads: Counter = field(init=False)
    """By `outcome` (applied, broken)."""
    rules_broken: Gauge = field(init=False)
    """1 while the rules folder is broken and older rules are in force, else 0."""
    troubles: Gauge = field(init=False)
    """What the bot finds wrong with itself and has told its operators, by `topic`."""
    deadman_pings: Counter = field(init=False)
    """By `outcome` (answered, failed, withheld)."""
    job_runs: Counter = field(init=False)
    """By `job` and `outcome` (done, failed, cancelled)."""
    outbox_waiting: Gauge = field(init=False)
    outbox_oldest_age: Gauge = field(init=False)
    """Seconds; 0 where nothing waits."""
    watermark_oldest_age: Gauge = field(init=False)
    """Seconds since the oldest watermark, by `workspace`."""

    def _flow(self) -> dict[str, Counter | Histogram]:
        """What only ever grows."""
        counters = {
            "pulls": ("usagebot_pulls", "Requests for a window, by how they ended.", ["workspace", "outcome"]),
            "buckets_answered": (
                "usagebot_buckets_answered",
                "Buckets that the API answered with, those read again too.",
                ["workspace"],
            ),
            "rows_refused": ("usagebot_rows_refused", "Rows of the API that were rubbish.", ["workspace", "reason"]),
            "transitions": ("usagebot_transitions", "Moves of alerts.", ["kind", "change"]),
            "deliveries": ("usagebot_deliveries", "Attempts to tell somebody.", ["medium", "outcome"]),
            "charts": ("usagebot_charts", "Charts of messages and answers, by what became of them.", ["outcome"]),
            "reloads": ("usagebot_reloads", "Changes of the rules folder, by what became of them.", ["outcome"]),
            "deadman_pings": ("usagebot_deadman_pings", "Pings of the outside monitor.", ["outcome"]),
            "job_runs": ("usagebot_job_runs", "Runs of scheduled jobs.", ["job", "outcome"]),
        }
        flow: dict[str, Counter | Histogram] = {
            name: Counter(metric, text, labels, registry=self.registry)
            for name, (metric, text, labels) in counters.items()
        }
        flow["assess_seconds"] = Histogram(
            "usagebot_assess_seconds", "Time one assessment took.", registry=self.registry, buckets=ASSESS_SECONDS
        )
        return flow

    def _standing(self) -> dict[str, Gauge]:
        """What is so at the moment."""
        gauges: dict[str, tuple[str, str, list[str]]] = {
            "request_budget": ("budget_requests_per_minute", "Requests a minute that may be spent.", ["workspace"]),
            "budget_spent": (
                "budget_requests_spent",
                "Requests of the last minute, those under way too.",
                ["workspace"],
            ),
            "outbox_waiting": ("outbox_waiting", "Notifications not delivered yet.", []),
            "outbox_oldest_age": ("outbox_oldest_age_seconds", "Age of the oldest of them.", []),
            "rules_broken": ("rules_broken", "Whether the rules folder is broken, and older rules are in force.", []),
            "troubles": ("troubles", "What is wrong with the bot, as its operators were told.", ["topic"]),
            "watermark_oldest_age": ("watermark_oldest_age_seconds", "Age of the oldest data.", ["workspace"]),
        }
        return {
            name: Gauge(f"usagebot_{metric}", text, labels, registry=self.registry)
            for name, (metric, text, labels) in gauges.items()
        }

    def count_chart(self, outcome: str) -> None:
        self.charts.labels(outcome).inc()

    def page(self) -> Page:
        """All of it in Prometheus' text format."""
        return Page(generate_latest(self.registry))
