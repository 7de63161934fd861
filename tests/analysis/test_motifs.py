"""Reciprocity and triads of graphs whose answers are known."""

from itertools import combinations, permutations

import numpy as np
import pytest
from scipy.sparse import csr_array

from synaptoket.analysis.motifs import (
    EXAMPLES,
    TRIADS,
    census,
    dyads,
    expected_triads,
    random_triads,
    reciprocity,
    triads,
)


def example(kind):
    graph = np.zeros((3, 3), bool)
    for start, end in EXAMPLES[kind].split():
        graph["abc".index(start), "abc".index(end)] = True
    return graph


def random_graph(cells, density, seed=0):
    graph = np.random.default_rng(seed).random((cells, cells)) < density
    np.fill_diagonal(graph, False)
    return graph


@pytest.mark.parametrize("kind", TRIADS)
def test_each_kind_is_told_from_all_others(kind):
    expected = [int(kind == other) for other in TRIADS]
    assert census(example(kind)).tolist() == expected
    for order in permutations(range(3)):
        assert census(example(kind)[np.ix_(order, order)]).tolist() == expected


def test_the_kinds_and_their_ways_are_all_the_graphs_of_three_cells():
    off = np.flatnonzero(~np.eye(3, dtype=bool))
    found = np.zeros(16, int)
    for number in range(64):
        graph = np.zeros((3, 3), bool)
        graph.flat[off] = [number >> bit & 1 for bit in range(6)]
        found += census(graph)
    assert dict(zip(TRIADS, found.tolist(), strict=True)) == TRIADS


def test_the_census_is_that_of_going_through_all_threes():
    graph = random_graph(14, 0.4)
    each = [census(graph[np.ix_(c, c)]) for c in combinations(range(14), 3)]
    np.testing.assert_array_equal(census(graph), np.sum(each, axis=0))


def test_a_thousand_cells_are_counted_exactly():
    """With numbers that igraph 1.0 gave for the same graph."""
    graph = random_graph(1000, 100_000 / 999_000)
    assert census(graph).tolist() == [
        88063509, 59026858, 3246398, 3294464, 3296339, 6598117, 724623, 722784, 736811, 245310,
        40190, 40740, 40608, 81124, 8962, 163,
    ]  # fmt: skip


def test_contacts_beyond_one_do_not_count():
    graph = random_graph(20, 0.3).astype(int)
    doubled = csr_array(graph * 3)
    np.testing.assert_array_equal(triads(doubled).counts, triads(csr_array(graph)).counts)
    assert dyads(doubled) == dyads(csr_array(graph))


def test_reciprocity_of_graphs_by_hand():
    ring = csr_array(np.roll(np.eye(10, dtype=int), 1, axis=1))
    assert (reciprocity(ring).mutual, reciprocity(ring).fraction) == (0, 0.0)
    both = csr_array((ring + ring.T).astype(int))
    found = reciprocity(both)
    assert (found.mutual, found.fraction) == (10, 1.0)
    assert found.expected == pytest.approx(45 * (20 / 90) ** 2)
    assert found.ratio == pytest.approx(10 / found.expected)
    complete = csr_array(1 - np.eye(6, dtype=int))
    assert reciprocity(complete).ratio == pytest.approx(1.0)
    assert np.isnan(reciprocity(csr_array((5, 5), dtype=int)).ratio)


def test_expectation_and_deviation_are_those_of_random_graphs():
    graph = csr_array(random_graph(60, 0.2, seed=3).astype(int))
    found = reciprocity(graph)
    drawn = random_triads(graph, draws=300, seed=1)
    np.testing.assert_allclose(drawn.mean(axis=0), triads(graph).expected, rtol=0.06)
    off = np.flatnonzero(~np.eye(60, dtype=bool))
    generator, mutual = np.random.default_rng(2), []
    for _ in range(600):
        other = np.zeros((60, 60), bool)
        other.flat[generator.choice(off, graph.nnz, replace=False)] = True
        mutual.append((other & other.T).sum() // 2)
    assert np.mean(mutual) == pytest.approx(found.expected, rel=0.02)
    assert np.std(mutual) == pytest.approx(found.deviation, rel=0.1)


def test_a_graph_that_is_only_reciprocal_has_no_triads_of_its_own():
    """Every second connection is answered: many kinds stand out until reciprocity is given."""
    generator = np.random.default_rng(0)
    graph = np.triu(generator.random((120, 120)) < 0.1, 1)
    answered = graph & (generator.random(graph.shape) < 0.5)
    flipped = generator.random(graph.shape) < 0.5
    one_way = np.where(flipped, graph, False) | np.where(~flipped, graph, False).T
    matrix = csr_array((one_way | answered | answered.T).astype(int))
    by_density, by_dyads = triads(matrix), triads(matrix, "dyads")
    assert reciprocity(matrix).ratio > 5
    assert by_density.ratio[list(TRIADS).index("201")] > 5
    known = by_dyads.expected > 200
    np.testing.assert_allclose(by_dyads.ratio[known], 1.0, atol=0.15)
    assert by_dyads.expected.sum() == pytest.approx(by_density.counts.sum())
    drawn = random_triads(matrix, "dyads", draws=40)
    np.testing.assert_allclose(drawn.mean(axis=0)[known], by_dyads.expected[known], rtol=0.05)


def test_what_is_no_graph_within_a_population_is_refused():
    with pytest.raises(ValueError, match="expected cells of one population"):
        triads(csr_array((3, 4), dtype=int))
    with pytest.raises(ValueError, match="contacts itself"):
        dyads(csr_array(np.eye(3, dtype=int)))
    with pytest.raises(ValueError, match="expected 'density' or 'dyads'"):
        expected_triads(dyads(csr_array(example("300").astype(int))), 3, "degrees")
