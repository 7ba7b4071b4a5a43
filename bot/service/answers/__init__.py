"""Replies in words, once for every medium: what Slack shows is what a terminal shows."""

from bot.service.answers.machine import to_json
from bot.service.answers.model import Answer, Table
from bot.service.answers.render import Unanswered, render

__all__ = ["Answer", "Table", "Unanswered", "render", "to_json"]
