"""Refusals of the life cycles, below the shared tree.

GalleriaError
└── ConflictError
    └── TransitionRefusedError      the event does not fit the state it met
"""

from federation.vocabulary.errors import ConflictError


class TransitionRefusedError(ConflictError):
    """An event that its life cycle's table does not allow in the present state; `expected` names what would be."""
