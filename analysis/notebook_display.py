"""How things show themselves in a notebook: as text that nothing in a log can turn into more."""

from collections.abc import Iterable, Sequence
from html import escape


def shown(text: str) -> str:
    r"""Return the text with all that isn't seen but line breaks written out, as `\x1b`."""
    return "".join(
        sign if sign.isprintable() or sign == "\n" else sign.encode("unicode_escape").decode()
        for sign in text
    )


def text_as_html(text: str) -> str:
    """Return HTML that shows the text as it is, its lines wrapped."""
    return f'<pre style="white-space: pre-wrap">{escape(shown(text))}</pre>'


def table_as_html(title: str, heads: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """Return HTML of a table of texts under a title."""
    head = "".join(f"<th>{escape(name)}</th>" for name in heads)
    body = "".join(
        f"<tr>{''.join(f'<td>{escape(shown(cell))}</td>' for cell in row)}</tr>" for row in rows
    )
    return f"<p>{escape(shown(title))}</p><table><tr>{head}</tr>{body}</table>"
