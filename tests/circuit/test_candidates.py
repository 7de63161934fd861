"""Which cells are candidates: the same numbers whatever the seed, drawn as the rule says."""

import numpy as np
import pytest

from synaptoket import UserError
from synaptoket.circuit.candidates import cell_types
from synaptoket.circuit.circuit_file import load_circuit, read_circuit
from synaptoket.circuit.connectivity import contacts, positions
from synaptoket.circuit.plan import plan
from synaptoket.parameters.files import model_path, read_toml

MANY = "pyramidal_to_pyramidal"
SHEET = {"rule": "distance", "sheet": "1 mm", "profile": "gaussian", "width": "150 um",
         "boundary": "periodic"}  # fmt: skip


def circuit(candidates, neurons=1250, in_degree=100, **others):
    """Return the prefrontal circuit with rules of candidates: 1,000 pyramidal cells."""
    tree = read_toml(model_path("circuits", "prefrontal")) | {"neurons": neurons}
    for name, table in {MANY: candidates, **others}.items():
        tree["projections"][name]["candidates"] = table
    if in_degree is None:
        del tree["projections"][MANY]["in_degree"]
    else:
        tree["projections"][MANY]["in_degree"] = in_degree
    return read_circuit(tree, "prefrontal.toml")


def separations(made, seed):
    """Return the distances between candidates, and between all pairs, in meters."""
    at = positions(made, "pyramidal", seed)
    pre, post = contacts(made, seed)[MANY]
    rule = made.projections[MANY].candidates
    apart = np.array([rule.distances(at, cell) for cell in at])
    every = ~np.eye(len(at), dtype=bool)
    return apart[pre, post], apart[every]


def test_without_a_table_partners_are_those_of_always():
    """The random rule spelled out as it was before there were others."""
    made = load_circuit("prefrontal", neurons=200)
    for stream, (name, projection) in enumerate(made.projections.items()):
        sources, targets = (made.sizes[e] for e in (projection.source, projection.target))
        within = projection.source == projection.target
        degree = min(int(projection.in_degree), sources - within)
        generator = np.random.default_rng([1, 1, stream])
        pairs = []
        for target in range(targets):
            chosen = generator.permutation(sources - within)[:degree]
            pairs += [(int(c + (within and c >= target)), target) for c in chosen]
        drawn = contacts(made, 1)[name]
        assert sorted(pairs) == list(zip(*(end.tolist() for end in drawn), strict=True))


@pytest.mark.parametrize("boundary", ["open", "periodic"])
@pytest.mark.parametrize("profile", ["gaussian", "exponential"])
def test_the_share_of_candidates_falls_with_distance_as_the_profile(profile, boundary):
    """Among the cells of each target, so that edges and numbers of cells cancel out."""
    table = SHEET | {"profile": profile, "boundary": boundary}
    made = circuit(table, in_degree=20)
    chosen, every = (np.concatenate(found) for found in zip(*(separations(made, s)
                     for s in range(4)), strict=True))  # fmt: skip
    edges = np.linspace(0, 450e-6, 10)
    middle = (edges[1:] + edges[:-1]) / 2 / 150e-6
    share = np.histogram(chosen, edges)[0] / np.histogram(every, edges)[0]
    expected = np.exp(-(middle**2) / 2) if profile == "gaussian" else np.exp(-middle)
    # drawing without replacement flattens the top a little: 20 of about 140 weights
    scale = (share * expected).sum() / (expected**2).sum()
    assert share == pytest.approx(scale * expected, abs=0.08 * scale)
    assert share[0] / share[-1] > 5


def test_an_open_sheet_has_edges_and_a_periodic_one_has_none():
    """At the left edge an open sheet offers only cells to the right, at s sqrt(2/pi) on average."""
    to_the_right = {}
    for boundary in ("open", "periodic"):
        made = circuit(SHEET | {"boundary": boundary}, neurons=2500, in_degree=20)
        at = positions(made, "pyramidal", 1)[:, 0]
        pre, post = contacts(made, 1)[MANY]
        apart = at[pre] - at[post]
        if boundary == "periodic":
            apart -= 1e-3 * np.round(apart / 1e-3)
        for where, cells in (("edge", at < 20e-6), ("middle", np.abs(at - 0.5e-3) < 50e-6)):
            to_the_right[boundary, where] = apart[cells[post]].mean() / 150e-6
    assert to_the_right["open", "edge"] == pytest.approx(np.sqrt(2 / np.pi), abs=0.1)
    for where in (("open", "middle"), ("periodic", "edge"), ("periodic", "middle")):
        assert to_the_right[where] == pytest.approx(0, abs=0.12)


@pytest.mark.parametrize(
    "candidates",
    [
        SHEET,
        SHEET | {"boundary": "open", "width": "1 um"},
        {"rule": "all"},
        {"rule": "type", "types": 4, "within_share": 0.7},
    ],
)
def test_sizes_do_not_depend_on_the_seed_and_no_cell_is_its_own(candidates):
    made = circuit(candidates, neurons=125, in_degree=30)
    for seed in (1, 2):
        pre, post = contacts(made, seed)[MANY]
        assert len(pre) == plan(made).projections[MANY].size
        assert len(set(np.bincount(post, minlength=100))) == 1
        assert (pre != post).all()
        assert len(set(zip(pre.tolist(), post.tolist(), strict=True))) == len(pre)
        assert (np.lexsort((post, pre)) == np.arange(len(pre))).all()


def test_all_needs_no_in_degree_and_leaves_the_weights_alone():
    made = plan(circuit({"rule": "all"}, neurons=60, in_degree=None))
    group = made.projections[MANY]
    assert group.size == 48 * 47
    weight = float(made.circuit.projections[MANY].ampa_weight)
    assert group.constants["ampa_weight"][1] == pytest.approx(weight)


def test_a_share_of_the_candidates_is_of_the_same_type():
    made = circuit({"rule": "type", "types": 5, "within_share": 0.6}, in_degree=50)
    pre, post = contacts(made, 1)[MANY]
    of = cell_types(1000, 5)
    assert (np.bincount(post[of[pre] == of[post]], minlength=1000) == 30).all()
    assert np.bincount(of[pre[of[pre] != of[post]]]).std() < 150


def test_where_cells_lie_follows_from_the_seed_and_the_population():
    made = circuit(SHEET)
    first, again, other = (positions(made, "pyramidal", seed) for seed in (1, 1, 2))
    assert np.array_equal(first, again)
    assert not np.array_equal(first, other)
    assert first.shape == (1000, 2)
    assert 0 <= first.min() < 1e-5
    assert 0.99e-3 < first.max() < 1e-3


CASES = {
    "unknown rule": ({"rule": "distanc"}, '.candidates.rule = "distanc": unknown rule; did you'),
    "no rule": ({"sheet": "1 mm"}, ".candidates.rule: missing (expected one of random, all,"),
    "wrong unit": (SHEET | {"width": "2 ms"},
                   '.candidates.width = "2 ms": expected a length (meter), got a time'),
    "width of zero": (SHEET | {"width": "0 um"}, '.candidates.width = "0 um": expected a value ab'),
    "unknown profile": (SHEET | {"profile": "box"},
                        ".candidates.profile = \"box\": expected 'gaussian' or 'exponential'"),
    "missing": ({k: v for k, v in SHEET.items() if k != "width"},
                ".candidates.width: missing (expected a length (meter))"),
    "unknown key": (SHEET | {"widht": "1 um"}, ".candidates.widht: unknown key; did you mean"),
    "one type": ({"rule": "type", "types": 1, "within_share": 0.5},
                 ".candidates.types = 1: expected a whole number from 2 to 40"),
    "share above one": ({"rule": "type", "types": 2, "within_share": 1.5},
                        ".candidates.within_share = 1.5: expected 0 to 1"),
    "more than a type has": ({"rule": "type", "types": 4, "within_share": 1},
                             ".in_degree = 30: 30 candidates of the same type among 9"),
}  # fmt: skip


@pytest.mark.parametrize("candidates, expected", CASES.values(), ids=CASES)
def test_a_wrong_table_is_refused_in_one_line(candidates, expected):
    with pytest.raises(UserError) as caught:
        circuit(candidates, neurons=50, in_degree=30)
    assert str(caught.value).startswith(f"prefrontal.toml: projections.{MANY}{expected}")


def test_more_candidates_than_cells_are_refused_where_some_are_chosen():
    with pytest.raises(UserError, match=r"in_degree = 50: expected at most 39: there are no more"):
        circuit(SHEET, neurons=50, in_degree=50)
    assert (
        plan(circuit({"rule": "random"}, neurons=50, in_degree=50)).projections[MANY].size == 1560
    )


def test_cells_lie_on_one_sheet():
    with pytest.raises(UserError, match=r'sheet = "2 mm": expected "1 mm" as in pyramidal_to_pyr'):
        circuit(SHEET, pyramidal_to_pv=SHEET | {"sheet": "2 mm"})


def test_a_projection_without_in_degree_is_refused(circuit_file):
    path = circuit_file(lambda tree: tree["projections"]["pv_to_pv"].pop("in_degree"))
    with pytest.raises(UserError, match=r"projections.pv_to_pv.in_degree: missing"):
        load_circuit(path)
