"""Signing in from a shell: a browser asks a person, and what it answers becomes a credential.

Nothing of it is written down here: what comes of a sign-in is handed to whoever seals it.
"""
