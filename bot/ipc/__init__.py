"""What our own programs say to each other: the bot, the guard's small programs, and a run."""
