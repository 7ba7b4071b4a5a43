"""What charts show, as values: read from the history, drawn by `bot.notify.charts`."""
