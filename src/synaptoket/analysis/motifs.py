"""Reciprocity and triads of a directed graph, against random graphs of equal density.

A triad is three cells and all connections among them; there are sixteen kinds (Holland & Leinhardt
1970). Counts follow from products of three matrices, those of mutual, one-way and absent
connections (Moody 1998 Social Networks 20:291), exactly and in a fraction of a second for a
thousand cells; memory grows with the square of the cells, time with the cube.
"""

from __future__ import annotations

from math import comb
from typing import TYPE_CHECKING, Literal, NamedTuple

import numpy as np

from .network import shape

if TYPE_CHECKING:
    from scipy.sparse import csr_array

Null = Literal["density", "dyads"]

#: Kinds of triads by their mutual, one-way and absent connections (down, up, cyclic, transitive),
#: and in how many ways three cells that have names can be one.
TRIADS = {
    "003": 1, "012": 6, "102": 3, "021D": 3, "021U": 3, "021C": 6, "111D": 6, "111U": 6,
    "030T": 6, "030C": 2, "201": 3, "120D": 3, "120U": 3, "120C": 6, "210": 6, "300": 1,
}  # fmt: skip

#: One triad of each kind: which of the cells a, b and c connect to which (Holland & Leinhardt).
EXAMPLES = {
    "003": "", "012": "ab", "102": "ab ba", "021D": "ba bc", "021U": "ab cb", "021C": "ab bc",
    "111D": "ab ba cb", "111U": "ab ba bc", "030T": "ab cb ac", "030C": "ba cb ac",
    "201": "ab ba bc cb", "120D": "ba bc ac ca", "120U": "ab cb ac ca", "120C": "ab bc ac ca",
    "210": "ab bc cb ac ca", "300": "ab ba bc cb ac ca",
}  # fmt: skip


class Dyads(NamedTuple):
    """Pairs of cells that are connected mutually, one way, and not at all."""

    mutual: int
    one_way: int
    absent: int

    @property
    def density(self) -> float:
        """Share of the possible connections that exist."""
        return (2 * self.mutual + self.one_way) / (2 * sum(self))


class Reciprocity(NamedTuple):
    """Mutually connected pairs, and those of a random graph of equal density.

    Attributes
    ----------
    fraction : float
        Share of the connections that are mutual.
    mutual : int
        Mutually connected pairs.
    expected, deviation : float
        Mean and standard deviation of their number in random graphs with as many connections.
    ratio : float
        Observed over expected; NaN without connections.
    """

    fraction: float
    mutual: int
    expected: float
    deviation: float
    ratio: float


class Triads(NamedTuple):
    """Number of triads of each kind, in the order of `TRIADS`.

    Attributes
    ----------
    kinds : tuple of str
    counts : ndarray of int64, shape (16,)
    expected : ndarray of float64, shape (16,)
        Mean number in random graphs.
    ratio : ndarray of float64, shape (16,)
        Observed over expected; NaN where none are expected.
    """

    kinds: tuple[str, ...]
    counts: np.ndarray
    expected: np.ndarray
    ratio: np.ndarray


def dyads(adjacency: csr_array) -> Dyads:
    """Return how many pairs of cells are connected mutually, one way, and not at all.

    >>> from scipy.sparse import csr_array
    >>> dyads(csr_array([[0, 1, 1], [3, 0, 0], [0, 0, 0]]))
    Dyads(mutual=1, one_way=1, absent=1)
    """
    there = _square(adjacency)
    mutual = int(there.multiply(there.T).sum()) // 2
    one_way = int(there.sum()) - 2 * mutual
    return Dyads(mutual, one_way, comb(shape(adjacency)[0], 2) - mutual - one_way)


def reciprocity(adjacency: csr_array) -> Reciprocity:
    """Compare mutual connections with those of random graphs of equal density.

    Of n cells with density p, n (n - 1) / 2 p^2 pairs are mutual by chance; with the number of
    connections given, their variance is n (n - 1) / 2 p^2 (1 - p)^2.

    Parameters
    ----------
    adjacency : csr_array, shape (cells, cells)
        From `graph`, of a projection within a population; contacts beyond one do not count.
    """
    dyad_counts = dyads(adjacency)
    pairs, p = sum(dyad_counts), dyad_counts.density
    expected = pairs * p**2
    connections = 2 * dyad_counts.mutual + dyad_counts.one_way
    return Reciprocity(
        2 * dyad_counts.mutual / connections if connections else np.nan,
        dyad_counts.mutual,
        expected,
        pairs**0.5 * p * (1 - p),
        dyad_counts.mutual / expected if expected else np.nan,
    )


def triads(adjacency: csr_array, null: Null = "density") -> Triads:
    """Count the triads of each kind and compare them with those of random graphs.

    Parameters
    ----------
    adjacency : csr_array, shape (cells, cells)
        From `graph`, of a projection within a population; contacts beyond one do not count.
    null : {"density", "dyads"}
        Random graphs of the same density; or of the same numbers of mutual and one-way connections,
        which leaves out what reciprocity alone explains (Song et al. 2005 PLoS Biol 3:e68).
    """
    counts = census(_square(adjacency).toarray())
    dyad_counts = dyads(adjacency)
    expected = expected_triads(dyad_counts, shape(adjacency)[0], null)
    with np.errstate(invalid="ignore", divide="ignore"):
        ratio = np.where(expected > 0, counts / expected, np.nan)
    return Triads(tuple(TRIADS), counts, expected, ratio)


def expected_triads(dyad_counts: Dyads, cells: int, null: Null = "density") -> np.ndarray:
    """Return the mean number of triads of each kind in random graphs: shape (16,)."""
    mutual, one_way, absent = (count / sum(dyad_counts) for count in dyad_counts)
    if null == "density":
        p = dyad_counts.density
        mutual, one_way, absent = p**2, 2 * p * (1 - p), (1 - p) ** 2
    elif null != "dyads":
        raise ValueError(f"null = {null!r}: expected 'density' or 'dyads'")
    chances = [
        ways * mutual ** int(kind[0]) * (one_way / 2) ** int(kind[1]) * absent ** int(kind[2])
        for kind, ways in TRIADS.items()
    ]
    return comb(cells, 3) * np.array(chances)


def random_triads(
    adjacency: csr_array, null: Null = "density", draws: int = 20, seed: int = 0
) -> np.ndarray:
    """Return the triads of random graphs with as many connections: shape (draws, 16).

    Their scatter shows which differences from the expectation are too large for chance.

    Parameters
    ----------
    adjacency, null
        As for `triads`.
    draws : int
    seed : int
    """
    dyad_counts, cells = dyads(adjacency), shape(adjacency)[0]
    generator = np.random.default_rng(seed)
    draw = _random_dyads if null == "dyads" else _random_connections
    return np.stack([census(draw(dyad_counts, cells, generator)) for _ in range(draws)])


def census(connected: np.ndarray) -> np.ndarray:
    """Count the triads of each kind, in the order of `TRIADS`.

    Parameters
    ----------
    connected : ndarray of bool, shape (cells, cells)
        The diagonal is False.

    Returns
    -------
    ndarray of int64, shape (16,)

    >>> ring = np.array([[0, 1, 0], [0, 0, 1], [1, 0, 0]], bool)
    >>> list(TRIADS)[census(ring).argmax()]
    '030C'
    """
    # Single precision counts exactly up to 16 million, more than there are cells.
    graph = np.asarray(connected, np.float32)
    mutual = graph * graph.T
    one_way = graph - mutual
    absent = 1 - mutual - one_way - one_way.T
    np.fill_diagonal(absent, 0)

    def closing(third: np.ndarray, path: np.ndarray) -> float:
        return float(np.einsum("ij,ij->", third, path, dtype=np.float64))

    apart, chain = absent @ absent, one_way @ one_way
    down, up, both = one_way.T @ one_way, one_way @ one_way.T, mutual @ mutual
    counts = {
        "003": closing(absent, apart) / 6,
        "012": closing(one_way, apart),
        "102": closing(mutual, apart) / 2,
        "021D": closing(absent, down) / 2,
        "021U": closing(absent, up) / 2,
        "021C": closing(absent, chain),
        "111D": closing(absent, mutual @ one_way.T),
        "111U": closing(absent, mutual @ one_way),
        "030T": closing(one_way, chain),
        "030C": closing(one_way.T, chain) / 3,
        "201": closing(absent, both) / 2,
        "120D": closing(mutual, down) / 2,
        "120U": closing(mutual, up) / 2,
        "120C": closing(mutual, chain),
        "210": closing(one_way, both),
        "300": closing(mutual, both) / 6,
    }
    return np.array([round(counts[kind]) for kind in TRIADS], np.int64)


def _square(adjacency: csr_array) -> csr_array:
    """Return connections as ones; ValueError unless within one population, without autapses."""
    rows, columns = shape(adjacency)
    if rows != columns:
        raise ValueError(f"a graph of shape {(rows, columns)}: expected cells of one population")
    there = adjacency.astype(bool).astype(np.int64)
    if there.diagonal().any():
        raise ValueError("a cell contacts itself: expected no autapses")
    return there  # pyright: ignore[reportReturnType]


def _random_connections(
    dyad_counts: Dyads, cells: int, generator: np.random.Generator
) -> np.ndarray:
    connections = 2 * dyad_counts.mutual + dyad_counts.one_way
    graph = np.zeros((cells, cells), bool)
    off = np.flatnonzero(~np.eye(cells, dtype=bool))
    graph.flat[generator.choice(off, connections, replace=False)] = True
    return graph


def _random_dyads(dyad_counts: Dyads, cells: int, generator: np.random.Generator) -> np.ndarray:
    graph = np.zeros((cells, cells), bool)
    low, high = np.triu_indices(cells, 1)
    chosen = generator.choice(len(low), dyad_counts.mutual + dyad_counts.one_way, replace=False)
    both = np.arange(len(chosen)) < dyad_counts.mutual
    forward = generator.random(len(chosen)) < 0.5
    for turned, (first, second) in ((forward, (low, high)), (~forward, (high, low))):
        connected = chosen[both | turned]
        graph[first[connected], second[connected]] = True
    return graph
