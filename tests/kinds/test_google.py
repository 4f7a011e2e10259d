"""What Google Analytics and Google Sheets are asked for, and what they refuse before it is sent."""

from pathlib import Path

import pytest
from pydantic import ValidationError

from bot.kinds import ga4, sheets

SPREADSHEET = "1AbcTargets_of-Globex012345"


@pytest.mark.parametrize("written", ["G-ABC123", "UA-1-1", "properties/1", "", "0", "1" * 21])
def test_a_property_of_ga4_is_a_number(written: str) -> None:
    with pytest.raises(ValidationError, match="the property's number"):
        ga4.Ga4Settings.model_validate({"property": written})


@pytest.mark.parametrize(
    ("field", "column"),
    [
        ("sessions", "sessions"),
        ("totalUsers", "total_users"),
        ("active28DayUsers", "active28_day_users"),
        ("sessionDefaultChannelGroup", "session_default_channel_group"),
        ("keyEvents:purchase", "key_events_purchase"),
        ("customEvent:Plan-Name", "custom_event_plan_name"),
    ],
)
def test_a_column_of_ga4_is_its_field_in_small_letters(field: str, column: str) -> None:
    assert ga4.column(field) == column


@pytest.mark.parametrize(
    ("condition", "words"),
    [
        ({"field": "country"}, "exactly one"),
        ({"field": "country", "is": "France", "contains": "F"}, "exactly one"),
        ({"field": "country", "is": []}, "at least 1"),
        ({"field": "country; drop", "is": "France"}, "pattern"),
        ({"field": "country", "like": "F%"}, "not permitted"),
    ],
)
def test_a_condition_of_ga4_says_one_thing(condition: dict[str, object], words: str) -> None:
    with pytest.raises(ValidationError, match=words):
        ga4.Ga4Request.model_validate({"metrics": ["sessions"], "where": [condition]})


def test_a_request_of_ga4_survives_being_plain_data() -> None:
    where = [{"field": "country", "is": "France"}, {"field": "sessions", "above": "3"}]
    made = ga4.Ga4Request.model_validate({"metrics": ["sessions"], "where": where})
    plain = made.model_dump(mode="json", exclude_none=True)
    assert plain["where"][0] == {"field": "country", "is": ["France"]}
    assert ga4.Ga4Request.model_validate(plain) == made


@pytest.mark.parametrize("end", ["", "/edit#gid=0", "/edit?usp=sharing"])
def test_a_spreadsheet_is_its_id_or_its_address(end: str) -> None:
    address = f"https://docs.google.com/spreadsheets/d/{SPREADSHEET}{end}"
    settings = sheets.SheetsSettings.model_validate({"spreadsheet": address})
    assert sheets.KIND.identity(settings, Path()) == f"google_sheets:{SPREADSHEET}"


@pytest.mark.parametrize("written", ["", "short", "https://evil.example/d/" + "x" * 44, "a/b" * 9])
def test_a_spreadsheet_leads_nowhere_else(written: str) -> None:
    with pytest.raises(ValidationError, match="spreadsheet's id"):
        sheets.SheetsSettings.model_validate({"spreadsheet": written})
