"""Alt texts word for word: they say all that the picture says, with units, and dates with their zone."""

from __future__ import annotations

from dataclasses import replace

import pytest

from bot.notify.charts.drawing import alt
from bot.notify.charts.words import burn_down as of_burn_down
from bot.notify.charts.words import compared as of_compared
from bot.notify.charts.words import course as of_course
from bot.notify.charts.words import unusual as of_unusual
from bot.service.charts.model import Chart, Fan
from tests.notify.charts import extremes
from tests.notify.charts.samples import (
    GB,
    burn_down,
    compared,
    daily,
    largest,
    percentile,
    quotas,
    silent,
    site,
    threshold,
    unusual,
)

COURSES, QUOTAS, OTHERS = extremes.courses(), extremes.burn_downs(), extremes.others()
CASES: dict[str, tuple[Chart, str]] = {
    "burn_down": (
        burn_down(),
        (
            "Cape Town: 412 GB of 500 GB (82.4 %) by Fri 20 Nov 14:00 SAST, in the billing period 1 – 30 Nov "
            "(Africa/Johannesburg); 97.2 % known; an even pace would be at 326 GB. Reached 50 % Sun 15 Nov, 80 % "
            "Fri 20 Nov; 606 GB expected at its end, 80 % likely between 564 GB and 667 GB; runs out Wed 25 Nov."
        ),
    ),
    "site": (
        site(),
        (
            "Cape Town, Fri 13 Nov 14:00 to Fri 20 Nov 14:00 (Africa/Johannesburg), by the hour: 248 GB in all "
            "(in 184 GB, out 64.5 GB), at most 5.87 GB from Tue 17 Nov 14:00. No data for 15 hours; known in part"
            " for 1 hour."
        ),
    ),
    "daily": (
        daily(),
        (
            "Durban North, Wed 21 Oct to Thu 19 Nov (Africa/Johannesburg), by the day: 2.38 TB in all (in 1.76 "
            "TB, out 616 GB), at most 121 GB on Wed 18 Nov."
        ),
    ),
    "threshold": (
        threshold(),
        (
            "Cape Town, Wed 18 Nov 14:00 to Fri 20 Nov 14:00 (Africa/Johannesburg), by the hour: 167 GB in all, "
            "at most 32.0 GB from Fri 20 Nov 07:00. Limit 15 GB in 1 hour, passed Fri 20 Nov 06:00 to 09:00."
        ),
    ),
    "percentile": (
        percentile(),
        (
            "Port Elizabeth inbound, Wed 18 Nov 14:00 to Fri 20 Nov 14:00 (Africa/Johannesburg), by the hour: at "
            "most 18.8 Mbps from Thu 19 Nov 12:00. Limit 18 Mbps, passed Thu 19 Nov 11:20 to 11:30, Thu 19 Nov "
            "12:20 to 12:30, Fri 20 Nov 11:20 to 11:30; burst time 31 h of 36 h."
        ),
    ),
    "silent": (
        silent(),
        (
            "Upington, Wed 18 Nov 14:00 to Fri 20 Nov 14:00 (Africa/Johannesburg), by the hour: 73.4 GB in all "
            "(in 54.4 GB, out 19.0 GB), at most 5.72 GB from Thu 19 Nov 12:00. No data since Fri 20 Nov 05:00, 9 "
            "hours in all."
        ),
    ),
    "unusual": (
        unusual(),
        (
            "Cape Town outbound, Thu 19 Nov 02:00 to Fri 20 Nov 14:00 (Africa/Johannesburg), by the hour: at most"
            " 9.00 GB from Fri 20 Nov 08:00, usual 826 MB to 2.48 GB. Unusual Fri 20 Nov 06:00 to 11:00; no data "
            "for 2 hours."
        ),
    ),
    "quotas": (
        quotas(),
        (
            "Quotas that run out first, share of each one's limit: 1. Cape Town 108 %, critical, used up Wed 18 "
            "Nov; 2. Durban North warehouse and distribution centre 82.4 %, warning, runs out Wed 25 Nov; 3. "
            "Bloemfontein 73.3 %, runs out Sun 29 Nov; 4. Port Elizabeth 26.6 %; 5. Upington no data; 12 more not"
            " shown."
        ),
    ),
    "largest": (
        largest(),
        (
            "Largest sites of the last 7 days: 1. Cape Town 900 GB; 2. Durban 450 GB; 3. Bloemfontein 300 GB; 4. "
            "Pretoria 225 GB; 5. Upington 180 GB; 6. Kimberley 150 GB; 7. George 129 GB; 8. Paarl 112 GB."
        ),
    ),
    "compared": (
        compared(),
        (
            "Usage, Fri 13 Nov 14:00 to Fri 20 Nov 14:00 (Africa/Johannesburg), by the hour: Cape Town 286 GB, at"
            " most 5.87 GB from Tue 17 Nov 14:00; Durban North 572 GB, at most 11.7 GB from Tue 17 Nov 14:00; "
            "Upington 74.0 GB, at most 1.96 GB from Tue 17 Nov 14:00, no data for 1 day 15 hours."
        ),
    ),
    "quotas: nothing granted": (
        QUOTAS["nothing granted"],
        (
            "Cape Town: 5.00 GB of 0 B by Fri 20 Nov 14:00 SAST, in the billing period 1 – 30 Nov "
            "(Africa/Johannesburg); 97.2 % known; an even pace would be at 0 B. Reached 50 % Sun 1 Nov, 80 % Sun "
            "1 Nov, 100 % Sun 1 Nov; 7.35 GB expected at its end, 80 % likely between 6.85 GB and 8.10 GB."
        ),
    ),
    "quotas: nothing known": (
        QUOTAS["nothing known"],
        (
            "Cape Town: nothing known of 500 GB by Fri 20 Nov 14:00 SAST, in the billing period 1 – 30 Nov "
            "(Africa/Johannesburg); 0 % known; an even pace would be at 326 GB."
        ),
    ),
    "quotas: over": (
        QUOTAS["over"],
        (
            "Cape Town: 700 GB of 500 GB (140 %) by Fri 20 Nov 14:00 SAST, in the billing period 1 – 30 Nov "
            "(Africa/Johannesburg); 97.2 % known; an even pace would be at 326 GB. Reached 50 % Tue 10 Nov, 80 % "
            "Sat 14 Nov, 100 % Mon 16 Nov."
        ),
    ),
    "quotas: runs out now": (
        QUOTAS["runs out now"],
        (
            "Cape Town: 93.2 MB of 500 GB (0 %) by Sun 1 Nov 01:00 SAST, in the billing period 1 – 30 Nov "
            "(Africa/Johannesburg); 97.2 % known; an even pace would be at 694 MB. 720 GB expected at its end, 80"
            " % likely between 1 B and 1.00 PB; runs out Sun 1 Nov."
        ),
    ),
    "courses: no bars": (
        COURSES["no bars"],
        ("Empty, Africa/Johannesburg: nothing known."),
    ),
    "courses: one short bar": (
        COURSES["one short bar"],
        (
            "Short, Fri 20 Nov 13:55 to 14:00 (Africa/Johannesburg), in steps of 5 minutes: 3.51 GB in all (in "
            "2.60 GB, out 910 MB), at most 3.51 GB from Fri 20 Nov 13:55."
        ),
    ),
    "courses: nothing known": (
        COURSES["nothing known"],
        (
            "Blank, Thu 19 Nov 14:00 to Fri 20 Nov 14:00 (Africa/Johannesburg), by the hour: nothing known. Limit"
            " 5 GB in 1 hour; no data for 1 day."
        ),
    ),
    "courses: under": (
        COURSES["under"],
        (
            "Cape Town, Wed 18 Nov 14:00 to Fri 20 Nov 14:00 (Africa/Johannesburg), by the hour: 167 GB in all, "
            "as little as 810 MB from Wed 18 Nov 19:00. At least 1 GB in 1 hour, missed Fri 20 Nov 06:00 to "
            "09:00."
        ),
    ),
    "courses: many": (
        COURSES["many"],
        (
            "Many, Tue 3 Nov 22:00 to Fri 20 Nov 14:00 (Africa/Johannesburg), by the hour: 703 GB in all (in 521 "
            "GB, out 182 GB), at most 6.05 GB from Wed 18 Nov 13:00. Marked: Mon 16 Nov 20:00 to Wed 18 Nov "
            "12:00."
        ),
    ),
    "courses: in part": (
        COURSES["in part"],
        (
            "Parts, Thu 19 Nov 14:00 to Fri 20 Nov 14:00 (Africa/Johannesburg), by the hour: 48.0 GB in all (in "
            "35.5 GB, out 12.4 GB), at most 5.72 GB from Fri 20 Nov 12:00. Known in part for 1 day."
        ),
    ),
    "others: no hours": (
        OTHERS["no hours"],
        ("Empty inbound, Africa/Johannesburg, by the hour: nothing known."),
    ),
    "others: nothing is usual": (
        OTHERS["nothing is usual"],
        (
            "New inbound, Fri 20 Nov 13:00 to 14:00 (Africa/Johannesburg), by the hour: at most 1.00 GB from Fri "
            "20 Nov 13:00, what is usual is not known. Unusual Fri 20 Nov 13:00 to 14:00."
        ),
    ),
    "others: no rows": (
        OTHERS["no rows"],
        ("Nothing: none."),
    ),
    "others: many rows": (
        OTHERS["many rows"],
        (
            "Many: 1. Site 1 1.00 PB; 2. Site 2 500 TB; 3. Site 3 333 TB; 4. Site 4 250 TB; 5. Site 5 200 TB; 6. "
            "Site 6 167 TB; 7. Site 7 143 TB; 8. Site 8 125 TB; 9. Site 9 111 TB; 10. Site 10 100 TB; 1049 more "
            "not shown."
        ),
    ),
    "others: risen": (
        OTHERS["risen"],
        ("Above what is usual: 1. a +1200 %; 2. b -3 %; 3. c +15 %."),
    ),
    "others: some bars": (
        OTHERS["some bars"],
        (
            "Usage (larger of in and out), Fri 20 Nov 11:00 to 14:00 (Africa/Johannesburg), by the hour: a no "
            "data; b 8.51 GB, at most 3.31 GB from Fri 20 Nov 13:00."
        ),
    ),
}


@pytest.mark.parametrize(("chart", "words"), CASES.values(), ids=CASES)
def test_what_a_chart_says(chart: Chart, words: str) -> None:
    assert alt(chart) == words


@pytest.mark.parametrize(
    ("said", "words"),
    [
        (of_burn_down.gist(burn_down()), "412 GB of 500 GB, runs out Wed 25 Nov"),
        (of_burn_down.gist(burn_down(540 * GB)), "540 GB of 500 GB, used up Thu 19 Nov"),
        (
            of_burn_down.gist(replace(burn_down(), fan=Fan(480 * GB, 470 * GB, 490 * GB))),
            "412 GB of 500 GB, 480 GB expected",
        ),
        (of_burn_down.gist(QUOTAS["nothing known"]), "nothing known of 500 GB"),
        (of_burn_down.under(burn_down()), "As of Fri 20 Nov 14:00, Africa/Johannesburg, 97.2 % known"),
        (of_course.gist(site()), "248 GB in 7 days"),
        (of_course.gist(daily()), "2.38 TB in 30 days"),
        (of_course.gist(threshold()), "at most 32.0 GB, limit 15 GB in 1 hour"),
        (of_course.gist(COURSES["under"]), "as little as 810 MB, at least 1 GB in 1 hour"),
        (of_course.gist(percentile()), "burst time 31 h of 36 h"),
        (of_course.gist(silent()), "no data since Fri 20 Nov 05:00"),
        (of_course.gist(COURSES["clock change"]), "1.23 TB in 2 days"),
        (of_course.under(site()), "By the hour, Africa/Johannesburg"),
        (of_unusual.gist(unusual()), "9.00 GB an hour, usual 826 MB to 2.48 GB"),
        (of_compared.gist(compared()), "Usage in 7 days"),
    ],
)
def test_the_gist_stands_above_the_picture(said: str, words: str) -> None:
    assert said == words
