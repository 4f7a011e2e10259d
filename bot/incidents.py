"""Failures → one incident per cause → one card, edited until recovered."""
