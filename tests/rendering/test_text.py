"""Labels from data, made fit to be shown."""

import re
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.rendering import text


@pytest.mark.parametrize(
    ("label", "shown"),
    [
        ("Paid  social\n", "Paid social"),
        ("a\u202eb\u200bc\x00d", "abcd"),
        ("", "(no name)"),
        ("\u200b", "(no name)"),
        ("<!channel>", "‹!channel>"),
        ("<@U1>", "‹@U1>"),
        ("<https://x|y>", "‹https://x|y>"),
        ("1 < 2", "1 < 2"),
        ("x" * 100, "x" * 79 + "…"),
    ],
)
def test_a_label_is_visible_and_bounded(label: str, shown: str) -> None:
    assert text.label(label, unnamed="(no name)") == shown


@pytest.mark.parametrize(
    ("label", "shown"),
    [
        ("R&D <none>", "R&amp;D &lt;none&gt;"),
        ("spring_sale_fr", "spring_sale_fr"),
        ("_spring_ *sale* ~now~ `x`", "ˍspringˍ ∗sale∗ ∼now∼ ˋxˋ"),
        ("google.com / referral", "google․com / referral"),
        ("https://evil.example/x", "https:∕∕evil․example/x"),
        ("@here and a@b.fr", "＠here and a＠b․fr"),
        ("#general", "＃general"),
        (":fire: sale", "꞉fire꞉ sale"),
        ("Brand: Paris", "Brand: Paris"),
        ("> quoted", "› quoted"),
        ("16.–22. Nov.", "16.–22. Nov."),
        ("€40.00", "€40.00"),
    ],
)
def test_nothing_in_mrkdwn_is_parsed(label: str, shown: str) -> None:
    assert text.mrkdwn(label) == shown


_ANY = st.text(
    alphabet=st.one_of(
        st.characters(), st.sampled_from("<>!@#|&*_~`:/.w\u202e\u2066\u200b\u00ad httpschannel")
    ),
    max_size=200,
)


@given(raw=_ANY)
def test_no_label_whatever_reaches_slack_as_markup(raw: str) -> None:
    shown = text.mrkdwn(text.label(raw, unnamed="?"))
    assert not set("<>") & set(shown)
    assert not re.search(r"&(?!amp;|lt;|gt;)", shown)
    assert "://" not in shown
    assert "@" not in shown
    assert not any(unicodedata.category(one) in {"Cc", "Cf", "Cs"} for one in shown)
    assert not re.search(r"(?<![^\W_])[*_~]\S[^*_~]*[*_~](?![^\W_])", shown)
    assert "`" not in shown


@given(raw=_ANY)
def test_no_label_whatever_is_a_control_sequence_in_plain_text(raw: str) -> None:
    shown = text.label(raw, unnamed="?")
    assert 0 < len(shown) <= text.LABEL_MAX
    assert not re.search(r"<[!@#]", shown)
    assert not any(text.is_hidden(one) for one in shown)


@pytest.mark.parametrize(
    ("name", "whose"), [("Acme", "Acme's"), ("Hermes", "Hermes'"), ("PVCP", "PVCP's"), ("", "'s")]
)
def test_what_is_somebodys_is_said_as_english_has_it(name: str, whose: str) -> None:
    assert text.possessive(name) == whose
