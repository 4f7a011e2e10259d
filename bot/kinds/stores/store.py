"""What a store of credentials is, to everyone who does not ask it; no client library is needed."""

from collections.abc import Callable
from dataclasses import dataclass

from bot.kinds import kind


@dataclass(frozen=True, slots=True, kw_only=True)
class Store:
    """One store that is asked over the network. ``settings`` given to its functions are its own."""

    scheme: str
    """What references into it begin with, without ``://``; and its double's name."""
    section: str
    """Its key under ``stores`` in client.yaml; also the extra of ours that brings its library."""
    label: str
    """What people call it."""
    settings: type[kind.Settings]
    signs_in: tuple[str, ...]
    """The settings that are credential references themselves: what signs in to it."""
    hosts: Callable[[kind.Settings], tuple[str, ...]]
    """The addresses that its client talks to."""
    identity: Callable[[kind.Settings], str]
    """As whom it is asked, as one comparable line: no two clients may be the same."""
    by_hand: Callable[[str, str], str]
    """What a person types to write a new version: of a path, and of a field of it or ``""``."""

    @property
    def command(self) -> str:
        """What installs its library."""
        return f"pip install 'reportops[{self.section}]'"
