"""Log contents in messages: text that no chat, mail program or browser takes for anything else.

A message goes through formats that aren't ours: Markdown of several kinds, HTML, Slack's own. So
what any of them acts on is replaced by a character that looks like it and means nothing.
"""

import re

from roletrail.cells import visible

LONGEST = 160  # characters of one value
# Emphasis, code, links, HTML, Slack's <!channel>, @mentions, #channels, formulas.
_LOOKALIKES = str.maketrans(
    {
        "<": "\N{SINGLE LEFT-POINTING ANGLE QUOTATION MARK}",
        ">": "\N{SINGLE RIGHT-POINTING ANGLE QUOTATION MARK}",
        "&": "\N{FULLWIDTH AMPERSAND}",
        "@": "\N{FULLWIDTH COMMERCIAL AT}",
        "#": "\N{FULLWIDTH NUMBER SIGN}",
        "*": "\N{ASTERISK OPERATOR}",
        "`": "\N{MODIFIER LETTER GRAVE ACCENT}",
        "~": "\N{TILDE OPERATOR}",
        "|": "\N{BROKEN BAR}",
        "[": "\N{FULLWIDTH LEFT SQUARE BRACKET}",
        "]": "\N{FULLWIDTH RIGHT SQUARE BRACKET}",
        "\\": "\N{SET MINUS}",
        "$": "\N{FULLWIDTH DOLLAR SIGN}",
        "{": "\N{FULLWIDTH LEFT CURLY BRACKET}",
        "}": "\N{FULLWIDTH RIGHT CURLY BRACKET}",
    }
)
_SCHEME = re.compile(r":(?=//)|(?<=mailto):|(?<=tel):", re.IGNORECASE)
_DOMAIN = re.compile(r"\.(?=[^\W\d_]{2})")  # programs make links of bare domains as well
_EMPHASIS = re.compile(r"(?<![^\W_])_|_(?![^\W_])")  # not the one within a_name


def inert(value: object, longest: int = LONGEST) -> str:
    """Return a value as one short line that is nothing but text, wherever it is shown."""
    text = visible(" ".join(str(value).split()))
    if len(text) > longest:
        text = f"{text[:longest]}…"
    text = _SCHEME.sub("\N{FULLWIDTH COLON}", text.translate(_LOOKALIKES))
    text = _DOMAIN.sub("\N{ONE DOT LEADER}", text)
    return _EMPHASIS.sub("\N{FULLWIDTH LOW LINE}", text)
