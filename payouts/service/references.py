"""Finding our own row in what the provider says of an object: the reference we gave it."""

from uuid import UUID


def own_id(reference: str) -> UUID | None:
    """The id in a reference of ours (`id` or `id:attempt`); None when the reference is not of our making."""
    try:
        return UUID(reference.partition(":")[0])
    except ValueError:
        return None
