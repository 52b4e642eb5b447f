"""Write the files anew, the same ones each time: `python -m tests.ingest.oddities`."""

from pathlib import Path

from tests.ingest.oddities.records import one_each
from tests.ingest.oddities.whole_files import files, log, packed

FOLDER = Path(__file__).parent / "files"
LARGE = 20_000  # bytes; larger ones are kept packed


def contents() -> dict[str, bytes]:
    """Return the content of each file by its name."""
    names = [name for name, _ in files()]
    found = {name: dict(files(name.partition(".")[0]))[name] for name in names}
    for name, record in one_each():
        content = log({**record, "eventID": name} if "eventID" in record else record)
        is_large = len(content) > LARGE
        found[f"{name}.json.gz" if is_large else f"{name}.json"] = (
            packed(content) if is_large else content
        )
    return found


if __name__ == "__main__":
    FOLDER.mkdir(exist_ok=True)
    for file_name, file_content in contents().items():
        (FOLDER / file_name).write_bytes(file_content)
