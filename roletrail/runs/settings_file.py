"""Reading the file of a run: each mistake is one line that names the file, the key and the cure."""

import re
import tomllib
from collections.abc import Mapping
from difflib import get_close_matches
from enum import Enum
from pathlib import Path
from typing import TYPE_CHECKING, Any

import msgspec

from roletrail.errors import FrontDoorError
from roletrail.runs.alone import CATALOG
from roletrail.runs.settings import RunSettings

if TYPE_CHECKING:
    from collections.abc import Iterable

S3 = "s3://"
_AT = re.compile(r"(?P<problem>.*?)(?: - at `\$\.?(?P<place>.*)`)?", re.DOTALL)
_UNKNOWN_KEY = re.compile(r"Object contains unknown field `(.*)`", re.DOTALL)
_MISSING_KEY = re.compile(r"Object missing required field `(.*)`", re.DOTALL)
_UNKNOWN_WORD = re.compile(r"Invalid enum value '(.*)'", re.DOTALL)
_STEP = re.compile(r"([^.\[]+)|\[(\d+)\]")
# TOML's words for what msgspec calls by JSON's.
_WORDS = {
    " | null`": "`",
    "`object`": "a table",
    "`array`": "an array",
    "`str`": "text",
    "`int`": "a whole number",
    "`bool`": "true or false",
    "`float`": "a number with a fraction",
    "`date`": "a day such as 2026-01-31",
    "Invalid RFC3339 encoded date": "Expected a day such as 2026-01-31",
}


def settings_in(file: Path) -> RunSettings:
    """Return what the file says, its paths relative to where it lies made whole.

    Raises FrontDoorError, in one line, if it can't be read or something in it is wrong.
    """
    try:
        document = tomllib.loads(file.read_text())
    except OSError as error:
        message = f"can't read {file}: {error.strerror}. Name the file of the run: --config FILE"
        raise FrontDoorError(message) from error
    except ValueError as error:  # of a wrong form, or no UTF-8
        raise FrontDoorError(f"{file} is no TOML: {error}") from None
    try:
        settings = msgspec.convert(document, RunSettings)
    except msgspec.ValidationError as error:
        raise FrontDoorError(f"{file}: {_complaint(str(error))}") from None
    return _with_whole_paths(settings, file.parent)


def _complaint(message: str) -> str:
    """Return what is wrong, from what msgspec says of it."""
    found = _AT.fullmatch(message)
    assert found is not None  # noqa: S101 - the pattern matches any text
    problem, place = found["problem"], found["place"] or ""
    where = _where(place)
    if unknown := _UNKNOWN_KEY.fullmatch(problem):
        keys = _struct_at(place).__struct_fields__
        return f"{where}there is no key {unknown[1]}{_meant(unknown[1], keys)}"
    if missing := _MISSING_KEY.fullmatch(problem):
        return f"{where}the key {missing[1]} is missing"
    if word := _UNKNOWN_WORD.fullmatch(problem):
        return f"{where}{word[1]!r} is not possible{_meant(word[1], _words_at(place))}"
    if problem == "Expected `array`, got `object`":
        return f"{where}there can be several of it, so write it as [[{place}]]"
    for theirs, ours in _WORDS.items():
        problem = problem.replace(theirs, ours)
    return f"{where}{problem[:1].lower()}{problem[1:]}"


def _where(place: str) -> str:
    """Return `sources[1].kinds[0]` as `sources, no. 2, kinds, no. 1: `."""
    steps = [name or f"no. {int(number) + 1}" for name, number in _STEP.findall(place)]
    return f"{', '.join(steps)}: " if steps else ""


def _meant(word: str, known: "Iterable[str]") -> str:
    known = list(known)
    near = get_close_matches(word, known, n=1)
    return f"; did you mean {near[0]}?" if near else f"; there are: {', '.join(known)}"


def _struct_at(place: str) -> type[msgspec.Struct]:
    """Return the section that a place of msgspec's is in."""
    name, *_ = [name for name, _ in _STEP.findall(place) if name] or [""]
    return next(iter(_kinds_of(RunSettings, name, msgspec.Struct)), RunSettings)


def _words_at(place: str) -> list[str]:
    """Return the words that a key at this place can have."""
    *_, key = [name for name, _ in _STEP.findall(place) if name]
    (kind,) = _kinds_of(_struct_at(place), key, Enum)
    return [str(member.value) for member in kind]


def _kinds_of(struct: type[msgspec.Struct], key: str, base: type[Any]) -> list[Any]:
    """Return the classes derived from this base that a field's type is made of."""
    types = {one.name: one.type for one in msgspec.structs.fields(struct)}
    waiting, found = [types.get(key)], []
    while waiting:
        kind = waiting.pop()
        if isinstance(kind, type) and issubclass(kind, base):
            found.append(kind)
        waiting += getattr(kind, "__args__", ())
    return found


def _with_whole_paths(settings: RunSettings, folder: Path) -> RunSettings:
    """Return the settings with paths that don't depend on where the run is started."""

    def whole(**paths: str | None) -> Mapping[str, str]:
        return {
            key: path if path.startswith((S3, CATALOG)) else str(folder / Path(path).expanduser())
            for key, path in paths.items()
            if path is not None
        }

    replace = msgspec.structs.replace
    findings = settings.findings
    return replace(
        settings,
        **whole(lake=settings.lake),
        sources=tuple(replace(one, **whole(source=one.source)) for one in settings.sources),
        attribute=replace(
            settings.attribute, **whole(workload_rules=settings.attribute.workload_rules)
        ),
        findings=findings and replace(findings, **whole(sigma=findings.sigma)),
        reports=tuple(replace(one, **whole(out=one.out)) for one in settings.reports),
        notices=tuple(replace(one, **whole(url_file=one.url_file)) for one in settings.notices),
    )
