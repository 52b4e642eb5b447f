"""How a command ends, and the one error of this room."""

from enum import IntEnum


class ExitCode(IntEnum):
    """What a command's exit status says."""

    OK = 0
    SOME_REJECTED = 1
    NOTHING_DONE = 2
    INTERRUPTED = 130


class FrontDoorError(Exception):
    """A command can't do what it was asked; the message says what to do next, in one line."""
