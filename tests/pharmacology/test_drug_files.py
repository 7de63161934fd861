"""The drug and receptor files: all load, every number has a source, mistakes read as one line."""

import tomllib

import pytest

from synaptoket.parameters.errors import UserError
from synaptoket.parameters.files import model_names, model_path
from synaptoket.pharmacology import ROUTES, load_drug, load_nmda_receptor

FILES = [("drugs", name) for name in model_names("drugs")] + [("receptors", "nmda")]


def numbers(table, path=()):
    """Yield (key, value) of everything in a file that is neither a table nor a text field."""
    for key, value in table.items():
        here = (*path, key)
        if isinstance(value, dict) and "value" not in value:
            yield from numbers(value, here)
        elif key not in ("name", "title", "description"):
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
    targets = ("nmda", "ampa", "mtorc1", "trkb", "trkb_binding", "ampa_potentiation")
    bound = {
        name: [target for target in targets if getattr(load_drug(name), target)]
        for name in ("ketamine", "nbqx", "rapamycin", "anti_bdnf")
    }
    assert bound == {
        "ketamine": ["nmda", "trkb_binding"],
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
            load_drug(name).affinity("ab", "hydroxynorketamine")
        assert metabolite.ampa_potentiation is not None
        assert metabolite.trkb_binding.kd < load_drug(name).trkb_binding.kd
    assert "hydroxynorketamine" not in made["esketamine"]
    share = [made[n]["hydroxynorketamine"].formation_fraction for n in ("arketamine", "ketamine")]
    assert share[0] == pytest.approx(2 * share[1])  # half of the racemate is R-ketamine


def test_ketamine_has_every_route():
    assert sorted(load_drug("ketamine").route_names()) == sorted(ROUTES)


def test_classes_are_geometric_means_of_their_subunits():
    ketamine, receptor = load_drug("ketamine"), load_nmda_receptor()
    assert ketamine.affinity("ab") == pytest.approx((0.33e-3 * 0.31e-3) ** 0.5)
    assert ketamine.affinity("cd") == pytest.approx((0.51e-3 * 0.83e-3) ** 0.5)
    assert receptor.sensitivity("cd") == pytest.approx((0.148 * 0.206) ** 0.5)


def test_norketamine_is_weaker_by_the_ratio_of_binding_constants():
    ketamine = load_drug("ketamine", {"nmda.affinity.GluN2A": "1 µM"})
    assert ketamine.affinity("GluN2A", "norketamine") == pytest.approx(7.0e-3)


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
        ({"nmda.affinity.GluN2A": "0 µM"}, '"0 µM": expected a value above zero'),
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
