"""The rules of the backtest's benchmark in Prometheus, over the same usage: promtool and prometheus must be on PATH.

`python -m tests.benchmarks.prometheus [sites] [days]`. Prometheus has no billing calendar: quotas are sums of the last
30 days and of the last day; `promtool` evaluates recording rules alone, so `for` and all that is told is left out.
"""

from __future__ import annotations

import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import pyarrow.parquet as pq

from tests.benchmarks.backtest import BUCKETS_A_DAY, LONGEST, START, STEP, backtest, write_history
from tests.postgres import free_port

RULES = """
groups:
  - name: usage
    interval: 5m
    rules:
      - {record: monthly, expr: "sum_over_time(usage_bytes[30d]) >= bool 80e9"}
      - {record: daily, expr: "sum_over_time(usage_bytes[1d]) >= bool 9.6e9"}
      - {record: busy, expr: "sum_over_time(usage_bytes[1h]) > bool 3e9"}
      - {record: idle, expr: "sum_over_time(usage_out_bytes[30m]) < bool 1e5"}
      - {record: silent, expr: "absent_over_time(usage_bytes[30m])"}
"""


def write_metrics(history: Path, metrics: Path) -> None:
    """The file in OpenMetrics' text, a sample at each bucket's end."""
    table = pq.read_table(history).to_pydict()
    rows = list(zip(table["site"], table["time_slot"], table["in_bytes"], table["out_bytes"], strict=True))
    with metrics.open("w", encoding="ascii") as out:
        for name, part in (("usage_bytes", 1), ("usage_out_bytes", 0)):
            out.write(f"# TYPE {name} gauge\n")
            for site, at, received, sent in rows:
                out.write(f'{name}{{site="{site}"}} {part * received + sent} {int(at.timestamp()) + STEP}\n')
        out.write("# EOF\n")


@contextmanager
def server(data: Path, folder: Path) -> Iterator[str]:
    """A Prometheus that serves `data` and scrapes nothing; it is ended on leaving."""
    (folder / "prometheus.yml").write_text("global: {}\n", "ascii")
    address = f"127.0.0.1:{free_port()}"
    process = subprocess.Popen(
        [
            "prometheus",
            f"--config.file={folder / 'prometheus.yml'}",
            f"--storage.tsdb.path={data}",
            "--storage.tsdb.retention.time=100y",
            f"--web.listen-address={address}",
        ],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        for _ in range(300):
            try:
                if httpx.get(f"http://{address}/-/ready", trust_env=False).status_code == httpx.codes.OK:
                    break
            except httpx.TransportError:
                time.sleep(0.1)
        yield f"http://{address}"
    finally:
        process.terminate()
        process.wait(30)


def promtool(*arguments: str) -> float:
    """Seconds."""
    began = time.monotonic()
    subprocess.run(
        ["promtool", "tsdb", "create-blocks-from", *arguments], check=True, capture_output=True, timeout=LONGEST
    )
    return time.monotonic() - began


def measure(sites: int, days: int) -> tuple[float, float]:
    """Seconds of filling and of evaluating."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        data, rules = folder / "data", folder / "rules.yaml"
        write_history(folder / "history.parquet", sites, days)
        write_metrics(folder / "history.parquet", folder / "metrics")
        filling = promtool("openmetrics", str(folder / "metrics"), str(data))
        rules.write_text(RULES, "ascii")
        end = START + days * BUCKETS_A_DAY * STEP
        with server(data, folder) as url:
            span = (f"--start={START}", f"--end={end}", f"--url={url}", f"--output-dir={folder / 'out'}")
            evaluating = promtool("rules", *span, "--eval-interval=5m", str(rules))
        return filling, evaluating


def main(sites: int = 20, days: int = 2) -> None:
    missing = [tool for tool in ("promtool", "prometheus") if shutil.which(tool) is None]
    if missing:
        sys.exit(f"{' and '.join(missing)} must be on PATH: they are in Debian's package `prometheus`")
    filling, evaluating = measure(sites, days)
    ours = backtest(sites, days)
    sys.stdout.write(
        f"{sites} sites, {days} days, {ours.buckets:,} buckets: Prometheus {filling:.1f} s to fill and "
        f"{evaluating:.1f} s to evaluate; usagebot {ours.seconds:.1f} s from the file to the last line; "
        f"{(filling + evaluating) / ours.seconds:.1f} times as fast\n"
    )


if __name__ == "__main__":
    main(*map(int, sys.argv[1:3]))
