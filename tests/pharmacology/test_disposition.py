"""Disposition: where blood is drawn, and how patients differ; both are carried and checked."""

import pickle
from math import exp, log, sqrt

import numpy as np
import pytest

from synaptoket.parameters.errors import UserError
from synaptoket.parameters.files import model_names, model_path
from synaptoket.parameters.quantities import Variability
from synaptoket.pharmacology import Dose, exposure, load_drug

KETAMINE, ESKETAMINE = load_drug("ketamine"), load_drug("esketamine")


def problem(overrides, name="esketamine"):
    with pytest.raises(UserError) as caught:
        load_drug(name, overrides)
    message = str(caught.value)
    assert "\n" not in message
    return message.removeprefix(f"models/drugs/{name}.toml: ")


@pytest.mark.parametrize("name", model_names("drugs"))
def test_every_central_volume_says_where_blood_is_drawn(name):
    for substance in load_drug(name).species.values():
        assert substance.kinetics.site in ("arterial", "venous")


def test_the_site_agrees_with_the_size_of_the_central_volume():
    """Arterial data of S-ketamine give 11.6 L (Simons 2022), venous ones 133 L (Fanta 2015)."""
    nearest = {
        drug.name: min((11.6e-3, "arterial"), (133e-3, "venous"),
                       key=lambda known: abs(log(drug.kinetics.central_volume / known[0])))[1]
        for drug in (KETAMINE, ESKETAMINE)
    }  # fmt: skip
    assert nearest == {"ketamine": "arterial", "esketamine": "venous"}
    assert {d.name: d.kinetics.site for d in (KETAMINE, ESKETAMINE)} == nearest


def test_the_brain_of_a_venous_file_is_late_and_lower_after_a_bolus():
    """What the brain sees follows the plasma of the file; half an hour later they are close."""
    times = np.array([60.0, 1800.0])
    arterial = {
        "kinetics.central_volume": "11.6 L", "kinetics.clearance": "95.2 L/h",
        "kinetics.peripheral.shallow": {"volume": "39 L", "flow": "145.8 L/h"},
        "kinetics.peripheral.deep": {"volume": "174 L", "flow": "72.6 L/h"},
    }  # fmt: skip
    venous = {
        "kinetics.central_volume": "133 L", "kinetics.clearance": "95.2 L/h",
        "kinetics.peripheral.shallow": {"volume": "187 L", "flow": "23.2 L/h"},
        "kinetics.peripheral.deep": {"volume": "98.8 L", "flow": "157 L/h"},
    }  # fmt: skip
    dose = [Dose("esketamine", "10 mg").resolve()]
    first, later = (
        exposure(dose, {"esketamine": load_drug("esketamine", k)}, times).brain_free["esketamine"]
        for k in (arterial, venous)
    )
    assert first[0] > 4 * later[0]
    assert first[1] == pytest.approx(later[1], rel=0.5)


def test_a_wrong_or_missing_site_is_one_line(tmp_path):
    assert problem({"kinetics.site": "venus"}) == (
        "kinetics.site = \"venus\": unknown site; did you mean 'venous'?"
    )
    assert problem({"kinetics.site": 3}).startswith('kinetics.site = "3": unknown site')
    text = model_path("drugs", "nbqx").read_text(encoding="utf-8")
    path = tmp_path / "nbqx.toml"
    path.write_text("".join(x for x in text.splitlines(True) if not x.startswith("site =")))
    with pytest.raises(UserError, match=r"kinetics\.site: missing \(expected arterial or venous\)"):
        load_drug(path)


def test_variances_stand_beside_their_values():
    central = ESKETAMINE.kinetics.central_volume
    assert central.variability == Variability("log", 0.073)
    fraction = ESKETAMINE.routes["intranasal"].paths["mucosa"].fraction
    assert fraction.variability.scale == "logit"
    assert sqrt(fraction.variability.variance) == pytest.approx(0.708, abs=1e-3)
    assert ESKETAMINE.kinetics.peripheral["deep"].volume.variability is None


def test_a_variance_is_that_of_the_published_coefficient_of_variation():
    """Perez-Ruixo 2021 table 3: 27.5 % of Vc, 49.3 % of Vp1, 61.5 % of ka; CV² = exp(ω²) − 1."""
    kinetics, nose = ESKETAMINE.kinetics, ESKETAMINE.routes["intranasal"].paths["mucosa"]
    for quantity, published in (
        (kinetics.central_volume, 0.275),
        (kinetics.peripheral["shallow"].volume, 0.493),
        (nose.absorption_rate, 0.615),
    ):
        assert sqrt(exp(quantity.variability.variance) - 1) == pytest.approx(published, rel=0.01)


@pytest.mark.parametrize("drug", [KETAMINE, ESKETAMINE])
def test_variances_and_covariance_make_a_covariance_matrix(drug):
    name = "norketamine" if drug is KETAMINE else "noresketamine"
    kinetics = drug.metabolites[name].kinetics
    variances = [q.variability.variance for q in (kinetics.clearance, kinetics.central_volume)]
    matrix = np.diag(variances)
    matrix[0, 1] = matrix[1, 0] = kinetics.clearance_volume_covariance
    assert np.all(np.linalg.eigvalsh(matrix) > 0)
    assert matrix[0, 1] / sqrt(variances[0] * variances[1]) == pytest.approx(0.69, abs=0.01)


def test_a_variance_changes_no_concentration_of_the_typical_patient():
    value = {"value": "79 L/h", "source": "x"}
    without = load_drug("ketamine", {"kinetics.clearance": value})
    times = np.linspace(0, 3600, 5)
    dose = [Dose("ketamine", "35 mg").resolve()]
    for drugs in ({"ketamine": KETAMINE}, {"ketamine": without}):
        assert np.array_equal(
            exposure(dose, drugs, times).plasma["ketamine"],
            exposure(dose, {"ketamine": KETAMINE}, times).plasma["ketamine"],
        )
    assert without.kinetics.clearance.variability is None


def test_a_value_of_the_user_has_no_variance_of_the_paper():
    assert (
        load_drug("ketamine", {"kinetics.clearance": "60 L/h"}).kinetics.clearance.variability
        is None
    )


def test_a_variance_survives_being_sent_to_another_process():
    clearance = pickle.loads(pickle.dumps(KETAMINE.kinetics.clearance))
    assert clearance.variability == KETAMINE.kinetics.clearance.variability


def varying(value, variance):
    return {"value": value, "variance": variance, "source": "x"}


@pytest.mark.parametrize(
    ("overrides", "expected"),
    [
        ({"kinetics.clearance": varying("95 L/h", "-0.1")}, "variance = -0.1: expected a num"),
        ({"kinetics.clearance": varying("95 L/h", "30 %")}, ""),
        ({"kinetics.clearance": varying("95 L/h", "0.1 L")}, "variance = 0.1 L: expected a number"),
        ({"kinetics.clearance": varying("95 L/h", 11)}, "variance = 11: expected a number"),
        ({"kinetics.clearance_exponent": varying("0.75", 0.1)}, "expected { value"),
        (
            {"routes.intranasal.paths.mucosa.bioavailability": varying("1", 0.1)},
            "between 0 and 1, whose logit varies",
        ),
        ({"kinetics.clearance_volume_covariance": "0.06"}, "expected at most 0.0554, the root"),
        (
            {"kinetics.clearance": "60 L/h", "kinetics.clearance_volume_covariance": "0.01"},
            "expected a variance of clearance and of central_volume",
        ),
    ],
)  # fmt: skip
def test_a_wrong_variance_is_one_line(overrides, expected):
    if not expected:
        assert load_drug("esketamine", overrides).kinetics.clearance.variability.variance == 0.3
        return
    assert expected in problem(overrides)


def test_show_prints_sites_and_variances(capsys):
    from synaptoket.cli.show import show

    show("esketamine")
    lines = capsys.readouterr().out.splitlines()
    assert lines[1].split() == ["name", "value", "unit", "variance", "source"]
    (clearance,) = (line for line in lines if line.startswith("kinetics.clearance "))
    assert clearance.split()[1:4] == ["114", "L/h", "0.042"]
    (site,) = (line for line in lines if line.startswith("kinetics.site "))
    assert site.split()[1] == "venous"


def test_show_has_no_empty_column_of_variances(capsys):
    from synaptoket.cli.show import show

    show("mk801")
    assert "variance" not in capsys.readouterr().out.splitlines()[1]
