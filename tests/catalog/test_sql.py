"""Names that look like a parameter and are none; everything else is the database's to judge."""

import pytest

from bot.catalog import sql


@pytest.mark.parametrize(
    ("mark", "text"),
    [
        ("$", "SELECT $period_start, $period_end, $period_start_at, $period_end_at, $timezone"),
        ("$", "SELECT '$foo', \"$foo\", $$ $foo $$, $t$ $foo $t$ -- $foo\n/* $foo */"),
        ("$", "SELECT a::timezone, {'timezone': 1}, x[1:2], @ -1"),
        ("@", "SELECT @period_start FROM `p.d.@t` WHERE x = '@foo' # @foo"),
        ("@", 'SELECT """@foo\n""", \'it\\\'s @foo\', @@time_zone -- $period_start'),
    ],
)
def test_what_is_right_or_quoted_passes(mark: str, text: str) -> None:
    assert list(sql.parameters(text, mark)) == []


@pytest.mark.parametrize(
    ("mark", "text", "remedy"),
    [
        ("$", "SELECT $periodstart", "Did you mean $period_start?"),
        ("$", "SELECT $1", "There are $period_start"),
        ("$", "SELECT @period_end", "Write $period_end."),
        ("$", "SELECT :period_end", "Write $period_end."),
        ("$", "SELECT {{ period_end }}", "Write $period_end."),
        ("$", "SELECT %(period_end)s", "Write $period_end."),
        ("$", "SELECT DATE '$period_end'", "Write $period_end without quotes."),
        ("@", "SELECT @period_strat", "Did you mean @period_start?"),
        ("@", "SELECT $period_end", "Write @period_end."),
    ],
)
def test_what_is_wrong_gets_a_suggestion(mark: str, text: str, remedy: str) -> None:
    (found,) = sql.parameters("-- a remark\n" + text, mark)
    assert found.line == 2
    assert found.remedy.startswith(remedy)
