"""Tests of what our own programs say to each other."""
