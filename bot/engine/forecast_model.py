"""What the forecast learnt from other traffic: a few weights, and how far actual usage strays.

Fitted by cross-validation over 111 public series of traffic; docs/forecast.md says of which, how, and how well it did.
Nothing here is of the site at hand: its own past says what it uses, and how steadily.
"""

from __future__ import annotations

import numpy as np

MIDDLE, BY_WEEKDAY = 0.55, 0.10
"""Weights of the middle one of five usual rates, and of the weekdays' medians. The rest belongs to the last week."""

WEEKDAYS = 0.5
"""How far the remaining weekdays' own level is believed, as an exponent."""

USUAL_WEEKS, USUAL_DAYS = -1.5, -1.0
"""Logs of the usual volatility of weeks and of days, from which a site's own is measured."""

SCALE = np.array([-1.453, -0.078, 0.257, 0.458])
"""Log of the usual error of the log of what is still to come: its mean, and how it changes with the log of the days
ahead and with the logs of the volatility of weeks and of days."""

LEVELS = np.array([0.01, 0.025, 0.05, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 0.95, 0.975, 0.99])
ERRORS = np.array([-7.5, -4.3, -2.8, -1.74, -0.71, -0.3, -0.1, 0.0, 0.5, 0.94, 1.5, 2.53, 3.6, 4.6, 8.0])
"""Quantiles of the error in units of its scale, at `LEVELS`. The forecast is the middle one."""
