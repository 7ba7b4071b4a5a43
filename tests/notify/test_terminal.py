from __future__ import annotations

from io import StringIO
from textwrap import dedent

from rich.console import Console

from bot.alerts.model import Change, Reason
from bot.notify.terminal import TerminalNotifier
from bot.service.ports import Delivered
from bot.service.views import Notification
from tests.notify.builders import HOSTILE, TERMINAL, ended, fleet, news, quota, telling, trouble


async def printed(notification: Notification, *, colours: bool = False, width: int = 90) -> str:
    screen = StringIO()
    console = Console(file=screen, width=width, force_terminal=colours, color_system="standard" if colours else None)
    assert await TerminalNotifier(console).deliver(notification) == Delivered("printed")
    return screen.getvalue()


async def test_an_alert_is_a_panel() -> None:
    golden = """
        ╭─  Firing, warning  ────────────────────────────────────────────────────────────────────╮
        │                                                                                        │
        │  Cape Town has used 80 % of its 500 GB                                                 │
        │                                                                                        │
        │  Used             402 GB of 500 GB (80.4 %)                                            │
        │  Left             98.0 GB                                                              │
        │  Billing period   1 – 30 Nov, 10 days left                                             │
        │  Pace             1.2× even pace, which would be 326 GB by now                         │
        │  At this pace     it runs out on Tue 25 Nov                                            │
        │  Reached          50 % on Tue 11 Nov 12:10 SAST, 80 % on Thu 20 Nov 14:05 SAST         │
        │                                                                                        │
        ╰─  Rule lte-monthly-quota · alert A17 · data until Thu 20 Nov 14:10 SAST  ──────────────╯
    """
    assert await printed(telling(news(quota()), endpoint=TERMINAL)) == dedent(golden).lstrip()


async def test_a_mere_edit_is_one_line() -> None:
    closed = telling(news(ended(quota(gigabytes=412), Reason.PERIOD_ENDED), Change.RESOLVED), loud=False)
    assert (await printed(closed)).splitlines() == [
        "Cape Town ended its billing period at 412 GB of 500 GB · Period ended on Thu 20 Nov 14:10…"
    ]


async def test_many_sites_are_a_table_that_counts_the_rest() -> None:
    text = await printed(telling(*map(news, fleet(300))))
    assert "300 sites have reached 80 % of their 500 GB" in text
    assert "+270 more" in text
    assert len(text.splitlines()) < 45


async def test_a_narrow_terminal_still_shows_everything_that_matters() -> None:
    text = await printed(telling(*map(news, fleet(3))), width=50)
    assert max(map(len, text.splitlines())) <= 50
    assert "Site 003" in text


async def test_no_name_is_markup_or_drives_the_terminal() -> None:
    for notification in (
        telling(news(quota(HOSTILE))),
        telling(*[news(quota(HOSTILE))] * 3),
        telling(news(trouble(HOSTILE))),
        telling(news(quota("[red]x[/red] [link=http://evil.test]y[/link]"))),
    ):
        for text in (await printed(notification), await printed(notification, colours=True)):
            assert "\x1b[31mred" not in text
            assert "\x07" not in text
            assert "\u202e" not in text
            assert "evil.test\x1b\\" not in text
    assert "[red]x[/red]" in await printed(telling(news(quota("[red]x[/red]"))))


async def test_the_border_tells_the_severity_beside_the_words() -> None:
    assert "\x1b[31m╭" in await printed(telling(news(quota(percent=100))), colours=True)
    assert "\x1b[33m╭" in await printed(telling(news(quota())), colours=True)
