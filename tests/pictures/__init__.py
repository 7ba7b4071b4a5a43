"""Pictures for the documentation, made of what the bot really said (`make pictures`).

The bot runs its demonstration with a Slack of ours, and a browser draws the messages that arrive there.
"""
