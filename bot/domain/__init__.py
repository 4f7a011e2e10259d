"""The nouns. Standard library only; frozen; no I/O, no async; imports nothing of ours."""
