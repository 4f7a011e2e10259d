"""Sealed credentials (``local://``): written by the bot, opened for runs alone.

Each owner has a key of its own; the secret half of it is sealed to the master key. Whoever writes
needs neither.
"""
