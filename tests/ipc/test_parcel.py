import contextlib
import json
import threading

import pytest

from bot.domain.kept import Fault, Kept
from bot.ipc import channel, parcel, sealing


@pytest.mark.parametrize("size", [0, 100, 32 * 1024, 300 * 1024])
def test_a_message_of_any_size_arrives_whole(size: int) -> None:
    ours, theirs = channel.pair()
    message = {"text": "é" * size}
    with ours, theirs:
        sender = threading.Thread(target=parcel.send, args=(ours, message))
        sender.start()
        assert parcel.receive(theirs) == message
        sender.join()


@pytest.mark.parametrize("piece", ["!", 7, ""])
def test_what_is_none_is_refused(piece: object) -> None:
    ours, theirs = channel.pair()
    with ours, theirs:
        channel.send(ours, {"piece": piece, "more": False})
        with pytest.raises(ValueError, match=r"\w"):
            parcel.receive(theirs)


def test_one_that_has_no_end_is_not_read_for_ever() -> None:
    ours, theirs = channel.pair()

    def endless() -> None:
        with contextlib.suppress(channel.Closed):
            while True:
                channel.send(ours, {"piece": "QUJD" * 10_000, "more": True})

    sender = threading.Thread(target=endless)
    with ours:
        with theirs:
            sender.start()
            with pytest.raises(ValueError, match="no end"):
                parcel.receive(theirs)
        sender.join()


def test_what_a_run_is_given_reads_back_as_it_was() -> None:
    kept = Kept(identities={"a": "b"}, sealed={"c": "d"}, faults={"e": Fault.FOREIGN})
    texts = {"env://X": "y"}
    message = json.loads(json.dumps(sealing.written(texts, kept)))
    assert sealing.given(message) == (texts, kept)
    where = sealing.Sealing(folder="/x", master="quiet")
    assert sealing.read(where.write()) == where
    assert "quiet" not in repr(where)
