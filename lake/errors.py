"""The one error of this room."""


class LakeError(Exception):
    """The lake can't be opened, read or written; the message says what to do next, in one line."""
