from datetime import UTC, datetime, timedelta
from pathlib import Path

from bot import clock


def test_a_moved_clock_reads_what_it_was_moved_to(tmp_path: Path) -> None:
    moved = clock.MovedClock(tmp_path / "clock")
    monday = datetime(2030, 1, 7, 6, tzinfo=UTC)
    moved.move_to(monday)
    assert timedelta(0) <= moved.now() - monday < timedelta(seconds=5)


def test_two_moved_clocks_on_one_file_agree(tmp_path: Path) -> None:
    one, other = clock.MovedClock(tmp_path / "clock"), clock.MovedClock(tmp_path / "clock")
    one.move_to(datetime(2030, 1, 7, 6, tzinfo=UTC))
    assert one.offset() == other.offset() != 0


def test_a_missing_or_broken_file_moves_nothing(tmp_path: Path) -> None:
    file = tmp_path / "clock"
    assert clock.MovedClock(file).offset() == 0
    file.write_text("monday")
    assert clock.MovedClock(file).offset() == 0


def test_a_held_clock_moves_only_when_told() -> None:
    held = clock.HeldClock(datetime(2026, 11, 23, 6, tzinfo=UTC))
    assert held.now() == held.now()
    held.advance(timedelta(minutes=5))
    assert held.now() == datetime(2026, 11, 23, 6, 5, tzinfo=UTC)
    assert held.monotonic() == 300


def test_the_local_date_follows_the_zone() -> None:
    late = datetime(2026, 11, 22, 23, 30, tzinfo=UTC)
    assert clock.local_date(late, "Europe/Paris").day == 23
    assert clock.local_date(late, "America/New_York").day == 22


def test_the_system_clock_is_aware_and_goes_forward() -> None:
    system = clock.SystemClock()
    assert system.now().tzinfo is UTC
    assert system.monotonic() <= system.monotonic()
