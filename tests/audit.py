"""`python -m tests.audit`: does anybody know that a package we pin is vulnerable?

A finding fails. A service that cannot be reached is told and passes, since most machines that build have no way to it;
with `--strict` that fails too. What cannot be told apart from a finding that was missed fails.
"""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

LOCK = Path(__file__).parents[1] / "requirements.lock"
REQUEST_SECONDS = 5
ALL_SECONDS = 120
UNREACHABLE = (
    "exceptions.ConnectionError",
    "ConnectTimeout",
    "ReadTimeout",
    "ProxyError",
    "SSLError",
    "Could not connect to",
    "interface.ServiceError",
)
"""What the last line of pip-audit says where there is no way to its service, or a refusal at its end."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """Whether the audit was made (None: it could not be), whether it passed, and lines for people."""

    passed: bool | None
    lines: tuple[str, ...]

    def exit_code(self, *, strict: bool) -> int:
        return int(self.passed is False or (self.passed is None and strict))


def audit(lock: Path = LOCK, options: Sequence[str] = (), seconds: float = ALL_SECONDS) -> Verdict:
    """Run pip-audit over a lock file. `options` are more of pip-audit's own."""
    quiet = ["--progress-spinner", "off", "--format", "json", "--timeout", str(REQUEST_SECONDS)]
    words = [sys.executable, "-m", "pip_audit", *quiet, *options, "--disable-pip", "--require-hashes", "-r", str(lock)]
    try:
        done = subprocess.run(words, capture_output=True, text=True, timeout=seconds, check=False)
    except subprocess.TimeoutExpired:
        return Verdict(None, (f"the service did not answer within {seconds:g} seconds",))
    return judge(done.stdout, done.stderr)


def judge(output: str, errors: str) -> Verdict:
    """The verdict on what pip-audit wrote. Its exit code is no help: a finding and a failure have the same."""
    try:
        packages: list[dict[str, Any]] = json.loads(output)["dependencies"]
    except (ValueError, KeyError, TypeError):
        last = next((line for line in reversed(errors.splitlines()) if line.strip()), "it said nothing")
        is_unreachable = any(sign in last for sign in UNREACHABLE)
        return Verdict(None if is_unreachable else False, (f"pip-audit gave no report: {last[:300]}",))
    if found := list(_findings(packages)):
        return Verdict(False, tuple(found))
    unknown = [str(package.get("name")) for package in packages if "vulns" not in package]
    if unknown and len(unknown) == len(packages):
        return Verdict(None, ("the service knows none of the packages: a mirror answers in its place",))
    if unknown or not packages:
        return Verdict(False, (f"these packages are not known to the service: {', '.join(unknown) or 'none at all'}",))
    return Verdict(True, (f"{len(packages)} packages, none known to be vulnerable",))


def _findings(packages: Sequence[dict[str, Any]]) -> Iterator[str]:
    for package in packages:
        for one in package.get("vulns") or ():
            fixed = ", ".join(one.get("fix_versions") or ()) or "no version yet"
            yield f"{package['name']} {package.get('version')}: {one.get('id')}, fixed in {fixed}"


def main(arguments: Sequence[str]) -> int:
    verdict = audit()
    word = {True: "audit", False: "AUDIT FAILED", None: "audit SKIPPED"}[verdict.passed]
    for line in verdict.lines:
        print(f"{word}: {line}")  # noqa: T201 - a command
    return verdict.exit_code(strict="--strict" in arguments)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
