"""Python's collector of rubbish, told what stays.

A full look through the 200,000 objects of a started hub stops all its requests for a tenth of a second; through none of
them it takes microseconds. Forked workers go on sharing the memory that nobody looks through.
"""

import gc


def keep_what_is_here() -> None:
    """Never look again through what there is now: for a process that has started and will serve until it ends."""
    gc.collect()
    gc.freeze()
