"""What messages look like, as files to read and compare: `python -m tests.notify.golden` writes them anew.

A text file for each kind of alert, with all that can happen to one; one for groups of each size; and, of a few, the
JSON that Slack gets.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path

from bot.notify.blocks import reply, root
from bot.notify.plain import one_line, plain
from bot.notify.wording import compose
from bot.service.views import Notification
from tests.fakes.slack_view import seen
from tests.notify.gallery import KINDS, group_tellings, tellings

_MENU = re.compile(r"(?<=Silence for…): [^]]*")
"""What the menu offers is in the JSON."""
FOLDER = Path(__file__).parent / "golden"
GROUPED = ("quota", "forecast", "pace", "threshold", "percentile", "spike_out", "no_data")
IN_FULL = 3
"""Of a group of more sites the text is what Slack shows."""
AS_JSON = {
    "quota": ("firing", "acknowledged", "resolved"),
    "quota_pool": ("firing",),
    "spike_out": ("worsened", "withdrawn"),
    "fleet_rise": ("firing",),
    "self": ("firing",),
}


def files() -> dict[Path, str]:
    """Every golden file and what is to stand in it."""
    made = {FOLDER / f"{kind}.txt": _texts(tellings(alert)) for kind, alert in KINDS.items()}
    for count in (3, 30, 300):
        made[FOLDER / f"group_of_{count}.txt"] = _groups(count)
    for kind, states in AS_JSON.items():
        for state in states:
            content = root(compose(tellings(KINDS[kind])[state]))
            made[FOLDER / "slack" / f"{kind}_{state}.json"] = _json(content)
    made[FOLDER / "slack" / "quota_group_of_30.json"] = _json(
        root(compose(group_tellings(KINDS["quota"], 30)["firing"]))
    )
    return made


def _groups(count: int) -> str:
    kinds = GROUPED if count == IN_FULL else GROUPED[:1]
    every = {f"{kind}: {state}": told for kind in kinds for state, told in group_tellings(KINDS[kind], count).items()}
    return _texts(every, as_slack_shows=count > IN_FULL)


def _texts(every: dict[str, Notification], *, as_slack_shows: bool = False) -> str:
    return "\n\n".join("\n".join(_text(state, told, as_slack_shows)) for state, told in every.items()) + "\n"


def _text(state: str, told: Notification, as_slack_shows: bool) -> Iterator[str]:
    message = compose(told)
    yield f"===== {state} ({message.tone.value})"
    yield seen(root(message)) if as_slack_shows else plain(message)
    if not as_slack_shows:
        yield from (f"      {_MENU.sub('', line)}" for line in seen(root(message)).splitlines() if line.startswith("["))
    if told.ref is not None and told.loud:
        yield "  --- in its thread"
        yield seen(reply(message))
    yield "  --- in short"
    yield one_line(message) if len(one_line(message)) < 1000 else one_line(message)[:1000] + " [...]"


def _json(content: object) -> str:
    return json.dumps(content, indent=2, ensure_ascii=False) + "\n"


def write() -> None:
    made = files()
    for old in [*FOLDER.glob("*.txt"), *FOLDER.glob("slack/*.json")]:
        if old not in made:
            old.unlink()
    for path, text in made.items():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")


if __name__ == "__main__":
    write()
