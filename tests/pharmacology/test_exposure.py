"""Exposure: exact, linear, and in the ranges that were measured in people."""

from math import log

import numpy as np
import pytest
from scipy.integrate import solve_ivp

from synaptoket.parameters.errors import UserError
from synaptoket.pharmacology import (
    DEFAULT_UNBLOCKING_RATE,
    DRUG_DRIVES,
    Dose,
    ResolvedDose,
    exposure,
    load_drug,
    species_names,
)
from synaptoket.pharmacology.drives import BLOCKER_LOADS
from synaptoket.pharmacology.exposure import DEFAULT_SUPERFICIAL_RATE
from synaptoket.pharmacology.kinetics import compartments, inputs

HOUR = 3600.0
KETAMINE = {"ketamine": load_drug("ketamine")}
INFUSION = Dose("ketamine", "35 mg", duration="40 min").resolve()
#: Dense while a dose is absorbed, then to 12 half-lives of norketamine.
TIMES = np.concatenate([np.linspace(0, 2, 121), np.linspace(2, 60, 291)[1:]]) * HOUR


def ng_per_ml(concentration, drug):
    """Return mol/m3 as ng/mL."""
    return concentration * drug.molar_mass * 1e6


def plasma(dose, times=TIMES, drugs=KETAMINE, body_weight=70.0):
    return exposure([dose], drugs, times, body_weight).plasma[dose.drug]


def area(drug, dose, body_weight=70.0):
    """Return the area under the plasma curve from 0 to infinity (mol s/m3), without quadrature.

    It is what the integral of dx/dT = A x + input leaves: x̄ = −A⁻¹ · dose.
    """
    body = compartments(drug, body_weight, {dose.route})
    given = np.zeros(len(body.names))
    for entering in inputs(body, drug, [dose]):
        given[entering.index] += entering.amount
    total = np.linalg.solve(-body.matrix, given)
    return {
        name: total[body.index(f"{name} central")] / body.volumes[name] for name in drug.species
    }


def test_f3_plasma_after_the_antidepressant_infusion():
    ketamine = KETAMINE["ketamine"]
    at_40_min = ng_per_ml(plasma(INFUSION, np.array([2400.0])), ketamine)[0]
    assert 130 <= at_40_min <= 260
    total = ng_per_ml(area(ketamine, INFUSION)["ketamine"], ketamine) / HOUR
    assert 389 <= total <= 507


def test_the_curve_itself_has_the_area_that_f3_asks():
    seen = ng_per_ml(np.trapezoid(plasma(INFUSION), TIMES), KETAMINE["ketamine"]) / HOUR
    assert 389 <= seen <= 507


def test_distribution_and_elimination_have_the_measured_half_lives():
    ketamine = KETAMINE["ketamine"]
    body = compartments(ketamine, 70.0)
    tissues = [i for i, name in enumerate(body.names) if name in (
        "ketamine central", "ketamine rapid", "ketamine slow")]  # fmt: skip
    half_lives = np.sort(-log(2) / np.linalg.eigvals(body.matrix[np.ix_(tissues, tissues)]).real)
    assert 7 * 60 <= half_lives[1] <= 16 * 60  # findings 2.16
    assert 2.0 * HOUR <= half_lives[2] <= 3.1 * HOUR
    volumes = [ketamine.kinetics.central_volume]
    volumes += [tissue.volume for tissue in ketamine.kinetics.peripheral.values()]
    assert sum(volumes) == pytest.approx(252e-3)  # Kamp 2020, in m3


def test_a_bolus_peaks_within_the_spread_of_the_measured_one():
    dose = Dose("ketamine", "10 mg").resolve()
    peak = ng_per_ml(plasma(dose, np.array([120.0])), KETAMINE["ketamine"])[0]
    assert 296 / 1.71 <= peak <= 296 * 1.71  # Pharmacotherapy 2022;42:298, geometric SD 1.71


def test_f4_sublingual_and_oral_bioavailability_and_peak_time():
    oral = Dose("esketamine", "0.25 mg/kg", "oral").resolve()
    vein = Dose("esketamine", "0.125 mg/kg").resolve()
    esketamine = load_drug("esketamine")
    areas = [area(esketamine, dose)["esketamine"] for dose in (oral, vein)]
    assert 0.06 <= areas[0] / 0.25 / (areas[1] / 0.125) <= 0.10

    wafer = Dose("ketamine", "25 mg", "sublingual").resolve()
    same = Dose("ketamine", "25 mg").resolve()
    ketamine = KETAMINE["ketamine"]
    fraction = area(ketamine, wafer)["ketamine"] / area(ketamine, same)["ketamine"]
    assert 0.26 <= fraction <= 0.32
    assert 0.25 * HOUR <= TIMES[np.argmax(plasma(wafer))] <= 1.0 * HOUR


def test_swallowed_esketamine_becomes_norketamine_as_measured():
    esketamine = load_drug("esketamine")
    areas = area(esketamine, Dose("esketamine", "20 mg", "oral").resolve())
    mass_ratio = areas["noresketamine"] / areas["esketamine"] * 223.70 / 237.73
    assert mass_ratio == pytest.approx(16.5, rel=0.05)  # Fanta 2015


@pytest.mark.parametrize("duration", ["0 min", "40 min", "4 h"])
def test_eliminated_and_given_amounts_are_equal(duration):
    ketamine = KETAMINE["ketamine"]
    dose = Dose("ketamine", "35 mg", duration=duration).resolve()
    early = np.concatenate([np.linspace(0, 0.2, 201), np.linspace(0.2, 6, 601)[1:]])
    times = np.concatenate([early, np.linspace(6, 60, 601)[1:]]) * HOUR
    eliminated = np.trapezoid(plasma(dose, times), times) * ketamine.kinetics.clearance
    assert eliminated * ketamine.molar_mass == pytest.approx(35e-6, rel=2e-3)


def test_doses_add_up_whatever_drug_route_and_overlap():
    first = Dose("ketamine", "35 mg", duration="40 min", start="10 min").resolve()
    second = Dose("ketamine", "20 mg", duration="3 h", start="25 min").resolve()
    third = Dose("ketamine", "25 mg", "sublingual", start="30 min").resolve()
    together = exposure([third, first, second], KETAMINE, TIMES)
    apart = [exposure([dose], KETAMINE, TIMES) for dose in (first, second, third)]
    for species in ("ketamine", "norketamine"):
        for kind in ("plasma", "brain_free"):
            expected = sum(getattr(one, kind)[species] for one in apart)
            np.testing.assert_allclose(
                getattr(together, kind)[species], expected, rtol=1e-9, atol=1e-15
            )
    assert together.drives["nmda_blocker_2a"].max() > 1.0


def test_an_independent_integration_gives_the_same_curves():
    """Rate equations written out by hand, an infusion that starts and stops between samples."""
    ketamine = KETAMINE["ketamine"]
    k, m = ketamine.kinetics, ketamine.metabolites["norketamine"]
    rapid, slow = k.peripheral["rapid"], k.peripheral["slow"]
    oral = ketamine.routes["oral"]
    start, stop = 613.0, 613.0 + 2400.0
    infused = 35e-6 / ketamine.molar_mass / 2400.0
    swallowed = 20e-6 / ketamine.molar_mass
    to_brain = log(2) / ketamine.brain.equilibration_half_time
    absorbed = log(2) / oral.absorption_half_time

    def rates(t, x):
        depot, blood, fast, late, nor, brain = x
        c = blood / k.central_volume
        gives = absorbed * depot
        return [
            -gives,
            (infused if start <= t < stop else 0.0)
            + gives * 0.20
            - k.clearance * c
            - rapid.flow * (c - fast / rapid.volume)
            - slow.flow * (c - late / slow.volume),
            rapid.flow * (c - fast / rapid.volume),
            slow.flow * (c - late / slow.volume),
            gives * 0.64 + 0.8 * k.clearance * c
            - m.kinetics.clearance * nor / m.kinetics.central_volume,
            to_brain * (0.53 * 1.0 * c - brain),
        ]  # fmt: skip

    times = np.array([100.0, 700.0, 2900.0, 3100.0, 7777.0, 40000.0])
    state, expected = np.array([swallowed, 0, 0, 0, 0, 0]), []
    marks = sorted({0.0, start, stop, *times})
    for begin, end in zip(marks, marks[1:], strict=False):
        # Stop just short of a mark, so that the rate does not jump within a solver's step.
        solution = solve_ivp(
            rates, (begin, end * (1 - 1e-15)), state, method="LSODA", rtol=1e-10, atol=1e-18
        )
        state = solution.y[:, -1]
        if end in times:
            expected.append(state)
    expected = np.array(expected)
    doses = [
        Dose("ketamine", "20 mg", "oral").resolve(),
        Dose("ketamine", "35 mg", start="613 s", duration="40 min").resolve(),
    ]
    found = exposure(doses, KETAMINE, times)
    np.testing.assert_allclose(
        found.plasma["ketamine"], expected[:, 1] / k.central_volume, rtol=1e-6
    )
    np.testing.assert_allclose(
        found.plasma["norketamine"], expected[:, 4] / m.kinetics.central_volume, rtol=1e-6
    )
    np.testing.assert_allclose(found.brain_free["ketamine"], expected[:, 5], rtol=1e-6)


def test_values_do_not_depend_on_the_other_times():
    fine = np.linspace(0, 5, 301) * HOUR
    coarse = fine[[300, 7, 120]]
    together = exposure([INFUSION], KETAMINE, fine)
    alone = exposure([INFUSION], KETAMINE, coarse)
    np.testing.assert_allclose(
        alone.brain_free["ketamine"], together.brain_free["ketamine"][[300, 7, 120]], rtol=1e-12
    )


def test_a_brief_infusion_is_seen_between_samples_that_miss_it():
    burst = Dose("ketamine", "10 mg", start="10 min", duration="30 s").resolve()
    bolus = Dose("ketamine", "10 mg", start="10 min").resolve()
    times = np.array([0.0, 2.0]) * HOUR
    assert plasma(burst, times)[1] == pytest.approx(plasma(bolus, times)[1], rel=2e-3)


def test_a_dose_of_zero_and_no_dose_give_exactly_zero():
    zero = [
        Dose("ketamine", "0 mg", duration="40 min").resolve(),
        Dose("ketamine", "0 mg/kg", "oral").resolve(),
    ]
    without = {
        "nmda_unblocking_rate": DEFAULT_UNBLOCKING_RATE,
        "nmda_superficial_rate": DEFAULT_SUPERFICIAL_RATE,
    }
    for doses in ([], zero):
        found = exposure(doses, KETAMINE, TIMES)
        for concentrations in (found.plasma, found.brain_free):
            assert list(concentrations) == ["ketamine", "norketamine", "hydroxynorketamine"]
            assert all(np.all(values == 0.0) for values in concentrations.values())
        assert tuple(found.drives) == DRUG_DRIVES
        for name, values in found.drives.items():
            assert np.all(values == without.get(name, 0.0)), name


def test_a_dose_of_zero_beside_another_changes_no_bit():
    zero = Dose("ketamine", "0 mg", "oral").resolve()
    with_zero = exposure([zero, INFUSION], KETAMINE, TIMES)
    without = exposure([INFUSION], KETAMINE, TIMES)
    for name in DRUG_DRIVES:
        assert np.array_equal(with_zero.drives[name], without.drives[name])


def test_nothing_happens_before_the_dose_and_nothing_is_ever_negative():
    late = ResolvedDose("ketamine", 35e-6, "intravenous", start=86400.0, duration=2400.0)
    times = np.linspace(0, 40 * 86400.0, 400)
    found = exposure([late], KETAMINE, times)
    for values in (*found.plasma.values(), *found.brain_free.values()):
        assert np.all(values[times <= 86400.0] == 0.0)
        assert np.all(values >= 0.0)
        assert values.max() > 0


def test_clearance_and_volume_scale_with_the_body():
    """A mouse clears ketamine within half an hour by the same file (findings 2.15)."""
    dose = ResolvedDose("ketamine", 10e-6 * 0.025, "intravenous", 0.0, 0.0)
    curve = plasma(dose, np.array([30.0, 60.0]) * 60, body_weight=0.025)
    half_life = 30 * log(2) / log(curve[0] / curve[1])
    assert 13 <= half_life <= 25
    heavy, light = (
        plasma(Dose("ketamine", "35 mg").resolve(), np.array([0.0]), body_weight=w)[0]
        for w in (140.0, 70.0)
    )
    assert light == pytest.approx(2 * heavy)


def test_drives_are_free_brain_over_affinity_summed_over_blockers():
    ketamine = KETAMINE["ketamine"]
    found = exposure([INFUSION], KETAMINE, TIMES)
    for subunit, drive in BLOCKER_LOADS.items():
        expected = sum(
            found.brain_free[name] / ketamine.affinity(subunit, name)
            for name in ("ketamine", "norketamine")
        )
        np.testing.assert_allclose(found.drives[drive], expected, rtol=1e-12)
    assert found.drives["nmda_superficial_share"].max() == 0
    assert 0.35e-3 <= found.brain_free["ketamine"].max() <= 0.55e-3


def test_the_unblocking_rate_is_that_of_the_blocker_in_place():
    drugs = {name: load_drug(name) for name in ("ketamine", "mk801")}
    times = np.array([HOUR])
    alone = exposure([Dose("mk801", "1 mg").resolve()], drugs, times)
    assert alone.drives["nmda_unblocking_rate"][0] == pytest.approx(6e-4)
    both = [Dose("mk801", "1 mg").resolve(), Dose("ketamine", "35 mg").resolve()]
    assert 6e-4 < exposure(both, drugs, times).drives["nmda_unblocking_rate"][0] < 0.22


def test_only_memantine_has_a_load_at_the_superficial_site():
    drugs = {name: load_drug(name) for name in ("ketamine", "memantine")}
    alone, both = [Dose("memantine", "20 mg").resolve()], Dose("ketamine", "35 mg").resolve()
    memantine = exposure(alone, drugs, np.array([HOUR])).drives
    assert memantine["nmda_superficial_share"][0] == pytest.approx(1 / 6, abs=1e-3)
    assert memantine["nmda_superficial_rate"][0] == pytest.approx(1 / 0.79, rel=0.01)
    mixed = exposure([*alone, both], drugs, np.array([HOUR])).drives
    assert 0 < mixed["nmda_superficial_share"][0] < memantine["nmda_superficial_share"][0]
    assert mixed["nmda_superficial_rate"][0] == pytest.approx(1 / 0.79, rel=0.01)


def test_an_allosteric_drug_inhibits_glun2b_incompletely_and_blocks_no_channel():
    drugs = {"ro25_6981": load_drug("ro25_6981")}
    times = np.linspace(0, 12, 49) * HOUR
    for dose in ("10 mg/kg", "10 g/kg"):
        given = Dose("ro25_6981", dose, "intraperitoneal").resolve(body_weight=0.25)
        found = exposure([given], drugs, times, body_weight=0.25)
        load = found.brain_free["ro25_6981"] / 9e-6
        inhibited = found.drives["glun2b_inhibition"]
        np.testing.assert_allclose(inhibited, 0.9 * load / (1 + load), rtol=1e-12)
        assert 0.7 < inhibited.max() < 0.9
        assert all(found.drives[drive].max() == 0 for drive in BLOCKER_LOADS.values())


@pytest.mark.parametrize(
    ("name", "drive", "target", "key"),
    [
        ("nbqx", "ampa_block", "ampa", "kb"),
        ("rapamycin", "mtorc1_block", "mtorc1", "ic50"),
        ("anti_bdnf", "trkb_block", "trkb", "ic50"),
    ],
)
def test_an_antagonist_inhibits_its_own_target_only(name, drive, target, key):
    drugs = {name: load_drug(name), **KETAMINE}
    found = exposure([Dose(name, "10 mg/kg").resolve()], drugs, TIMES)
    half = getattr(getattr(drugs[name], target), key)
    free = found.brain_free[name]
    np.testing.assert_allclose(found.drives[drive], free / (free + half), rtol=1e-12)
    assert 0.5 < found.drives[drive].max() < 1.0
    untouched = set(DRUG_DRIVES) - {drive, "nmda_unblocking_rate", "nmda_superficial_rate"}
    assert all(np.all(found.drives[other] == 0.0) for other in untouched)


def test_hydroxynorketamine_comes_hours_after_ketamine_and_stays_longer():
    found = exposure([INFUSION], KETAMINE, TIMES)
    late = found.plasma["hydroxynorketamine"]
    assert 0.1e-3 <= late.max() <= 0.2e-3  # 0.1 to 0.2 µM after 0.5 mg/kg
    assert 3 * HOUR <= TIMES[np.argmax(late)] <= 8 * HOUR
    after_a_day = np.searchsorted(TIMES, 24 * HOUR)
    assert late[after_a_day] > 0.2 * late.max()
    assert found.plasma["ketamine"][after_a_day] < 0.01 * found.plasma["ketamine"].max()


def test_r_ketamine_leaves_three_times_its_area_of_hydroxynorketamine():
    arketamine = load_drug("arketamine")
    areas = area(arketamine, Dose("arketamine", "5 mg").resolve())
    mass_ratio = areas["hydroxynorketamine"] / areas["arketamine"] * 239.70 / 237.73
    assert mass_ratio == pytest.approx(3.1, rel=0.05)  # Hasan 2021


def test_potentiation_of_ampa_is_hydroxynorketamine_s_alone():
    found = exposure([INFUSION], KETAMINE, TIMES)
    free = found.brain_free["hydroxynorketamine"]
    half = KETAMINE["ketamine"].metabolites["hydroxynorketamine"].ampa_potentiation.ec50
    np.testing.assert_allclose(found.drives["ampa_potentiation"], free / (free + half), rtol=1e-12)
    # what a person gets is far below what slices were given
    assert 0.01 < found.drives["ampa_potentiation"].max() < 0.05


def test_hydroxynorketamine_takes_no_part_in_the_block_of_nmda_receptors():
    nothing = load_drug("ketamine", {"metabolites.hydroxynorketamine.formation_fraction": "0"})
    without = exposure([INFUSION], {"ketamine": nothing}, TIMES)
    found = exposure([INFUSION], KETAMINE, TIMES)
    assert without.drives["ampa_potentiation"].max() == 0.0
    for name in (*BLOCKER_LOADS.values(), "nmda_unblocking_rate"):
        assert np.array_equal(found.drives[name], without.drives[name])


def test_another_metabolite_changes_no_bit_of_the_others():
    ketamine = KETAMINE["ketamine"]
    one = {"ketamine": ketamine.with_only("norketamine")}
    doses = [INFUSION, Dose("ketamine", "20 mg", "oral").resolve()]
    found, expected = exposure(doses, KETAMINE, TIMES), exposure(doses, one, TIMES)
    for kind in ("plasma", "brain_free"):
        for name, values in getattr(expected, kind).items():
            assert np.array_equal(getattr(found, kind)[name], values)


def test_drug_and_metabolite_compete_for_one_site_of_trkb():
    found = exposure([INFUSION], KETAMINE, TIMES)
    ketamine = KETAMINE["ketamine"]
    load = sum(
        found.brain_free[name] / ketamine.species[name].trkb_binding.kd
        for name in ("ketamine", "hydroxynorketamine")
    )
    np.testing.assert_allclose(found.drives["trkb_occupancy"], load / (1 + load), rtol=1e-12)
    assert 0.03 < found.drives["trkb_occupancy"].max() < 0.1


def test_r_ketamine_blocks_less_than_s_ketamine_in_the_same_body():
    """The files' bodies differ (nasal patients against infusions), so S is given that of R."""
    drugs = {name: load_drug(name) for name in ("arketamine", "esketamine", "ketamine")}
    same_body = {"kinetics": drugs["arketamine"].kinetics}
    drugs["esketamine"] = drugs["esketamine"].model_copy(update=same_body)
    peak = {}
    for name in drugs:
        dose = Dose(name, "0.5 mg/kg", duration="40 min").resolve()
        found = exposure([dose], drugs, TIMES)
        peak[name] = [found.drives[drive].max() for drive in BLOCKER_LOADS.values()]
        assert peak[name][0] / peak["arketamine"][0] == pytest.approx(
            peak[name][1] / peak["arketamine"][1], rel=1e-2
        )
    ratio = peak["esketamine"][0] / peak["arketamine"][0]
    assert 3 <= ratio <= 4  # findings 1.13
    assert peak["arketamine"][0] < peak["ketamine"][0] < peak["esketamine"][0]


def test_the_racemate_is_half_s_and_half_r():
    drugs = {name: load_drug(name) for name in ("arketamine", "esketamine", "ketamine")}
    for member in ("GluN2A", "GluN2B", "GluN2C", "GluN2D"):
        halves = sum(0.5 / drugs[n].affinity(member) for n in ("arketamine", "esketamine"))
        assert 1 / halves == pytest.approx(drugs["ketamine"].affinity(member), rel=5e-3)


def test_nbqx_plasma_is_that_of_the_volunteers():
    nbqx = {"nbqx": load_drug("nbqx")}
    dose = Dose("nbqx", "0.03 mg/kg", duration="30 min").resolve()
    peak = ng_per_ml(plasma(dose, np.array([1800.0]), nbqx), nbqx["nbqx"])[0]
    assert peak == pytest.approx(177, rel=0.1)


def test_nbqx_acts_most_half_an_hour_to_an_hour_after_the_dose_in_a_rat():
    """Namba 1994; its peak is the scenario of the file: 40 % of the receptors."""
    nbqx = {"nbqx": load_drug("nbqx")}
    dose = Dose("nbqx", "10 mg/kg", "intraperitoneal").resolve(body_weight=0.3)
    times = np.arange(0, 4 * HOUR, 60.0)
    block = exposure([dose], nbqx, times, body_weight=0.3).drives["ampa_block"]
    assert block.max() == pytest.approx(0.4, abs=0.005)
    assert 30 <= block.argmax() <= 60
    assert block[30] == pytest.approx(block[60], rel=0.03)
    assert block[180] < 0.6 * block.max()


def test_rapamycin_lasts_days():
    rapamycin = {"rapamycin": load_drug("rapamycin")}
    dose = Dose("rapamycin", "5 mg/kg").resolve()
    late = plasma(dose, np.array([150.0, 212.0]) * HOUR, rapamycin)
    assert late[1] / late[0] == pytest.approx(0.5, rel=0.05)


def test_species_are_listed_once_and_in_order():
    drugs = {name: load_drug(name) for name in ("nbqx", "ketamine", "esketamine")}
    assert species_names(drugs) == [
        "nbqx", "ketamine", "norketamine", "hydroxynorketamine", "esketamine", "noresketamine"
    ]  # fmt: skip


def test_invalid_doses_and_weights_are_refused():
    with pytest.raises(UserError, match="unknown drug"):
        exposure([ResolvedDose("aspirin", 1e-6, "intravenous", 0, 0)], KETAMINE, TIMES)
    with pytest.raises(UserError, match="amount and a duration of 0 or more"):
        exposure([ResolvedDose("ketamine", -1e-6, "intravenous", 0, 0)], KETAMINE, TIMES)
    with pytest.raises(UserError, match="body weight"):
        exposure([INFUSION], KETAMINE, TIMES, body_weight=0)
