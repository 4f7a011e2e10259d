"""The guard: small programs that stand between the bot and its runs. Nobody imports them."""
