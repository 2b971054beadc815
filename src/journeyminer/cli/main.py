"""The entry: commands are loaded when they are called, and every failure has one sentence and its exit status."""

from __future__ import annotations

import errno
import os
import signal
import sys
from importlib import import_module
from keyword import iskeyword
from pathlib import Path
from typing import Any

import click

from journeyminer.cli.output import Reader
from journeyminer.errors import ExitStatus, JourneyminerError, UsageError, nearest
from journeyminer.interrupts import interrupts_heard
from journeyminer.note import Note

COMMANDS = {
    "discover": "The main job: journeys, hand-offs and bottlenecks of a folder of exports, in one go.",
    "import": "Read exports into one unified event log.",
    "identify": "Say what each file is, why, and what would be read.",
    "show": "Print measures of exports or of a log.",
    "report": "Render a log or a report.json again.",
    "check": "Say whether the promises hold; exit status 1 where one is broken.",
    "forget": "Delete a customer from a log.",
    "export": "Write a log as XES or CSV.",
    "sources": "List what can be read.",
    "demo": "Write a realistic folder of exports to try.",
}
"""command -> its line in --help; the module cli/<command>.py is imported only when the command runs"""


class LazyGroup(click.Group):
    """Lists commands without importing them, so that --help is instant."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Return the commands in the order of COMMANDS."""
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Return the `command` of the command's module."""
        if cmd_name not in COMMANDS:
            return None
        # a module cannot be called `import`
        module = import_module(
            f"journeyminer.cli.{cmd_name}_" if iskeyword(cmd_name) else f"journeyminer.cli.{cmd_name}"
        )
        command: click.Command = module.command
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """The list of commands from COMMANDS alone."""
        with formatter.section("Commands"):
            formatter.write_dl(list(COMMANDS.items()))

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """Return the command that was asked for. Raise UsageError, which names the nearest one, where there is none."""
        if args and not args[0].startswith("-") and args[0] not in COMMANDS:
            raise UsageError(Note("usage.no_command", name=args[0], hint=nearest(args[0], COMMANDS)))
        return super().resolve_command(ctx, args)


@click.group(
    cls=LazyGroup,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
    epilog="Exit status: 0 fine, 1 a gate failed, 2 usage, 3 data cannot be used, 4 a program is missing, 70 our bug.",
)
@click.version_option(package_name="journeyminer", message="journeyminer %(version)s")
@click.option("--debug", is_flag=True, help="Show the traceback of an unexpected failure.")
def cli(debug: bool) -> None:
    """Customer journeys and hand-off bottlenecks from the exports of support tools.

    Give it a folder of exports: tickets, chats, mailboxes, tables.

        journeyminer discover exports/ -o out/
    """


def main(args: list[str] | None = None) -> None:
    """Run the command line and leave with its exit status."""
    if sys.stderr is None:  # it was closed before the start: nobody wants to hear of anything
        sys.stderr = Path(os.devnull).open("w", encoding="utf-8")  # noqa: SIM115 - it stays open
    sys.exit(run(sys.argv[1:] if args is None else args))


def run(args: list[str]) -> int:  # noqa: PLR0911 - one answer a kind of failure
    """Run a command and return its exit status; every expected failure is one sentence on stderr."""
    reader, signals = Reader(), list[int]()
    try:
        if sys.stdout is None:
            raise OSError(errno.EBADF, os.strerror(errno.EBADF))
        with interrupts_heard(signals):
            result: Any = cli.main(args=args, prog_name="journeyminer", standalone_mode=False, obj=reader)
        sys.stdout.flush()
        return int(result) if isinstance(result, int) else ExitStatus.OK
    except click.exceptions.Exit as error:
        return error.exit_code
    except (click.Abort, KeyboardInterrupt):
        reader.fail(Note("run.interrupted"))
        return ExitStatus.TERMINATED if signal.SIGTERM in signals else ExitStatus.INTERRUPTED
    except click.ClickException as error:
        command = error.ctx.command_path if isinstance(error, click.UsageError) and error.ctx else "journeyminer"
        see_help = Note("run.see_help", problem=error.format_message(), command=command)
        reader.fail(Note("run.error", problem=see_help))
        return ExitStatus.USAGE
    except JourneyminerError as error:
        reader.fail(Note("run.error", problem=error.told(reader.language)))
        return error.status
    except BrokenPipeError:
        # the reader of our output has seen enough; without this Python complains again when it closes stdout
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return ExitStatus.OK
    except OSError as error:
        if "--debug" in args:
            raise
        failed = Note("run.output_failed", file=str(error.filename or "output"), error=error.strerror or str(error))
        reader.fail(Note("run.error", problem=failed))
        return ExitStatus.DATA
    except Exception as error:
        if "--debug" in args:
            raise
        reader.fail(Note("run.error", problem=Note("run.bug", kind=type(error).__name__, error=str(error))))
        reader.fail(Note("run.bug_step"))
        return ExitStatus.BUG
