"""What the agency's own credentials mean for how its clients are kept apart."""

APART = "kept apart by configuration, not by a wall"


def credential(sharing: int) -> str:
    """Return what is said beside a source whose login ``sharing`` clients use."""
    if sharing == 1:
        return "with the agency's credential"
    return f"shared by {sharing} clients, {APART}"


def fleet(sharing: int) -> str:
    """Return what is said of all clients, of whom so many share a login; empty: none do."""
    return f"{sharing} clients share the agency's credentials, {APART}" if sharing > 1 else ""
