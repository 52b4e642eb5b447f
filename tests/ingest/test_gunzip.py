"""The text of an object, packed or not, broken or not, and never more of it than is sane."""

import gzip
import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ingest import gunzip
from ingest.errors import BrokenObjectError
from ingest.gunzip import texts_of

TEXT = b'{"Records":[]}' * 1000
PACKED = gzip.compress(TEXT)


def unpacked(*pieces: bytes) -> tuple[bytes, str | None]:
    """Return the text that could be read, and the fault that ended it."""
    read = b""
    try:
        for text in texts_of(iter(pieces), again=lambda: pieces):
            assert text
            read += text
    except BrokenObjectError as error:
        return read, str(error)
    return read, None


@pytest.mark.parametrize(
    "pieces",
    [
        [TEXT],
        [PACKED],
        [PACKED[:1], PACKED[1:2], PACKED[2:100], PACKED[100:]],
        [TEXT[:1], TEXT[1:]],
        [b"\xef\xbb\xbf" + TEXT],
        [b"\xef", b"\xbb", b"\xbf" + TEXT],
        [TEXT.decode().encode("utf-16")],
        [b"\xfe\xff" + TEXT.decode().encode("utf-16-be")],
        [gzip.compress(TEXT.decode().encode("utf-16"))],
        [gzip.compress(TEXT[:5]) + gzip.compress(TEXT[5:])],
        [gzip.compress(TEXT[:5]), gzip.compress(TEXT[5:])],
        [gzip.compress(TEXT[:5]) + b"\x1f", gzip.compress(TEXT[5:])[1:]],
        [PACKED + b"\0" * 512],
        [PACKED + b"garbage"],
        [PACKED, b"garbage"],
    ],
)
def test_the_text_is_found_whatever_the_packing(pieces: list[bytes]) -> None:
    assert unpacked(*pieces) == (TEXT, None)


@pytest.mark.parametrize("pieces", [[], [b""], [b"", b""], [gzip.compress(b"", mtime=0)]])
def test_nothing_gives_nothing(pieces: list[bytes]) -> None:
    assert unpacked(*pieces) == (b"", None)


def test_what_came_before_an_early_end_is_kept() -> None:
    assert unpacked(PACKED[:-1]) == (TEXT, "gzip ended early")
    text, fault = unpacked(gzip.compress(TEXT, 0)[:5000])
    assert (TEXT.startswith(text), len(text) > 4000, fault) == (True, True, "gzip ended early")
    assert unpacked(b"\x1f\x8b") == (b"", "gzip ended early")


def test_damage_is_noticed() -> None:
    text, fault = unpacked(PACKED[:-8] + b"\0\0\0\0" + PACKED[-4:])
    assert fault is not None
    assert fault.startswith("gzip is damaged:")
    assert TEXT.startswith(text)


NOISE = random.Random(1)
LOG = b"".join(b'{"eventID":"%032x"},' % NOISE.getrandbits(128) for _ in range(400))
PACKED_LOG = gzip.compress(LOG[:9000], mtime=0) + gzip.compress(LOG[9000:], mtime=0)


@settings(deadline=None, max_examples=30)
@given(
    place=st.integers(10, len(PACKED_LOG) - 9),
    damage=st.binary(min_size=1, max_size=20),
    size=st.integers(1, len(PACKED_LOG)),
    block_bytes=st.sampled_from([64, 1000, gunzip.BLOCK_BYTES]),
)
def test_as_much_is_read_of_damaged_data_however_it_is_cut(
    place: int, damage: bytes, size: int, block_bytes: int
) -> None:
    damaged = PACKED_LOG[:place] + damage + PACKED_LOG[place + len(damage) :]
    cut = [damaged[start : start + size] for start in range(0, len(damaged), size)]
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(gunzip, "BLOCK_BYTES", block_bytes)
        whole = unpacked(damaged)
        assert unpacked(*cut) == whole
        before, _ = unpacked(PACKED_LOG[:place])
    assert whole[0].startswith(before)


def test_all_that_comes_before_the_damage_is_read() -> None:
    place = len(PACKED_LOG) // 3
    text, fault = unpacked(PACKED_LOG[:place] + b"\xff" * 300 + PACKED_LOG[place + 300 :])
    assert fault is not None
    assert fault.startswith("gzip is damaged: ")
    assert len(text) > len(LOG) // 5
    assert LOG.startswith(text[: len(LOG) // 5])


def test_a_bomb_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(gunzip, "LARGEST_TEXT", 2**20)
    monkeypatch.setattr(gunzip, "PIECE_BYTES", 2**18)
    text, fault = unpacked(gzip.compress(b"[" * 2**24))
    assert fault == "unpacks to over 200 times its size and over 1 GiB"
    assert 2**20 < len(text) < 2**23


def test_a_large_text_that_is_packed_as_logs_are_is_no_bomb(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(gunzip, "LARGEST_TEXT", 2**10)
    lines = b"".join(b'{"eventID":"%032x"}' % (number * 7**40) for number in range(500))
    assert unpacked(gzip.compress(lines)) == (lines, None)
