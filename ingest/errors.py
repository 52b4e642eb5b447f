"""The errors of this room."""


class IngestError(Exception):
    """A source can't be read at all; the message says what to do next, in one line."""


class BrokenObjectError(IngestError):
    """An object ends early, or is not what it seems; what came before is still good.

    `rest` is the text, in part, in which no more records could be found.
    """

    def __init__(self, message: str, rest: bytes = b"") -> None:
        super().__init__(message)
        self.rest = rest
