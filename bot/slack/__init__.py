"""Slack: ids · screens (pure) · limits · poster (sends and finds) · people · connection."""
