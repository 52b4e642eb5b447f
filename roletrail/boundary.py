"""The one place where errors become a line for the user.

Expected faults end in `error: …` on standard error and an exit code. Anything else is a bug and
keeps its traceback.
"""

import os
import sys
from collections.abc import Sequence

import typer

from roletrail.cells import visible
from roletrail.errors import ExitCode, FrontDoorError

PROGRAM = "roletrail"
ROOM_ERRORS = (("lake", "LakeError"), ("ingest", "IngestError"), ("analysis", "AnalysisError"))


def run(app: typer.Typer, arguments: Sequence[str]) -> ExitCode:
    """Run the command that the arguments name and return how it ended."""
    if any("\udc80" <= character <= "\udcff" for word in arguments for character in word):
        return _failed("an argument isn't UTF-8 text")
    try:
        code = ExitCode(app(args=list(arguments), prog_name=PROGRAM, standalone_mode=False) or 0)
        sys.stdout.flush()
    except typer.TyperException as error:
        return _failed(_usage_line(error))
    except (BrokenPipeError, SystemExit):
        # Typer turns the first into the second. Whoever reads us has read enough, as `head` does.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return ExitCode.OK
    except (KeyboardInterrupt, typer.Abort):
        code = ExitCode.INTERRUPTED
    except RuntimeError as error:
        if not isinstance(error.__cause__, KeyboardInterrupt):
            raise
        # That is what a query of DuckDB's makes of Ctrl-C.
        code = ExitCode.INTERRUPTED
    except expected_errors() as error:
        return _failed(one_line(str(error)))
    if code is ExitCode.INTERRUPTED:
        _say("interrupted")
    return code


def expected_errors() -> tuple[type[Exception], ...]:
    """Return the errors that a command may end with: this room's, the other rooms', the system's.

    A room that was never loaded can't have raised anything and isn't loaded for this.
    """
    rooms = (getattr(sys.modules.get(room), name, None) for room, name in ROOM_ERRORS)
    return (FrontDoorError, OSError, *(error for error in rooms if error is not None))


def one_line(message: str) -> str:
    """Return the message on one line, with nothing in it that a terminal would act on."""
    return visible(" ".join(message.split()))


def _usage_line(error: typer.TyperException) -> str:
    message = one_line(error.format_message()).replace("Value error, ", "")
    context = getattr(error, "ctx", None)
    command = PROGRAM if context is None else context.command_path
    sentence = f"{message[:1].lower()}{message[1:]}"
    if not sentence.endswith(("?", ".")):
        sentence += "."
    return f"{sentence} See: {command} --help"


def _failed(message: str) -> ExitCode:
    _say(message)
    return ExitCode.NOTHING_DONE


def _say(message: str) -> None:
    typer.echo(f"error: {message}", err=True)
