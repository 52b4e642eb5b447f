import json
import re
from pathlib import Path

import msgspec
import pytest

from analysis.attribution_settings import AttributionSettings
from ingest.listing import LOOK_BACK_DAYS
from roletrail.cli import main
from roletrail.errors import ExitCode
from roletrail.runs.settings import Attributing, RunSettings, Source
from roletrail.runs.settings_file import settings_in
from tests.conftest import REPOSITORY


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("", "the key lake is missing"),
        ("lake =", "is no TOML: "),
        ("lake = 1", "lake: expected text, got a whole number"),
        ("lake = ''", "lake: expected text of length >= 1"),
        ("lake = 'l'\n[maintian]", "there is no key maintian; did you mean maintain?"),
        (
            "lake = 'l'\n[maintain]\nkeep_day = 1",
            "maintain: there is no key keep_day; did you mean",
        ),
        (
            "lake = 'l'\n[maintain]\nkeep_days = '1'",
            "maintain, keep_days: expected a whole number,",
        ),
        ("lake = 'l'\n[maintain]\nkeep_days = 0", "keep_days: expected a whole number >= 1"),
        (
            "lake = 'l'\n[sources]",
            "sources: there can be several of it, so write it as [[sources]]",
        ),
        ("lake = 'l'\nmaintain = true", "maintain: expected a table, got true or false"),
        (
            "lake = 'l'\n[[sources]]\nsource = 's'\n[[sources]]\nkinds = ['clouddigest']",
            "no. 2, kinds, no. 1: 'clouddigest' is not possible; did you mean cloudtrail_d",
        ),
        (
            "lake = 'l'\n[findings]\nfail_at = 'hgih'",
            "fail_at: 'hgih' is not possible; did you mean high?",
        ),
        (
            "lake = 'l'\n[[sources]]\nsource = 's'\nsince = 'x'",
            "since: expected a day such as 2026-",
        ),
        ("lake = 'l'\ndashboard_url = 'javascript:x'", "dashboard_url is no address"),
        ("lake = 'l'\n[[notices]]\nname = 'n'\nto = 'sns'\nurl_env = 'U'", "takes topic_arn"),
        (
            "lake = 'l'\n[[notices]]\nname = 'n'\nto = 'webhook'",
            "takes one of url_env and url_file",
        ),
        (
            "lake = 'l'\n[[notices]]\nname = 'n'\nto = 'sns'\ntopic_arn = 't'",
            "take a section [findings]",
        ),
        (
            "lake = 'l'\n[findings]\n"
            + "[[notices]]\nname = 'n'\nto = 'sns'\ntopic_arn = 't'\n" * 2,
            "two notices have the name n",
        ),
    ],
)
def test_a_mistake_is_one_line_with_the_file_the_key_and_the_cure(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], text: str, complaint: str
) -> None:
    file = tmp_path / "roletrail.toml"
    file.write_text(text)
    assert main(["run", "--config", str(file)]) is ExitCode.NOTHING_DONE
    (line,) = capsys.readouterr().err.splitlines()
    assert line.startswith(f"error: {file}")
    assert complaint in line


def test_paths_are_relative_to_the_file(tmp_path: Path) -> None:
    file = tmp_path / "roletrail.toml"
    file.write_text(
        "lake = 'catalog:prod'\n[[sources]]\nsource = 's3://b/p'\n[[sources]]\nsource = 'logs'\n"
        "[[sources]]\nsource = '/var/log'\n[attribute]\nworkload_rules = 'mine.toml'"
    )
    settings = settings_in(file)
    assert settings.lake == "catalog:prod"
    found = [one.source for one in settings.sources]
    assert found == ["s3://b/p", str(tmp_path / "logs"), "/var/log"]
    assert settings.attribute.workload_rules == str(tmp_path / "mine.toml")


def test_defaults_are_those_of_the_rooms() -> None:
    settings = AttributionSettings()
    for key in Attributing.__struct_fields__:
        if key != "workload_rules":
            assert getattr(Attributing(), key) == getattr(settings, key)
    assert Source(source="s").look_back_days == LOOK_BACK_DAYS


def documented() -> dict[str, dict[str, str]]:
    """Return the keys with their defaults that docs/running.md names, section by section."""
    page = (REPOSITORY / "docs" / "running.md").read_text()
    sections = re.findall(r"^### (.*?)\n(.*?)(?=^##)", page, re.MULTILINE | re.DOTALL)
    rows = r"^\| `(\w+)` \| (.*?) \|"
    return {
        title.strip("`[]"): dict(re.findall(rows, text, re.MULTILINE)) for title, text in sections
    }


def test_every_key_is_documented_with_its_default() -> None:
    sections = documented()
    top = {one.name: one.type for one in msgspec.structs.fields(RunSettings)}
    structs = {
        name: kind
        for name, types in top.items()
        for kind in (types, *getattr(types, "__args__", ()))
        if isinstance(kind, type) and issubclass(kind, msgspec.Struct)
    }
    assert sections.pop("At the top").keys() == top.keys() - structs.keys()
    assert sections.keys() == structs.keys()
    for name, keys in sections.items():
        fields = {one.name: one for one in msgspec.structs.fields(structs[name])}
        assert keys.keys() == fields.keys()
        for key, default in keys.items():
            value = fields[key].default
            if value is msgspec.NODEFAULT:
                assert default == "required", key
            elif not isinstance(value, tuple):
                words = "none" if value is None else f"`{json.dumps(value)}`"
                assert default == words, key
