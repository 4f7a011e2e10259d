"""``python -m bot.cli``: the reportops command where it is not installed."""

from bot.cli import main

main()
