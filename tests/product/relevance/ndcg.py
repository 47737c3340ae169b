"""Normalised discounted cumulative gain (Järvelin and Kekäläinen, ACM TOIS 20(4), 2002), with the gains 2^grade - 1
that tell a perfect answer from a good one (Burges et al., ICML 2005)."""

from collections.abc import Iterable
from itertools import islice
from math import log2


def dcg(grades: Iterable[int], depth: int) -> float:
    """What a list of these grades is worth, its first `depth` places counted, each less than the one before."""
    return sum(((1 << grade) - 1) / log2(place + 1) for place, grade in enumerate(islice(grades, depth), start=1))


def ndcg(found: Iterable[int], every: Iterable[int], depth: int = 10) -> float:
    """0 to 1: `found`, the grades of the answer in its order, beside the best order of `every` grade there is.

    ValueError where nothing has a grade: such a query judges nothing.
    """
    best = dcg(sorted(every, reverse=True), depth)
    if not best:
        raise ValueError("no offer has a grade")
    return dcg(found, depth) / best
