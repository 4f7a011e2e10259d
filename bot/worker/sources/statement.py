"""What can be said of a BigQuery statement without BigQuery: that it only reads, and its names."""

import re

_QUIET = re.compile(
    r"--[^\n]*|#[^\n]*|/\*.*?(?:\*/|\Z)"
    r"|'''(?:\\.|.)*?'''|\"\"\"(?:\\.|.)*?\"\"\""
    r"|'(?:\\.|[^'\\\n])*'|\"(?:\\.|[^\"\\\n])*\"|`(?:\\.|[^`\\])*`",
    re.DOTALL,
)
"""Comments, strings and quoted names: nothing in them is SQL."""
_READS = re.compile(r"[\s(]*(?:SELECT|WITH|FROM)\b", re.IGNORECASE)
_NAME = re.compile(r"(?<!@)@([A-Za-z_]\w*)")


def bare(sql: str) -> str:
    """Return the SQL with comments, strings and quoted names blanked."""
    return _QUIET.sub(" ", sql)


def reads_only(sql: str) -> bool:
    """Whether it is one single SELECT; in BigQuery no other statement starts as one does."""
    text = bare(sql).strip().removesuffix(";")
    return ";" not in text and _READS.match(text) is not None


def names(sql: str) -> frozenset[str]:
    """Return the named parameters, without their ``@``; system variables (``@@``) are none."""
    return frozenset(_NAME.findall(bare(sql)))
