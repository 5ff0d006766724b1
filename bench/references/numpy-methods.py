"""Reference programs of the benchmark in numpy, run by bench/run.ts.

Reads commands from standard input, one a line ("loop" or "vectorised"), runs each once on the data file given as the first
argument and answers with one JSON line: CPU seconds taken and a few numbers to check the work by. Start-up, imports and
reading the file are not timed.

data file: two float64 columns one after the other (champion, challenger), native byte order.
"""

import json
import sys
import time

import numpy as np

RESAMPLES = int(sys.argv[2])
column = np.fromfile(sys.argv[1])
champion, challenger = column[: len(column) // 2].copy(), column[len(column) // 2 :].copy()


def loop():
    """(a) As the replaced system wrote it: a Python loop over numpy.random.choice, mean difference only."""
    differences = []
    for _ in range(RESAMPLES):
        sample_champion = np.random.choice(champion, size=len(champion), replace=True)
        sample_challenger = np.random.choice(challenger, size=len(challenger), replace=True)
        differences.append(np.mean(sample_challenger) - np.mean(sample_champion))
    low, high = np.percentile(differences, [2.5, 97.5])
    return {"low": float(low), "high": float(high)}


def max_drawdown(pnl):
    """Per row of pnl, which it overwrites; equity starts at 0."""
    equity = np.cumsum(pnl, axis=1, out=pnl)
    peak = np.maximum.accumulate(equity, axis=1)
    np.maximum(peak, 0, out=peak)
    return np.subtract(peak, equity, out=peak).max(axis=1)


def vectorised(chunk_values=50_000):
    """(b) Vectorised: common indices for both sides, mean and drawdown; chunks that stay in the cache were the fastest."""
    generator = np.random.default_rng(1)
    n = len(champion)
    rows = max(1, min(RESAMPLES, chunk_values // n))
    means = np.empty(RESAMPLES)
    exceeds = 0
    for start in range(0, RESAMPLES, rows):
        count = min(rows, RESAMPLES - start)
        at = generator.integers(0, n, size=(count, n), dtype=np.int32)
        a, b = champion.take(at), challenger.take(at)
        means[start : start + count] = b.mean(axis=1) - a.mean(axis=1)
        exceeds += int(np.sum(max_drawdown(b) > 1.2 * max_drawdown(a)))
    low, high = np.percentile(means, [2.5, 97.5])
    return {"low": float(low), "high": float(high), "exceeds": exceeds / RESAMPLES}


METHODS = {"loop": loop, "vectorised": vectorised}
print(json.dumps({"ready": True, "version": f"Python {sys.version.split()[0]}, numpy {np.__version__}"}), flush=True)
for line in sys.stdin:
    name = line.strip()
    if name == "":
        continue
    started = time.process_time()
    result = METHODS[name]()
    print(json.dumps({"seconds": time.process_time() - started, **result}), flush=True)
