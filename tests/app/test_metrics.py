"""The names that dashboards are built on."""

from __future__ import annotations

from bot.app.metrics import Metrics

NAMES = {
    "usagebot_build_info",
    "usagebot_pulls",
    "usagebot_budget_requests_spent",
    "usagebot_budget_requests_per_minute",
    "usagebot_buckets_answered",
    "usagebot_rows_refused",
    "usagebot_assess_seconds",
    "usagebot_transitions",
    "usagebot_charts",
    "usagebot_deliveries",
    "usagebot_job_runs",
    "usagebot_deadman_pings",
    "usagebot_troubles",
    "usagebot_reloads",
    "usagebot_rules_broken",
    "usagebot_outbox_waiting",
    "usagebot_outbox_oldest_age_seconds",
    "usagebot_watermark_oldest_age_seconds",
}


def test_every_metric_has_its_name() -> None:
    assert {family.name for family in Metrics().registry.collect()} == NAMES


def test_two_bots_in_one_process_count_by_themselves() -> None:
    one, other = Metrics(), Metrics()
    one.deliveries.labels("slack", "delivered").inc()
    assert b'medium="slack"' in one.page().body
    assert b'medium="slack"' not in other.page().body


def test_gauges_and_times_are_kept() -> None:
    metrics = Metrics()
    metrics.outbox_waiting.set(3)
    metrics.assess_seconds.observe(0.2)
    body = metrics.page().body.decode()
    assert "usagebot_outbox_waiting 3.0" in body
    assert "usagebot_assess_seconds_count 1.0" in body
