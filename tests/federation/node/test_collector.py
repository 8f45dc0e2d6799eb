"""What a process keeps from the collector of rubbish."""

import gc
import weakref

from federation.node.collector import keep_what_is_here


class Knot:
    """Something that holds itself."""

    def __init__(self) -> None:
        self.itself = self


def test_what_is_here_is_kept_and_what_comes_is_not() -> None:
    """Rubbish of before is thrown away once more, what is in use is looked at no more, and later rubbish goes."""
    before, rubbish = gc.get_freeze_count(), weakref.ref(Knot())
    kept = [Knot() for _ in range(1000)]
    keep_what_is_here()
    assert rubbish() is None
    assert gc.get_freeze_count() >= before + len(kept)
    later = weakref.ref(Knot())
    assert later() is not None
    gc.collect()
    assert later() is None
