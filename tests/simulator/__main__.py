"""Run seeds of the simulator: `python -m tests.simulator 17` repeats one, `--seeds 2000` runs many."""

import argparse
import sys
import time

from tests.simulator.simulation import simulate


def main() -> int:
    """Run what is asked for; returns 1 when an invariant was violated."""
    parser = argparse.ArgumentParser(prog="python -m tests.simulator", description=__doc__)
    parser.add_argument("seed", nargs="?", type=int, help="repeat this seed")
    parser.add_argument("--seeds", type=int, default=100, help="how many seeds to run")
    parser.add_argument("--first", type=int, default=1, help="the first of them")
    options = parser.parse_args()
    seeds = [options.seed] if options.seed is not None else range(options.first, options.first + options.seeds)
    failed = 0
    begun = time.perf_counter()
    for seed in seeds:
        outcome = simulate(seed)
        if outcome.violation or options.seed is not None:
            sys.stdout.write(
                f"{seed}: {outcome.violation or 'nothing violated'} (trace {outcome.trace[:16]}, "
                f"{outcome.passages} passages, {outcome.seconds:.0f} s)\n"
            )
        failed += bool(outcome.violation)
    sys.stdout.write(f"{len(seeds)} seeds, {failed} failed, {time.perf_counter() - begun:.1f} s\n")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
