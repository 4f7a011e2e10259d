"""Text that came from elsewhere, made fit to be shown: labels from data, sentences from a model."""

import re
import unicodedata

LABEL_MAX = 80
_HIDDEN = frozenset({"Cc", "Cf", "Cs", "Co", "Cn"})
"""Controls, bidirectional and zero-width marks, lone surrogates, private and unassigned."""
_KEPT_SPACES = frozenset("\u00a0\u202f")
"""They hold a figure together at a line's end."""
_SPACES = re.compile(r" {2,}")
_CONTROL = re.compile(r"<(?=[!@#]|[A-Za-z][\w+.-]*:)")
_EDGE_MARK = re.compile(r"(?<![^\W_])[*_~]|[*_~](?![^\W_])|`")
"""A formatting mark at the edge of a word, where Slack would take it up; within one it does not."""
_EMOJI = re.compile(r":([\w+'-]+):")
_DOMAIN = re.compile(r"(?<=\w)\.(?=[^\W\d_]{2,})")
_LOOKALIKE = str.maketrans({"*": "∗", "_": "ˍ", "~": "∼", "`": "ˋ"})
_ENTITIES = str.maketrans({"&": "&amp;", "<": "&lt;", ">": "&gt;"})


def possessive(name: str) -> str:
    """Return whose it is in English: ``Acme's``, ``Hermes'``."""
    return f"{name}'" if name[-1:] in {"s", "S"} else f"{name}'s"


def is_hidden(character: str) -> bool:
    """Whether a character shows nothing of its own: control, bidirectional, zero-width …"""
    return unicodedata.category(character) in _HIDDEN


def visible(text: str) -> str:
    """Return the text on one line without characters that hide, turn or steer what is read."""
    spaced = "".join(
        " " if character.isspace() and character not in _KEPT_SPACES else character
        for character in text
    )
    return _SPACES.sub(" ", "".join(c for c in spaced if not is_hidden(c))).strip()


def label(text: str, *, unnamed: str) -> str:
    """Return a label from data for plain text: visible, at most 80 characters, never a control
    sequence of Slack's even where somebody forgets to escape it.
    """
    shown = visible(text) or unnamed
    if len(shown) > LABEL_MAX:
        shown = shown[: LABEL_MAX - 1].rstrip() + "…"
    return calm(shown)


def calm(shown: str) -> str:
    """Return the text with Slack's control sequences (``<!channel>``, ``<@U…>``) broken."""
    return _CONTROL.sub("‹", shown)


def mrkdwn(shown: str) -> str:
    """Return visible text for Slack's mrkdwn, where it reads as it stands: nothing in it formats,
    quotes, mentions, links or turns into an emoji. Marks that would are replaced by characters
    that look the same; & < > are escaped.
    """
    still = _EDGE_MARK.sub(lambda mark: mark[0].translate(_LOOKALIKE), shown)
    still = still.replace("://", ":∕∕").replace("@", "＠").replace("#", "＃")
    still = _DOMAIN.sub("․", _EMOJI.sub(r"꞉\1꞉", still))
    if still.startswith(">"):
        still = "›" + still[1:]
    return still.translate(_ENTITIES)
