"""The drug and receptor files: all load, every number has a source, mistakes read as one line."""

import tomllib
from math import exp

import pytest

from synaptoket.parameters.errors import UserError
from synaptoket.parameters.files import model_names, model_path
from synaptoket.pharmacology import ROUTES, SUBUNITS, load_drug, load_nmda_receptor

FILES = [("drugs", name) for name in model_names("drugs")] + [("receptors", "nmda")]


def numbers(table, path=()):
    """Yield (key, value) of everything in a file that is neither a table nor a text field."""
    for key, value in table.items():
        here = (*path, key)
        if isinstance(value, dict) and "value" not in value:
            yield from numbers(value, here)
        elif key not in ("name", "title", "description", "affinity_set"):
            yield ".".join(here), value


@pytest.mark.parametrize(("kind", "name"), FILES)
def test_every_number_has_a_unit_and_a_source(kind, name):
    found = list(numbers(tomllib.loads(model_path(kind, name).read_text(encoding="utf-8"))))
    assert found
    for key, value in found:
        assert isinstance(value, dict), key
        assert isinstance(value["value"], str), key
        assert value["source"].strip(), key


@pytest.mark.parametrize("name", model_names("drugs"))
def test_a_drug_is_named_as_its_file(name):
    assert load_drug(name).name == name


def test_the_headline_drugs_bind_their_targets():
    targets = ("nmda", "glun2b", "ampa", "mtorc1", "trkb", "trkb_binding", "ampa_potentiation")
    bound = {
        name: [target for target in targets if getattr(load_drug(name), target)]
        for name in ("ketamine", "ro25_6981", "nbqx", "rapamycin", "anti_bdnf")
    }
    assert bound == {
        "ketamine": ["nmda", "trkb_binding"],
        "ro25_6981": ["glun2b"],
        "nbqx": ["ampa"],
        "rapamycin": ["mtorc1"],
        "anti_bdnf": ["trkb"],
    }


def test_hydroxynorketamine_comes_from_r_ketamine_and_blocks_no_nmda_receptor():
    made = {n: load_drug(n).metabolites for n in ("ketamine", "arketamine", "esketamine")}
    for name in ("ketamine", "arketamine"):
        metabolite = made[name]["hydroxynorketamine"]
        assert metabolite.nmda is None
        with pytest.raises(UserError, match="hydroxynorketamine: does not block the NMDA receptor"):
            load_drug(name).affinity("GluN2A", "hydroxynorketamine")
        assert metabolite.ampa_potentiation is not None
        assert metabolite.trkb_binding.kd < load_drug(name).trkb_binding.kd
    assert "hydroxynorketamine" not in made["esketamine"]
    share = [made[n]["hydroxynorketamine"].formation_fraction for n in ("arketamine", "ketamine")]
    assert share[0] == pytest.approx(2 * share[1])  # half of the racemate is R-ketamine


def test_ketamine_has_every_route():
    assert sorted(load_drug("ketamine").route_names()) == sorted(ROUTES)


def test_a_class_of_magnesium_sensitivity_is_the_geometric_mean_of_its_subunits():
    assert load_nmda_receptor().sensitivity("cd") == pytest.approx((0.148 * 0.206) ** 0.5)


def test_norketamine_is_weaker_by_the_ratio_of_binding_constants():
    ketamine = load_drug("ketamine", {"nmda.affinity_sets.kotermanski.GluN2A": "1 µM"})
    assert ketamine.affinity("GluN2A", "norketamine") == pytest.approx(7.0e-3)


def test_a_drug_has_no_affinity_to_a_class():
    with pytest.raises(UserError, match="^ab: unknown subunit"):
        load_drug("ketamine").affinity("ab")


def test_the_affinity_set_in_use_is_chosen_by_its_name():
    gilling = load_drug("ketamine", {"nmda.affinity_set": "gilling"})
    # 0.71 µM at -70 mV, at the receptor's reference potential
    receptor = load_nmda_receptor()
    shift = exp((receptor.reference_potential + 70e-3) / receptor.blocker_voltage)
    assert gilling.affinity("GluN2A") == pytest.approx(0.71e-3 * shift, rel=2e-3)
    usual = load_drug("ketamine")
    assert usual.affinity("GluN2A") == pytest.approx(0.33e-3)
    for subunit in SUBUNITS:  # measured on GluN2A; the others keep their ratio
        ratio = gilling.affinity(subunit) / usual.affinity(subunit)
        assert ratio == pytest.approx(gilling.affinity("GluN2A") / 0.33e-3, rel=3e-3)
    assert gilling.affinity("GluN2A", "norketamine") == pytest.approx(7 * 0.803e-3)


@pytest.mark.parametrize(
    ("name", "overrides", "expected"),
    [
        ("ketamine", {"nmda.affinity_set": "giling"}, 'nmda.affinity_set = "giling": unknown set; '
         "did you mean 'gilling'?"),
        ("memantine", {"nmda.affinity_set": "gilling"}, "nmda.affinity: expected it, or affi"),
        ("ketamine", {"nmda.affinity": {"GluN2A": "1 µM"}}, "nmda.affinity.GluN2B: missing (expec"),
        ("ketamine", {"nmda.affinity_sets.gilling.GluN2E": "1 µM"},
         "nmda.affinity_sets.gilling.GluN2E: unknown key; did you mean 'GluN2"),
        ("memantine", {"nmda.superficial_site.trapped_fraction": "1.2"}, "expected at most 1"),
        ("ro25_6981", {"glun2b.maximum": "1.2"}, "expected a fraction from 0 to 1"),
    ],
)  # fmt: skip
def test_mistakes_in_tables_of_receptors_read_as_one_line(name, overrides, expected):
    message = problem(overrides, name)
    assert message.startswith(f"models/drugs/{name}.toml: ")
    assert expected in message


def test_an_override_replaces_both_value_and_source():
    for overrides in (
        {"kinetics.clearance": "60 L/h"},
        {"kinetics": {"clearance": "60 L/h"}},
    ):
        clearance = load_drug("ketamine", overrides).kinetics.clearance
        assert clearance == pytest.approx(60e-3 / 3600)
        assert clearance.source == "set by the user"


def problem(overrides=None, name="ketamine"):
    with pytest.raises(UserError) as caught:
        load_drug(name, overrides)
    message = str(caught.value)
    assert "\n" not in message
    return message


def test_a_wrong_unit_names_file_key_value_and_expectation():
    assert problem({"kinetics.clearance": "5 s"}).startswith(
        'models/drugs/ketamine.toml: kinetics.clearance = "5 s": '
        "expected a clearance (liter/second), got a time"
    )


@pytest.mark.parametrize(
    ("overrides", "expected"),
    [
        ({"kinetics.clearence": "5 L/h"}, "kinetics.clearence: unknown key; did you mean 'clear"),
        ({"kinetics.peripheral.slow.vol": "5 L"}, "slow.vol: unknown key; did you mean 'volume'?"),
        (
            {"routes.rectal.bioavailability": "0.3"},
            "routes.rectal = {…}: expected one of absorption_half_time, absorption_rate",
        ),
        ({"routes.oral.bioavailability": "1.2"}, 'bioavailability = "1.2": expected a fraction'),
        ({"routes.oral.bioavailability": "0.5"}, "add up to more than the dose"),
        ({"kinetics.clearance": "-5 L/h"}, '"-5 L/h": expected a value above zero'),
        (
            {"nmda.affinity_sets.kotermanski.GluN2A": "0 µM"},
            '"0 µM": expected a value above zero',
        ),
        (
            {"metabolites.norketamine.formation_fraction": "-0.1"},
            "expected a value of zero or more",
        ),
        ({"molar_mass": 237.73}, "expected a molar mass (gram/mole)"),
    ],
)
def test_other_mistakes_read_as_one_line(overrides, expected):
    message = problem(overrides)
    assert message.startswith("models/drugs/ketamine.toml: ")
    assert expected in message


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("affinity_set =", "nmda.affinity_set: missing (expected one of kotermanski, gilling)"),
        ("GluN2|[nmda.affinity_sets", "nmda.affinity: missing (expected a table with GluN2A, Gl"),
    ],
)
def test_missing_affinities_are_told(tmp_path, line, expected):
    text = model_path("drugs", "ketamine").read_text(encoding="utf-8")
    path = tmp_path / "own.toml"
    kept = [t for t in text.splitlines() if not t.startswith(tuple(line.split("|")))]
    path.write_text("\n".join(kept), encoding="utf-8")
    assert expected in problem(name=path)


def test_a_missing_number_says_what_it_should_be(tmp_path):
    text = model_path("drugs", "nbqx").read_text(encoding="utf-8")
    lines = [line for line in text.splitlines() if not line.startswith("clearance =")]
    path = tmp_path / "nbqx.toml"
    path.write_text("\n".join(lines), encoding="utf-8")
    message = problem(name=path)
    assert message.endswith(
        "nbqx.toml: kinetics.clearance: missing (expected a clearance (liter/second))"
    )


def test_an_unknown_route_or_metabolite_names_the_nearest(tmp_path):
    text = model_path("drugs", "ketamine").read_text(encoding="utf-8")
    path = tmp_path / "own.toml"
    path.write_text(text.replace("[routes.sublingual]", "[routes.sublingal]"), encoding="utf-8")
    assert "routes.sublingal: unknown route; did you mean 'sublingual'?" in problem(name=path)
    wrong = text.replace("first_pass.norketamine", "first_pass.norketamin")
    path.write_text(wrong, encoding="utf-8")
    assert "unknown metabolite; did you mean 'norketamine'?" in problem(name=path)


def test_an_unknown_drug_names_the_nearest():
    assert "did you mean 'ketamine'?" in problem(name="ketamin")


def test_a_wrong_receptor_constant_reads_as_one_line():
    with pytest.raises(UserError, match=r'nmda\.toml: magnesium = "1 mV": expected a concentra'):
        load_nmda_receptor(overrides={"magnesium": "1 mV"})
