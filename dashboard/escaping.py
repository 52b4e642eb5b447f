"""Log contents are written by whoever makes the calls: here they become harmless text.

Tables, charts and code blocks show text as it is; for them `visible` is enough. Whatever goes into
Markdown goes through `code`, and what goes into a CSV file through `formula_safe`.
"""

import json
import re
import unicodedata

DASH = "\N{EN DASH}"
TABLE_CELL = 500
MARKDOWN_VALUE = 200

# Categories of characters that show nothing or change how their neighbours are read: control and
# format (bidirectional overrides, zero-width marks), lone surrogates, line and paragraph breaks.
HIDDEN = {"Cc", "Cf", "Cs", "Zl", "Zp"}
FORMULA_STARTS = re.compile(r"^[\s\0]*[=+\-@\uff1d\uff0b\uff0d\uff20]|^[\t\r\n]")


def visible(text: str, limit: int = TABLE_CELL) -> str:
    r"""Return the text cut to `limit` characters, with hidden characters written as \u escapes."""
    cut = text if len(text) <= limit else f"{text[:limit]}…"
    if cut.isascii() and cut.isprintable():
        return cut
    return "".join(_written(character) for character in cut)


def visible_json(text: str) -> str:
    r"""Return JSON text with hidden characters as \u escapes, which JSON reads as the same text."""
    return "".join(
        character if character in " \n" or character.isprintable() else json.dumps(character)[1:-1]
        for character in text
    )


def code(text: str, limit: int = MARKDOWN_VALUE) -> str:
    """Return Markdown that shows the text as a code span, whatever it contains.

    Within a code span there are no links, no emphasis, no HTML, no formulas and no icons. An
    escaping with backslashes would not do: mail and web addresses become links all the same.
    """
    shown = visible(text, limit).strip()
    if not shown:
        return DASH
    longest = max((len(run) for run in re.findall("`+", shown)), default=0)
    fence = "`" * (longest + 1)
    edge = " " if shown[0] == "`" or shown[-1] == "`" else ""
    return f"{fence}{edge}{shown}{edge}{fence}"


def formula_safe(text: str) -> str:
    """Return the text so that no spreadsheet takes it for a formula: with a quote in front."""
    return f"'{text}" if FORMULA_STARTS.match(text) else text


def _written(character: str) -> str:
    if unicodedata.category(character) not in HIDDEN:
        return character
    number = ord(character)
    return f"\\u{number:04x}" if number <= 0xFFFF else f"\\U{number:08x}"  # noqa: PLR2004 - the
    # last character that four hexadecimal digits can write
