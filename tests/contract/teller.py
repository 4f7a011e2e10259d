"""What ``behind`` and ``inside`` both know; ``inside`` itself is imported by a template alone."""

TELLER = "TELLER"
"""In an order's environment: where who tells a run listens."""
