"""Why it told, or why it did not: exact, from what was stored. The door is `bot.service.explain.explain`."""
