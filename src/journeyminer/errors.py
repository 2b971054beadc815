"""Every error a user can meet: one sentence, the place, the next step, and an exit status."""

from __future__ import annotations

from collections.abc import Iterable
from difflib import get_close_matches
from enum import IntEnum
from typing import TYPE_CHECKING, Self

from journeyminer.note import Note

if TYPE_CHECKING:
    from journeyminer.i18n import Language


class ExitStatus(IntEnum):
    """What a command answers to the shell; documented in README and docs/reference/commands.md."""

    OK = 0
    GATE_FAILED = 1
    USAGE = 2
    DATA = 3
    ENVIRONMENT = 4
    BUG = 70
    INTERRUPTED = 130
    TERMINATED = 143


class JourneyminerError(Exception):
    """Base of all expected failures.

    `message` is one sentence and `hint` says what to do next, both as notes; `place` says where (file, record, column).
    `str(error)` is English; the command line prints `told(language)`.
    """

    status = ExitStatus.DATA

    def __init__(self, message: Note, *, place: str = "", hint: Note | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.place = place
        self.hint = hint

    def in_file(self, file: str) -> Self:
        """Return the same failure with a file in front of its place: what reads a file says only where in it."""
        self.place = f"{file}: {self.place}" if self.place else file
        return self

    def told(self, language: Language) -> str:
        """Return the failure in a reader's language: place, sentence, next step."""
        message, hint = language.note(self.message), language.note(self.hint) if self.hint else ""
        where = f"{language.record(self.place)}: " if self.place else ""
        return f"{where}{message} {hint}".rstrip()

    def __str__(self) -> str:
        from journeyminer.i18n import Language

        return self.told(Language())


class UsageError(JourneyminerError):
    """A flag, a filter or an argument that cannot mean anything."""

    status = ExitStatus.USAGE


class ConfigError(UsageError):
    """journeyminer.toml, a profile or a rule file is wrong; every mistake of the file is named at once."""


class UnreadableExport(JourneyminerError):
    """The bytes are not what the format promises: encoding, truncated archive, broken XML."""


class UnidentifiedSource(JourneyminerError):
    """No importer claims the file."""


class AmbiguousSource(JourneyminerError):
    """Two importers claim the file with the same score."""


class AmbiguousTimestamp(JourneyminerError):
    """The column's day and month order cannot be proved; a date is never guessed."""


class MissingColumn(JourneyminerError):
    """A table lacks a column that the log cannot do without."""


class TooManyRejected(JourneyminerError):
    """More records were rejected than `--max-rejected` allows."""


class EmptyLog(JourneyminerError):
    """No event is left: nothing was read, or a filter removed everything."""


class UnreadableLog(JourneyminerError):
    """A log folder is incomplete or was written by another schema version."""


class UnknownCustomer(JourneyminerError):
    """No customer of the log is the one who is meant."""


class UnreadableReport(JourneyminerError):
    """A report.json is damaged or was written by another schema version."""


class Unwritable(JourneyminerError):
    """The output cannot be written."""

    @classmethod
    def because(cls, error: OSError, path: object) -> Self:
        """Return the failure to write a path, for the reason that the system gives."""
        what = Note("file.unwritable", reason=error.strerror or str(error))
        return cls(what, place=str(path), hint=Note("file.elsewhere"))


class NotOurs(Unwritable):
    """The output is one of the inputs, or something that journeyminer did not write stands in its place."""

    status = ExitStatus.USAGE


class Locked(Unwritable):
    """Another run writes the same output."""


class TooLittleMemory(JourneyminerError):
    """The engine needs more memory than `--memory` allows it, with everything spilled that can be."""

    status = ExitStatus.ENVIRONMENT


class MissingProgram(JourneyminerError):
    """A program or an optional package is not installed."""

    status = ExitStatus.ENVIRONMENT


class DrawingFailed(JourneyminerError):
    """The program that draws the map gave up or took too long."""

    status = ExitStatus.ENVIRONMENT


def nearest(word: str, known: Iterable[str], *, otherwise: Note | None = None) -> Note:
    """Return what an unknown word may have meant: the nearest known one, else `otherwise`, else the list of all."""
    words = tuple(known)
    if near := get_close_matches(word, words, 1):
        return Note("usage.did_you_mean", near=near[0])
    return otherwise or Note("usage.known", known=words)
