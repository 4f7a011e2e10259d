"""A run in the parent: claim · attempt · backoff (pure) · settle (after a crash) · drain."""
