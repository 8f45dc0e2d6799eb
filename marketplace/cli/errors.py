"""What can go wrong on the command line, each with a sentence for the person at the terminal.

GalleriaError
└── CommandError            the command cannot do what was asked on this machine
    ├── EngineError         an embedded engine (PostgreSQL, Valkey) did not come up
    └── ProcessFailedError  a supervised process did not become ready
"""

from federation.vocabulary.errors import GalleriaError


class CommandError(GalleriaError):
    """The command cannot do what was asked; the sentence says what to change."""

    slug = "command-failed"


class EngineError(CommandError):
    """An embedded engine did not start or answer; the sentence ends with the last lines of its log."""

    slug = "engine-failed"


class ProcessFailedError(CommandError):
    """A supervised process did not become ready in time; the sentence ends with the last lines of its log."""

    slug = "process-failed"
