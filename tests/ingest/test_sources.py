"""Files in folders, and what they are called."""

import os
from pathlib import Path

import pytest

from ingest.errors import IngestError
from ingest.sources import files_in, pieces_of_file
from tests.ingest.log_files import put


def test_all_files_below_a_folder_are_found_in_order(tmp_path: Path) -> None:
    put(tmp_path, {"b/2.json": b"22", "b/1.json": b"1", "a.json": b"", "c/d/e.csv": b"3"})
    found = files_in(str(tmp_path))
    names = [source.uri.removeprefix(f"file://{tmp_path}/") for source in found]
    assert names == ["a.json", "b/1.json", "b/2.json", "c/d/e.csv"]
    assert [source.size for source in found] == [0, 1, 2, 1]


def test_hidden_files_and_folders_are_left_out(tmp_path: Path) -> None:
    put(tmp_path, {".git/a.json": b"1", ".b.json": b"1", "c.json": b"1"})
    assert [Path(source.place).name for source in files_in(str(tmp_path))] == ["c.json"]


def test_links_to_files_are_followed_and_those_that_lead_nowhere_left_out(tmp_path: Path) -> None:
    put(tmp_path, {"a/1.json": b"1", "elsewhere/2.json": b"22"})
    (tmp_path / "a" / "2.json").symlink_to(tmp_path / "elsewhere" / "2.json")
    (tmp_path / "a" / "gone.json").symlink_to(tmp_path / "gone.json")
    (tmp_path / "a" / "circle.json").symlink_to(tmp_path / "a" / "circle.json")
    (tmp_path / "a" / "folder").symlink_to(tmp_path)
    found = files_in(str(tmp_path / "a"))
    assert [(Path(source.place).name, source.size) for source in found] == [
        ("1.json", 1),
        ("2.json", 2),
    ]


def test_a_file_alone_is_a_source_even_if_hidden(tmp_path: Path) -> None:
    put(tmp_path, {".b.json": b"1"})
    [found] = files_in(str(tmp_path / ".b.json"))
    assert b"".join(pieces_of_file(found.place)) == b"1"


def test_the_version_changes_with_the_content(tmp_path: Path) -> None:
    put(tmp_path, {"a.json": b"1"})
    [before] = files_in(str(tmp_path))
    assert files_in(str(tmp_path)) == [before]
    os.utime(tmp_path / "a.json", ns=(0, 1))
    [after] = files_in(str(tmp_path))
    assert (after.uri, after.version != before.version) == (before.uri, True)


def test_a_name_that_is_not_utf_8_can_be_written_down(tmp_path: Path) -> None:
    place = os.fsencode(tmp_path) + b"/\xff.json"
    Path(os.fsdecode(place)).write_bytes(b"1")
    [found] = files_in(str(tmp_path))
    assert found.uri.endswith("/%FF.json")
    assert b"".join(pieces_of_file(found.place)) == b"1"


def test_a_source_that_is_not_there_says_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(
        IngestError, match=r"^there is no file or folder .*nowhere\. Check the name"
    ):
        files_in(str(tmp_path / "nowhere"))


def test_a_folder_without_files_says_what_to_do(tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    with pytest.raises(IngestError, match=r"^there are no files in .*empty\. Name a folder"):
        files_in(str(tmp_path / "empty"))
