"""Reads README.md and docs/*.md as a reader would use them: their code blocks, in order.

Every block of shell, SQL or Python is run. A comment on the line before a block can say

    <!-- not run: REASON -->   that it cannot run here, and why
    <!-- served -->            that its last command serves pages until it is stopped

and nothing else changes what is done with it.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
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
        """Return the commands of a block of shell; a backslash joins two lines to one command."""
        text = self.text.replace("\\\n", " ")
        if self.language == "console":
            first, *rest = re.split(r"^\$ ", text, flags=re.MULTILINE)
            assert not first.strip(), f"line {self.line}: output without a command"
            pairs = [part.partition("\n") for part in rest]
            return [Command(command, output) for command, _, output in pairs]
        lines = [line for line in text.splitlines() if line and not line.startswith("#")]
        return [Command(line) for line in lines]


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


def roletrail_commands_in(document: Path) -> Iterator[str]:
    """Yield what follows the word `roletrail` wherever the document shows a command."""
    text = document.read_text()
    spans = _CODE_SPAN.findall(_BLOCK.sub("", text))
    blocks = [block for block in blocks_of(document) if block.language in {"sh", "console"}]
    shown = [command.text for block in blocks for command in block.commands()]
    for code in (*spans, *shown):
        for part in re.split(r"[|;&]+", code):
            words = part.strip().partition(" ")
            if words[0] == "roletrail":
                yield words[2].split(">")[0].strip()


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
