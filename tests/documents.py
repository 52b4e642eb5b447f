"""Reads README.md and docs/*.md as a reader would use them: their code blocks, in order.

Every block of shell, SQL or Python is run. A comment on the line before a block can say

    <!-- not run: REASON -->   that it cannot run here, and why
    <!-- served -->            that its last command serves pages until it is stopped

and nothing else changes what is done with it.
"""

import re
import shlex
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path

from tests.conftest import REPOSITORY

DOCUMENTS = [REPOSITORY / "README.md", *sorted((REPOSITORY / "docs").rglob("*.md"))]
RUNNABLE = {"sh", "console", "sql", "python"}

_BLOCK = re.compile(
    r"^(?:<!-- (?P<remark>.*?) -->\n)?```(?P<language>\w*)\n(?P<text>.*?)^```$",
    re.MULTILINE | re.DOTALL,
)
_CODE_SPAN = re.compile(r"`([^`\n]+)`")
_MEASURED = re.compile(r"\d[\d,.]*(?= ?(?:ms|s|MB)\b| \w+/s\b)")


@dataclass(frozen=True, slots=True)
class Command:
    """A shell command, and what a console block says that it prints."""

    text: str
    output: str | None = None


@dataclass(frozen=True, slots=True)
class Block:
    """A fenced code block, with the remark on the line before it."""

    line: int
    language: str
    text: str
    remark: str

    @property
    def is_run(self) -> bool:
        return self.language in RUNNABLE and not self.remark.startswith("not run: ")

    @property
    def is_served(self) -> bool:
        return self.remark == "served"

    def commands(self) -> list[Command]:
        """Return the commands of a block of shell, in order."""
        if self.language == "console":
            first, *rest = re.split(r"^\$ ", self.text, flags=re.MULTILINE)
            assert not first.strip(), f"line {self.line}: output without a command"
            return [Command(*first_command(part)) for part in rest]
        commands = []
        rest_of_block = self.text
        while rest_of_block.strip():
            text, rest_of_block = first_command(rest_of_block.lstrip())
            commands.append(Command(text))
        return commands


def first_command(text: str) -> tuple[str, str]:
    """Return the command that the text begins with, and the rest.

    A command ends with its line, unless a quotation is open there or a backslash stands before it.
    """
    lines = text.splitlines(keepends=True)
    for end in range(1, len(lines) + 1):
        command = "".join(lines[:end]).rstrip("\n")
        try:
            shlex.split(command, comments=True)
        except ValueError:
            continue
        return command, "".join(lines[end:])
    message = f"a quotation is not closed: {text}"
    raise AssertionError(message)


def blocks_of(document: Path) -> list[Block]:
    """Return the document's code blocks, in order; `bash` is another word for `sh`."""
    text = document.read_text()
    return [
        Block(
            line=text.count("\n", 0, match.start("language")) + 1,
            language=match["language"].replace("bash", "sh"),
            text=match["text"],
            remark=match["remark"] or "",
        )
        for match in _BLOCK.finditer(text)
    ]


def roletrail_commands_in(document: Path) -> Iterator[list[str]]:
    """Yield the words that follow `roletrail` wherever the document shows a command."""
    text = document.read_text()
    spans = _CODE_SPAN.findall(_BLOCK.sub("", text))
    blocks = [block for block in blocks_of(document) if block.language in {"sh", "console"}]
    shown = [command.text for block in blocks for command in block.commands()]
    for code in (*spans, *shown):
        if "roletrail " in code:
            for part in parts_of(code.replace("\\\n", " ")):
                if part[:1] == ["roletrail"]:
                    yield part[1:]


def parts_of(command: str) -> Iterator[list[str]]:
    """Yield the words of each part of a shell command between `|`, `;`, `&` and `>`."""
    words = shlex.shlex(command, posix=True, punctuation_chars=True)
    words.whitespace_split = True
    for is_sign, part in groupby(words, key=lambda word: set(word) <= set("|;&<>()")):
        if not is_sign:
            yield list(part)


def pattern_of(output: str) -> re.Pattern[str]:
    """Return what a command's output must match: a line `...` stands for any number of lines.

    Durations, rates and sizes on disk differ from run to run and match any other number.
    """
    lines = [
        r"(?:.*\n)*?" if line.strip() == "..." else re.escape(steady(line)) + r"\n"
        for line in output.strip("\n").splitlines()
    ]
    return re.compile("".join(lines))


def steady(text: str) -> str:
    """Return the text with each measured number, and space at a line's end, taken out."""
    return _MEASURED.sub("#", re.sub(r" +$", "", text, flags=re.MULTILINE))
