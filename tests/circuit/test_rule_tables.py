"""Where a circuit uses a rule wrongly, one line says so before anything is compiled."""

import pytest

from synaptoket import Constant, Part, Rule, UserError, Variable
from synaptoket.circuit.circuit_file import circuit_tree, load_circuit, read_circuit
from synaptoket.circuit.group import names_in
from synaptoket.circuit.plan import plan
from synaptoket.circuit.rule_defaults import without_rules
from synaptoket.parameters.files import model_path, read_toml
from synaptoket.plasticity import RULES

RECURRENT = "pyramidal_to_pyramidal"

PAIR = Rule(
    "fake_pairing", "-", "-", {"pairing_time": Constant("second", "tau", "width of the window")},
    {"synapse": Part(variables={"fake_weight": Variable("1", 1.0)}, factor="fake_weight")},
    kind="functional", governs="weight",
)  # fmt: skip
BIRTH = Rule(
    "fake_formation", "-", "-", {"fake_rate": Constant("1/day", "f", "birth hazard")},
    {"synapse": Part(slow="birth_rate = fake_rate", order=1)}, kind="formation",
)  # fmt: skip
CURVE = Rule(
    "fake_growth", "-", "-",
    {name: Constant("1", name, "a level of calcium") for name in ("eta", "epsilon")},
    {"neuron": Part(variables={"{element}": Variable("1")})}, kind="growth",
)  # fmt: skip
LOST = Rule(
    "fake_elimination", "-", "-", {"fake_hazard": Constant("1/day", "e", "loss hazard")},
    {"synapse": Part(slow="loss_rate = fake_hasard*age", order=1)}, kind="elimination",
)  # fmt: skip
FAKES = {rule.name: rule for rule in (PAIR, BIRTH, CURVE, LOST)}
GROWN = {"curve": "gaussian", "growth_rate": "1 /day", "eta": 0.1, "epsilon": 0.7}


def structural(tree, **choices):
    """Replace the recurrent projection's structural rules by those of its own tables."""
    for rule in ("structure", "protein_formation", "spine_stages"):
        del tree["rules"][rule]
    tree["projections"][RECURRENT] |= {"structure": {"filling_fraction": 0.3}} | choices


def on(projection, **rules):
    return lambda tree: tree["projections"][projection].update(rules=rules)


def cells(**rules):
    return lambda tree: tree["populations"]["pyramidal"].update(rules=rules)


def grown(**changed):
    table = {key: value for key, value in (GROWN | changed).items() if value is not None}
    return lambda tree: tree["populations"]["pv"].update(elements={"axonal_inhibitory": table})


def chosen(**choices):
    return lambda tree: structural(tree, **choices)


ON = {"enabled": True}
BORN = {"rule": "fake_formation", "fake_rate": "0.1 /day"}
HOLDS = {"trace_decay": "20 ms", "target_rate": "1 Hz", "inhibitory_learning_rate": 1e-6,
         "inhibitory_maximum": 5}  # fmt: skip

CASES = {
    "missing in a shared table": (
        lambda tree: tree["rules"]["spine_size"].pop("size_relaxation"),
        "rules.spine_size.size_relaxation: missing (",
    ),
    "missing in a projection's rule": (
        on("pyramidal_to_pv", fake_pairing=ON),
        "projections.pyramidal_to_pv.rules.fake_pairing.pairing_time: missing (width of the window",
    ),
    "missing in a chosen rule": (
        chosen(formation={"rule": "fake_formation"}),
        f"projections.{RECURRENT}.formation.fake_rate: missing (birth hazard",
    ),
    "missing in a growth curve": (
        grown(epsilon=None),
        "populations.pv.elements.axonal_inhibitory.epsilon: missing (",
    ),
    "missing in a population's rule": (
        cells(firing_calcium={"firing_calcium_decay": "10 s"}),
        "populations.pyramidal.rules.firing_calcium.firing_calcium_increment: missing (",
    ),
    "unknown rule of a projection": (
        on("pv_to_pv", inhibitory_plasticty=ON),
        "projections.pv_to_pv.rules.inhibitory_plasticty: unknown rule; did you mean "
        "'inhibitory_plasticity'?",
    ),
    "unknown rule of formation": (
        chosen(formation={"rule": "fake_formatio"}),
        f'projections.{RECURRENT}.formation.rule = "fake_formatio": expected a rule of formation; '
        "did you mean 'fake_formation'?",
    ),
    "rule of elimination as formation": (
        chosen(formation={"rule": "size_elimination"}),
        f'projections.{RECURRENT}.formation.rule = "size_elimination": expected a rule of '
        "formation, got one of kind elimination; valid: ",
    ),
    "functional rule as elimination": (
        chosen(elimination={"rule": "spine_size"}),
        f'projections.{RECURRENT}.elimination.rule = "spine_size": expected a rule of '
        "elimination, got one of kind functional; valid: ",
    ),
    "formation without a name": (
        chosen(formation={"fake_rate": "1 /day"}),
        f"projections.{RECURRENT}.formation.rule: missing (expected one of ",
    ),
    "formation as text": (
        chosen(formation="fake_formation"),
        f"projections.{RECURRENT}.formation = 'fake_formation': expected a table with rule = ",
    ),
    "a rule as a switch": (
        lambda tree: tree["rules"].update(spine_size=False),
        "rules.spine_size = False: expected a table with the rule's constants",
    ),
    "a switch as text": (
        lambda tree: tree["rules"]["spine_size"].update(enabled="yes"),
        "rules.spine_size.enabled = 'yes': expected true or false",
    ),
    "names that are no list": (
        lambda tree: tree["rules"]["spine_size"].update(projections="pv_to_pv"),
        "rules.spine_size.projections = 'pv_to_pv': expected a list of names",
    ),
    "inhibitory plasticity of an excitatory source": (
        on("pyramidal_to_pv", inhibitory_plasticity=HOLDS),
        "projections.pyramidal_to_pv.rules.inhibitory_plasticity: the rule inhibitory_plasticity "
        "is for synapses of inhibitory cells; pyramidal, the source of pyramidal_to_pv, is "
        "excitatory",
    ),
    "functional rule of a population": (
        cells(inhibitory_plasticity=HOLDS),
        "populations.pyramidal.rules.inhibitory_plasticity: the rule inhibitory_plasticity joins "
        "projections, not populations alone; expected it under projections.<name>.rules or in "
        "[rules.inhibitory_plasticity]",
    ),
    "rule of cells on a projection": (
        on("pv_to_pv", firing_calcium=ON),
        "projections.pv_to_pv.rules.firing_calcium: the rule firing_calcium joins populations, not "
        "projections alone; expected it under populations.<name>.rules or in",
    ),
    "growth curve as a rule": (
        cells(gaussian_growth=ON),
        "populations.pyramidal.rules.gaussian_growth: the rule gaussian_growth grows synaptic "
        'elements; expected it as populations.<name>.elements.<element>.curve = "gaussian"',
    ),
    "functional rule without projections": (
        lambda tree: tree["rules"]["inhibitory_plasticity"].pop("projections"),
        "rules.inhibitory_plasticity.projections: missing: the rule inhibitory_plasticity joins "
        "projections; expected a list of their names",
    ),
    "rule of cells without cells": (
        lambda tree: tree["rules"]["nmda_block"].pop("populations"),
        "rules.nmda_block.populations: missing: the rule nmda_block joins populations",
    ),
    "background in a list of projections": (
        lambda tree: tree["rules"]["spine_size"].update(projections=["background"]),
        "rules.spine_size.projections: unknown projection 'background'; a background input has no "
        "synapses that a rule could act on",
    ),
    "background as a projection": (
        lambda tree: tree["projections"].update(background={"rules": {"spine_size": ON}}),
        "projections.background: a background input has no synapses that a rule could act on",
    ),
    "two rules on one weight": (
        on(RECURRENT, fake_pairing={"pairing_time": "20 ms"}),
        f"projections.{RECURRENT}.rules.fake_pairing and rules.calcium_plasticity both set the "
        f"weight of {RECURRENT}: use one of them",
    ),
    "a rule twice": (
        on(RECURRENT, synaptic_scaling={
            "scaling_target": 1, "scaling_time": "1 day", "scaling_minimum": 0.5,
            "scaling_maximum": 2, "scaling_window": "4 s",
        }),
        f"rules.synaptic_scaling and projections.{RECURRENT}.rules.synaptic_scaling both give "
        f"{RECURRENT} the rule synaptic_scaling: use one of them",
    ),
    "two rules of formation": (
        lambda tree: tree["projections"][RECURRENT].update(formation=BORN),
        f"rules.protein_formation and projections.{RECURRENT}.formation both set the formation of",
    ),
    "formation without structure": (
        lambda tree: tree["projections"]["pv_to_pv"].update(formation=BORN),
        "projections.pv_to_pv.structure: missing: projections.pv_to_pv.formation needs to know "
        "which synapses exist at first; expected a table with filling_fraction",
    ),
    "structure without filling": (
        chosen(structure=ON, formation=BORN),
        f"projections.{RECURRENT}.structure.filling_fraction: missing (share of potential",
    ),
    "growth that shrinks": (
        grown(eta=0.8),
        "populations.pv.elements.axonal_inhibitory.eta = 0.8: expected less than epsilon = 0.7",
    ),
    "another growth that shrinks": (
        grown(curve="fake", growth_rate=None, eta=0.7),
        "populations.pv.elements.axonal_inhibitory.eta = 0.7: expected less than epsilon = 0.7",
    ),
    "unknown curve": (
        grown(curve="gausian"),
        'populations.pv.elements.axonal_inhibitory.curve = "gausian": expected one of ',
    ),
    "unknown element": (
        lambda tree: tree["populations"]["pv"].update(elements={"axonal": GROWN}),
        "populations.pv.elements.axonal: unknown element; valid: axonal_excitatory, ",
    ),
    "wrong unit in a chosen rule": (
        chosen(formation=BORN | {"fake_rate": "3 day"}),
        f'projections.{RECURRENT}.formation.fake_rate = "3 day": expected a rate',
    ),
    "wrong unit in a growth curve": (
        grown(eta="3 mV"),
        'populations.pv.elements.axonal_inhibitory.eta = "3 mV": expected a number without a unit',
    ),
    "a name that nothing provides": (
        chosen(elimination={"rule": "fake_elimination", "fake_hazard": "1 /day"}),
        f"projections.{RECURRENT}.elimination: the rule fake_elimination of {RECURRENT} uses "
        "'fake_hasard', which nothing in the circuit provides; did you mean 'fake_hazard'?",
    ),
}  # fmt: skip


@pytest.mark.parametrize("change, expected", CASES.values(), ids=CASES)
def test_a_rule_used_wrongly_is_one_line(circuit_file, change, expected):
    path = circuit_file(change)
    with pytest.raises(UserError) as caught:
        plan(load_circuit(path, rules=FAKES))
    message = str(caught.value)
    assert "\n" not in message
    assert message.startswith(f"{path}: {expected}")


def test_a_table_twice_is_the_line_of_the_file(circuit_file):
    path = circuit_file(chosen(formation=BORN))
    with open(path, "a") as file:
        file.write(f"\n[projections.{RECURRENT}.formation]\n")
    with pytest.raises(UserError, match="not valid TOML: Cannot declare .*formation.* line"):
        load_circuit(path, rules=FAKES)


def test_two_own_rules_of_formation_exclude_each_other(circuit_file):
    """Whatever they say they govern."""
    again = {"again": Rule("again", "-", "-", {}, BIRTH.parts, kind="formation")}
    change = chosen(formation=BORN, rules={"again": ON})
    with pytest.raises(UserError, match="both set the formation of pyramidal_to_pyramidal"):
        plan(load_circuit(circuit_file(change), rules=FAKES | again))


def test_a_rule_of_the_users_own_cannot_take_the_place_of_one_that_ships():
    with pytest.raises(UserError, match="'bdnf' ships already"):
        load_circuit("prefrontal", rules={"bdnf": RULES["bdnf"]})


def shared_by_cells_and_synapses(**variables):
    cell = Part(variables={"seen": Variable("1")}, equations="dseen/dt = -seen/common : 1")
    synapse = Part(
        variables=variables, on_pre="seen_post += dt/common", slow="loss_rate = 1/common", order=1
    )
    constants = {"common": Constant("second", "tau", "a time of cells and synapses")}
    parts = {"target": cell, "synapse": synapse}
    return {"mine": Rule("mine", "-", "-", constants, parts, kind="elimination")}


def test_a_constant_may_be_used_by_cells_and_by_their_synapses(circuit_file):
    """To Brian2 it is one name, which a synapse must take from its cell."""
    path = circuit_file(chosen(elimination={"rule": "mine", "common": "3 s"}))
    made = plan(load_circuit(path, rules=shared_by_cells_and_synapses()))
    group = made.projections[RECURRENT]
    assert made.populations["pyramidal"].constants["common"] == ("second", 3.0)
    assert "common" not in group.constants
    assert "loss_rate = 1/common_post" in group.slow.splitlines()
    circuit = load_circuit(
        path, rules=shared_by_cells_and_synapses(waiting=Variable("second", "common"))
    )
    with pytest.raises(UserError, match="starts a variable of synapses at 'common', which its"):
        plan(circuit)


def test_a_default_can_be_set_by_its_name_and_is_kept():
    name = ("rules", "structure", "contacts")
    assert load_circuit("prefrontal").rules["structure"].constants["contacts"] == 1
    changed = load_circuit("prefrontal", {name: 3}).rules["structure"].constants["contacts"]
    assert (float(changed), changed.source) == (3, "set on the command line")


def test_a_circuit_can_be_read_without_a_rule_that_is_not_at_hand(circuit_file):
    path = circuit_file(chosen(formation=BORN, rules={"fake_pairing": {"pairing_time": "1 s"}}))
    tree = circuit_tree(path, FAKES)
    with pytest.raises(UserError, match="fake_"):
        read_circuit(tree, "stored")
    left = read_circuit(without_rules(tree, FAKES), "stored")
    assert left.projections[RECURRENT].formation is None
    assert left.projections[RECURRENT].structure is not None
    assert left.sizes == load_circuit(path, rules=FAKES).sizes


def test_a_rule_that_is_not_listed_leaves_nothing(circuit_file):
    """No variable, no constant and no text; one that is switched off keeps its variables."""
    name = "calcium_plasticity"
    rule = RULES[name]
    own = {*rule.constants, *(n for part in rule.parts.values() for n in part.variables)}
    listed = plan(load_circuit("prefrontal")).groups()
    without = plan(load_circuit(circuit_file(lambda tree: tree["rules"].pop(name)))).groups()
    touched = {group for group in listed if own & names_in(listed[group].text())}
    assert touched == {"pyramidal", RECURRENT}
    for group in without:
        held = {*without[group].variables, *without[group].constants}
        assert not own & (held | names_in(without[group].text()))
        if group not in touched:
            assert without[group] == listed[group]
    off = plan(load_circuit("prefrontal", {("rules", name, "enabled"): False})).groups()
    assert "efficacy" in off[RECURRENT].variables
    assert "efficacy -=" in listed[RECURRENT].slow
    assert "efficacy -=" not in off[RECURRENT].slow


def test_the_prefrontal_circuit_has_nothing_of_the_rules_that_it_does_not_name():
    listed = read_toml(model_path("circuits", "prefrontal"))["rules"]
    made = plan(load_circuit("prefrontal"))
    declared = {True: set(), False: set()}
    for name, rule in RULES.items():
        declared[name in listed] |= {n for part in rule.parts.values() for n in part.variables}
    for group in made.groups().values():
        assert not (declared[False] - declared[True]) & {*group.variables}
