"""A strict local Telegram: the Bot API over HTTP for the bot, and a page on which people chat with it.

It imports nothing of the rest of the project, so what works with it works with Telegram. `python -m bot.sandbox`.
"""
