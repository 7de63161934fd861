"""Analysis of hand-made files whose answers are known."""

import numpy as np
import pytest
import synthetic_results as synthetic

from synaptoket import analysis
from synaptoket.results import Coordinates, ResultsFile, open_results

COORDINATES = Coordinates(["pyramidal", "sst"], ["pyramidal_to_pyramidal"], ["ketamine"])
DOSE = 96.0
PHASES = [("baseline", 0, 24), ("stress", 24, DOSE), ("treatment", DOSE, DOSE + 24 * 15)]
MINUTES = np.arange(1, 120) / 60
TIMES = np.concatenate([np.arange(0, DOSE + 1, 6.0), DOSE + MINUTES,
                        np.arange(DOSE + 2, DOSE + 24 * 15 + 1, 2.0)])  # fmt: skip
KETAMINE = [synthetic.dose("ketamine", "ketamine", "0.5 mg/kg", DOSE, 40 / 60)]


def constant(value):
    return lambda times: np.full(len(times), float(value))


def steps(*points):
    """Return the straight lines through (hours since the dose, value)."""
    hours, values = zip(*points, strict=True)
    return lambda times: np.interp(times - DOSE, hours, values)


HEALTHY = {"count": constant(100000), "glutamate": constant(2), "pyramidal": constant(1),
           "sst": constant(4), "ampa": constant(1), "established": constant(1),
           "silent": constant(0)}  # fmt: skip


def write(path, arms, seed=1, doses=KETAMINE, times=TIMES, phases=PHASES, stress=None):
    """Write a file; `arms` gives what differs from a healthy arm without any change."""
    protocol = [{"name": n, "start_h": s, "end_h": e} for n, s, e in phases]
    attributes = {"experiment": "by hand", "seed": seed, "protocol": protocol, "doses": doses,
                  "stress": stress or {}}  # fmt: skip
    with ResultsFile.create(path, attributes, list(arms), COORDINATES) as file:
        for arm, changed in arms.items():
            grid = changed.get("times", times)
            course = {
                name: function(grid)
                for name, function in {**HEALTHY, **changed}.items()
                if name != "times"
            }
            count = np.round(course["count"]).astype(int)
            change = np.diff(count, prepend=count[0])
            for i, time in enumerate(grid):
                one = {"spine_size_mean": [1.0], "silent_fraction": [course["silent"][i]],
                       "ampa_content_established": [course["established"][i]]}  # fmt: skip
                file.append(arm, {
                    "time": time, "phase": "x", "synapse_count": count[i : i + 1],
                    "formed": [max(change[i], 0)], "eliminated": [max(-change[i], 0)],
                    "nascent": [0], "ampa_content": course["ampa"][i : i + 1],
                    "rate": [course["pyramidal"][i], course["sst"][i]], "nmda_block": [0.0, 0.0],
                    "plasma": [0.0], "brain_free": [0.0], "glutamate": course["glutamate"][i],
                    "bdnf": 1.0, "mtorc1": 0.1, "protein": 1.0, "timelapse": 1.0,
                    "stress_hormone": 0.0, **one,
                })  # fmt: skip
        file.complete()
    return path


def loss(percent):
    """Synapses fall in the stress by `percent` of 100,000 and stay there."""
    return {"count": steps((-72, 1e5), (0, 1e5 - 1000 * percent))}


def found(tree, key, arm="ketamine"):
    return analysis.lookup(analysis.summary(tree), key, arm)


def test_loss_and_recovery_in_percent_of_control(tmp_path):
    ketamine = {"count": steps((-72, 1e5), (0, 80000), (24, 96000), (48, 98000), (360, 98000)),
                "ampa": steps((0, 1.0), (24, 1.2), (360, 1.2))}  # fmt: skip
    vehicle = {"count": steps((-72, 1e5), (0, 80000), (360, 80000))}
    arms = {"control": {}, "vehicle": vehicle, "ketamine": ketamine}
    tree = open_results(write(tmp_path / "x.h5", arms))
    assert found(tree, "stress_loss")["mean"] == pytest.approx(20)
    assert found(tree, "count_24h")["mean"] == pytest.approx(96)
    assert found(tree, "count_24h", "vehicle")["mean"] == pytest.approx(80)
    assert found(tree, "count_48h")["mean"] == pytest.approx(98)
    assert found(tree, "count_14d")["mean"] == pytest.approx(98)
    assert found(tree, "gain_24h")["mean"] == pytest.approx(16)
    assert found(tree, "ampa_24h")["mean"] == pytest.approx(120)
    days = found(tree, "days_above_vehicle")
    assert days["mean"] == pytest.approx(15)
    assert days["at_least"]
    assert np.isnan(days["low"])


def test_a_gain_of_silent_spines_is_told(tmp_path):
    """Of 10 points more spines than the vehicle has, 9 have no receptors at 24 h, none at 72 h."""
    ketamine = {"count": steps((0, 80000), (24, 90000), (360, 90000)),
                "silent": steps((0, 0.0), (24, 0.1), (48, 0.1), (72, 0.0), (360, 0.0))}  # fmt: skip
    arms = {"control": {}, "vehicle": {"count": constant(80000)}, "ketamine": ketamine}
    tree = open_results(write(tmp_path / "x.h5", arms))
    assert found(tree, "gain_24h")["mean"] == pytest.approx(10)
    assert found(tree, "transmitting_gain_24h")["mean"] == pytest.approx(1)
    assert found(tree, "transmitting_gain_72h")["mean"] == pytest.approx(10)


def test_restocking_is_told_apart_from_birth(tmp_path):
    """New spines without receptors lower the mean of all while the old ones are restocked."""
    ketamine = {"count": steps((0, 80000), (24, 90000), (360, 90000)),
                "ampa": steps((0, 1.0), (24, 0.98), (360, 0.98)),
                "established": steps((0, 1.0), (24, 1.1), (360, 1.1)),
                "silent": steps((0, 0.0), (24, 0.1), (360, 0.1))}  # fmt: skip
    arms = {"control": {}, "ketamine": {"count": constant(80000)}}
    tree = open_results(write(tmp_path / "x.h5", {**arms, "ketamine": ketamine}))
    assert found(tree, "ampa_24h")["mean"] == pytest.approx(98)
    assert found(tree, "ampa_established_24h")["mean"] == pytest.approx(110)
    assert found(tree, "born_24h")["mean"] == pytest.approx(12.5)
    assert found(tree, "silent_24h")["mean"] == pytest.approx(10)
    idle = open_results(write(tmp_path / "y.h5", arms))
    assert found(idle, "born_24h")["mean"] == 0


def test_it_is_paired_within_a_seed(tmp_path):
    # Each seed has its own size of network: unpaired, the ratio of means would be 78 %.
    for seed, size in ((1, 50000), (2, 100000), (3, 150000)):
        percent = {1: 90, 2: 80, 3: 70}[seed]
        arms = {"control": {"count": constant(size)},
                "ketamine": {"count": constant(size * percent / 100)}}  # fmt: skip
        write(tmp_path / f"{seed}.h5", arms, seed)
    entry = found(open_results(tmp_path), "count_24h")
    np.testing.assert_allclose(entry["values"], [90, 80, 70])
    assert entry["mean"] == pytest.approx(80)
    # Student's t with two degrees of freedom: 4.3027 times 10 / sqrt(3).
    assert entry["high"] - entry["mean"] == pytest.approx(24.841, abs=1e-3)
    assert entry["n"] == 3


def test_the_interval_leaves_missing_seeds_out():
    result = analysis.interval([[1.0, 5.0], [3.0, np.nan], [2.0, np.nan]])
    np.testing.assert_allclose(result.mean, [2, 5])
    np.testing.assert_allclose(result.high[0], 2 + 4.302653 / np.sqrt(3), rtol=1e-6)
    assert np.isnan(result.low[1])
    assert list(result.n) == [3, 1]
    assert np.isnan(analysis.interval([np.nan, np.nan]).mean)


def test_a_surge_of_glutamate(tmp_path):
    surge = steps((0, 2), (0.5, 3), (40 / 60, 3), (2, 2.4), (4, 2), (360, 2))
    tree = open_results(write(tmp_path / "x.h5", {"ketamine": {"glutamate": surge}}))
    assert found(tree, "glutamate_peak")["mean"] == pytest.approx(50)
    # It falls from 2.4 to 2.2, 10 % above 2, between 2 and 3 h.
    assert found(tree, "glutamate_back")["mean"] == pytest.approx(3, abs=2)
    assert found(tree, "glutamate_back")["mean"] > 2


def test_one_noisy_row_is_no_surge(tmp_path):
    def spike(times):
        values = np.full(len(times), 2.0)
        values[np.argmin(np.abs(times - DOSE - 20 / 60))] = 5.0
        return values

    tree = open_results(write(tmp_path / "x.h5", {"ketamine": {"glutamate": spike}}))
    assert found(tree, "glutamate_peak")["mean"] == pytest.approx(50)  # a third of 150 %


def test_a_surge_that_lasts_is_reported_as_open(tmp_path):
    surge = steps((0, 2), (0.3, 3), (360, 3))
    tree = open_results(write(tmp_path / "x.h5", {"ketamine": {"glutamate": surge}}))
    entry = found(tree, "glutamate_back")
    assert entry["at_least"]
    assert entry["mean"] > 300
    assert "≥" in analysis.summary_table(tree, whole=True)
    assert "≥" not in analysis.summary_table(tree)


def test_a_peak_after_the_infusion_does_not_count_as_in_it(tmp_path):
    late = steps((0, 2), (0.7, 2), (1.0, 4), (1.5, 2), (360, 2))
    tree = open_results(write(tmp_path / "x.h5", {"ketamine": {"glutamate": late}}))
    assert found(tree, "glutamate_peak")["mean"] == pytest.approx(0)


def test_interneurons_fall_before_pyramidal_cells_rise(tmp_path):
    rates = {
        "sst": steps((0, 4), (20 / 60, 1), (1, 1), (2, 4), (360, 4)),
        "pyramidal": steps((0, 1), (10 / 60, 1), (30 / 60, 1.5), (1, 1.5), (2, 1), (360, 1)),
    }
    tree = open_results(write(tmp_path / "x.h5", {"ketamine": rates}))
    assert found(tree, "pyramidal_peak")["mean"] == pytest.approx(50)
    assert found(tree, "sst_trough")["mean"] == pytest.approx(-75)
    assert found(tree, "sst_half")["mean"] == pytest.approx(10, abs=0.2)
    assert found(tree, "pyramidal_half")["mean"] == pytest.approx(20, abs=0.2)
    assert found(tree, "sst_lag")["mean"] == pytest.approx(10, abs=0.3)


def test_rates_that_do_not_move_have_no_half_time(tmp_path):
    tree = open_results(write(tmp_path / "x.h5", {"ketamine": {}}))
    with pytest.raises(KeyError):
        found(tree, "sst_lag")
    assert found(tree, "pyramidal_peak")["mean"] == 0


def test_the_level_before_the_dose_weighs_rows_by_their_length():
    import xarray

    times = np.array([0.0, 40.0, 76.0, 88.0, 95.0, 96.0, 97.0])
    values = np.array([[9.0, 9.0, 9.0, 1.0, 3.0, 30.0, 99.0]])
    data = xarray.DataArray(values, dims=("seed", "time"), coords={"time": times})
    # Rows that end within (72, 96]: 36 h (76), 12 h (88), 7 h (95) and 1 h (96).
    expected = (36 * 9 + 12 * 1 + 7 * 3 + 1 * 30) / 56
    assert analysis.before(data, 96.0)[0] == pytest.approx(expected)


def test_days_above_the_vehicle_arm_end_when_the_gain_is_gone(tmp_path):
    gain = {"count": steps((-72, 1e5), (0, 80000), (24, 95000), (144, 80000), (360, 80000))}
    brief = {"count": steps((-72, 1e5), (0, 80000), (6, 95000), (20, 80000), (360, 80000))}
    arms = {"control": {}, "vehicle": loss(20), "ketamine": gain, "brief": brief}
    doses = [*KETAMINE, {**KETAMINE[0], "arm": "brief"}]
    tree = open_results(write(tmp_path / "x.h5", arms, doses=doses))
    entry = found(tree, "days_above_vehicle")
    # From 15 points at 24 h to one point after 112 of the 120 h.
    assert entry["mean"] == pytest.approx((24 + 112) / 24, abs=0.1)
    assert not entry["at_least"]
    assert found(tree, "days_above_vehicle", "brief")["mean"] == 0


def test_without_a_control_arm_the_own_baseline_is_the_measure(tmp_path):
    tree = open_results(write(tmp_path / "x.h5", {"vehicle": loss(30), "ketamine": loss(10)}))
    percent = analysis.percent_of_control(tree)
    assert percent["vehicle"].attrs["reference"] == "own baseline"
    assert found(tree, "stress_loss", "vehicle")["mean"] == pytest.approx(30)
    assert found(tree, "count_24h")["unit"] == "% of own baseline"


def test_a_control_on_another_time_grid_is_interpolated(tmp_path):
    control = {"count": lambda times: 1e5 + 100 * times, "times": np.arange(0, 481, 24.0)}
    ketamine = {"count": lambda times: (1e5 + 100 * times) * 0.9}
    arms = {"control": control, "ketamine": ketamine}
    percent = analysis.percent_of_control(open_results(write(tmp_path / "x.h5", arms)))
    np.testing.assert_allclose(percent["ketamine"].values, 90, atol=1e-3)


def test_what_the_record_does_not_reach_is_left_out(tmp_path):
    times = TIMES[TIMES <= DOSE + 30]
    tree = open_results(write(tmp_path / "x.h5", {"control": {}, "ketamine": {}}, times=times))
    assert found(tree, "count_24h")["n"] == 1
    with pytest.raises(KeyError):
        found(tree, "count_48h")


def test_a_seed_that_is_not_that_far_is_not_counted(tmp_path):
    arms = {"control": {}, "ketamine": loss(20)}
    write(tmp_path / "1.h5", arms, 1)
    part = write(tmp_path / "2.h5", arms, 2, times=TIMES[TIMES <= DOSE + 30])
    import h5py

    with h5py.File(part, "r+") as file:
        file.attrs["complete"] = 0
    tree = open_results(tmp_path)
    assert found(tree, "count_24h")["n"] == 2
    assert found(tree, "count_7d")["n"] == 1
    assert found(tree, "stress_loss")["n"] == 2


@pytest.mark.parametrize(
    ("formed", "expected"),
    [([0, 0, 5], "ca3_to_pyramidal"), ([0, 3, 5], "to_pv"), ([0, 0, 0], "to_sst")],
)
def test_the_synapses_reported_are_the_first_that_come_and_go(formed, expected):
    import xarray

    names, axes = ["to_sst", "to_pv", "ca3_to_pyramidal"], ("seed", "time", "projection")
    still, moving = (np.zeros((1, 2, 3)) for _ in range(2))
    moving[0, 1] = formed
    tree = xarray.DataTree.from_dict(
        {
            arm: xarray.Dataset(
                {"formed": (axes, values), "eliminated": (axes, still)},
                coords={"time": [0.0, 1.0], "projection": names},
            )
            for arm, values in {"/control": still, "/ketamine": moving}.items()
        }
    )
    assert analysis.principal(tree) == expected


def test_the_drug_under_study_is_found_among_the_doses():
    def plan(*doses):
        arms = ["control", "stress_vehicle", "drug", "drug_blocker", "healthy_vehicle"]
        fields = ("arm", "drug", "amount", "start_h", "duration_h")
        doses = [dict(zip(fields, dose, strict=True)) for dose in doses]
        return analysis.Timeline([{"name": "treatment", "start_h": 7, "end_h": 9}], doses, arms)

    full = plan(
        ("drug_blocker", "nbqx", "10 mg/kg", 99.5, 0.0),
        ("drug_blocker", "ketamine", "35 mg", 100.0, 0.5),
        ("drug", "ketamine", "35 mg", 100.0, 0.5),
        ("drug", "ketamine", "35 mg", 148.0, 0.5),
        ("stress_vehicle", "ketamine", "0 mg", 100.0, 0.5),
    )
    assert full.drug == "ketamine"
    assert full.treated == ["drug", "drug_blocker"]
    assert full.treated_alone == "drug"
    assert full.infusion("drug_blocker") == (100.0, 100.5)
    assert full.infusion("control") == (100.0, 100.5)
    assert full.vehicle("stress_drug") == "stress_vehicle"
    assert plan().infusion("control") == (7, 8)
    assert plan().treated_alone is None
    bolus = plan(("drug", "ketamine", "35 mg", 100.0, 0.0))
    assert bolus.infusion("drug") == (100.0, 100.0 + 1)


def test_the_tables_say_the_same_as_the_summary(tmp_path):
    arms = {"control": {}, "vehicle": loss(20), "ketamine": loss(20)}
    for seed in (1, 2):
        write(tmp_path / f"{seed}.h5", arms, seed)
    tree = open_results(tmp_path)
    text, page = analysis.summary_table(tree), analysis.summary_markdown(tree)
    # Twins that share their past share a line.
    assert "loss at end of stress" in text
    first = text.splitlines()[1]
    assert "all 2 arms" in first
    assert first.split()[-4:] == ["20.0", "20.0", "to", "20.0"]
    assert "| loss at end of stress | all 2 arms | % | 20.0 | 20.0 to 20.0 |" in page
    rows = [line for line in page.splitlines() if line.startswith("|")]
    assert len({len(line.split("|")) for line in rows}) == 1


def test_a_table_is_short_and_narrow_and_says_what_it_leaves_out(tmp_path):
    for seed in (1, 2):
        synthetic.write(tmp_path / f"{seed}.h5", seed=seed)
    tree = open_results(tmp_path)
    short, whole = (analysis.summary_table(tree, whole=whole) for whole in (False, True))
    main, every = (
        {line.split("  ")[0] for line in text.splitlines()[1:-2] if line[:1].strip()}
        for text in (short, whole)
    )
    assert {"loss at end of stress", "gain over vehicle at 24 h"} < main < every
    assert "silent spines 24 h after dose" in every - main
    left = len(every - main)
    assert short.splitlines()[-1] == f"over 2 seeds; {left} further read-outs with --all"
    for text in (short, whole):
        assert max(map(len, text.splitlines())) <= 100
        assert text.splitlines()[0].split()[-1] == "interval"  # not the same n in each row
    one = analysis.summary_table(open_results(tmp_path / "1.h5"))
    assert one.splitlines()[0].split()[-1] == "mean"
    assert "one seed: no intervals" in one


def test_every_dose_has_its_read_out_a_day_later(tmp_path):
    days = [DOSE + 24 * day for day in (0, 2, 4)]
    doses = [
        synthetic.dose(arm, "ketamine", amount, start + spray / 12, 0.0)
        for arm, amount in (("vehicle", "0 mg"), ("ketamine", "28 mg"))
        for start in days
        for spray in (0, 1)
    ]
    arms = {"control": {}, "vehicle": loss(20), "ketamine": loss(20)}
    tree = open_results(write(tmp_path / "x.h5", arms, doses=doses))
    for number, start in enumerate(days[1:], 2):
        entry = found(tree, f"count_24h_dose{number}", "ketamine")
        percent = analysis.percent_of_control(tree)["ketamine"].isel(seed=0, projection=0)
        at = np.interp(start + 24, percent["time"], percent.values)
        assert entry["mean"] == pytest.approx(at, abs=0.1)
        gain = found(tree, f"gain_24h_dose{number}", "ketamine")
        assert gain["mean"] == pytest.approx(0, abs=1e-9)
    with pytest.raises(KeyError):  # two sprays, minutes apart, are one dose
        found(tree, "count_24h_dose4", "ketamine")


def test_the_headline_shape_comes_out(tmp_path):
    tree = open_results(synthetic.write(tmp_path / "x.h5"))
    assert 20 < found(tree, "stress_loss", "stress_vehicle")["mean"] < 24
    assert 90 < found(tree, "count_24h", "stress_ketamine")["mean"] < 100
    assert found(tree, "gain_24h", "stress_ketamine_nbqx")["mean"] < 3
    assert 40 < found(tree, "glutamate_peak", "stress_ketamine")["mean"] < 80
    assert found(tree, "sst_lag", "stress_ketamine")["mean"] > 0
    assert found(tree, "sst_trough", "stress_ketamine")["mean"] < -50
    with pytest.raises(KeyError):
        found(tree, "count_24h", "control")


def test_without_dose_and_stress_it_is_what_there_is_at_the_end(tmp_path):
    arms = {"control": {}, "grown": loss(20)}
    for seed in (1, 2):
        write(tmp_path / f"{seed}.h5", arms, seed, doses=[], phases=[("growth", 0, 360)])
    tree = open_results(tmp_path)
    projection = analysis.moving(tree)[0]
    counts = tree["control"]["synapse_count"].sel(projection=projection).values[:, -1]
    np.testing.assert_allclose(found(tree, f"end_{projection}", "control")["values"], counts)
    assert found(tree, f"end_percent_{projection}", "grown")["mean"] == pytest.approx(80, abs=1)
    rate = tree["grown"]["rate"].isel(population=0).values[:, 1:].mean()
    name = str(tree["grown"]["population"].values[0])
    assert found(tree, f"rate_{name}", "grown")["mean"] == pytest.approx(float(rate), rel=0.02)
    assert f"synapses {projection}, at the end" in analysis.summary_table(tree)


def test_events_per_time_add_up_whatever_the_rows():
    import xarray

    data = xarray.DataArray([[0.0, 2, 6, 1]], {"time": [0.0, 1, 3, 4]}, ("seed", "time"))
    middles, values = analysis.per_time(data, unit=1.0, bins=2)
    np.testing.assert_allclose(middles, [1, 3])
    np.testing.assert_allclose(values, [[(2 + 3) / 2, (3 + 1) / 2]])


STRESSED = [0.0, 1.0, 0.0]


def gained(points, after=0.0):
    """A count of 80 % after the stress, which rises by `points` within 24 h of hour `after`."""
    return {"count": steps((-72, 1e5), (0, 8e4), (after, 8e4), (after + 24, 8e4 + 1000 * points))}


def test_each_arm_is_compared_with_the_vehicle_of_its_own_stress(tmp_path):
    arms = {"control": {}, "vehicle": gained(0), "other_vehicle": gained(-4),
            "ketamine": gained(10), "persistent": gained(2), "nbqx": gained(-1)}  # fmt: skip
    on = [0.0, 1.0, 0.5]
    stress = {"control": [0.0] * 3, "vehicle": STRESSED, "other_vehicle": on, "ketamine": STRESSED,
              "persistent": on, "nbqx": STRESSED}  # fmt: skip
    doses = [synthetic.dose(arm, "ketamine", "0.5 mg/kg", DOSE, 40 / 60)
             for arm in ("ketamine", "persistent")]  # fmt: skip
    doses.append(synthetic.dose("nbqx", "nbqx", "10 mg/kg", DOSE, 0))
    tree = open_results(write(tmp_path / "x.h5", arms, doses=doses, stress=stress))
    gains = {
        arm: found(tree, "gain_24h", arm)["mean"] for arm in ("ketamine", "persistent", "nbqx")
    }
    assert gains == pytest.approx({"ketamine": 10, "persistent": 6, "nbqx": -1})
    # the same dose under stress that goes on gains 6 of 10 points: 4 needed the end of stress
    assert found(tree, "stress_end_share", "persistent")["mean"] == pytest.approx(40)
    with pytest.raises(KeyError):
        found(tree, "stress_end_share", "ketamine")
    with pytest.raises(KeyError):
        found(tree, "stress_end_share", "nbqx")


def test_the_share_of_the_end_of_stress_is_that_of_the_same_dose_days_later(tmp_path):
    late = synthetic.dose("late", "ketamine", "0.5 mg/kg", DOSE + 96, 40 / 60)
    arms = {"control": {}, "vehicle": gained(0), "ketamine": gained(10), "late": gained(8, 96)}
    stress = {"control": [0.0] * 3, **dict.fromkeys(("vehicle", "ketamine", "late"), STRESSED)}
    tree = open_results(write(tmp_path / "x.h5", arms, doses=[*KETAMINE, late], stress=stress))
    assert found(tree, "gain_24h", "late")["mean"] == pytest.approx(8)
    assert found(tree, "stress_end_share", "late")["mean"] == pytest.approx(20)
    # a dose of other size tells nothing about the end of stress
    more = late | {"amount": "1 mg/kg"}
    tree = open_results(write(tmp_path / "y.h5", arms, doses=[*KETAMINE, more], stress=stress))
    with pytest.raises(KeyError):
        found(tree, "stress_end_share", "late")


def test_births_are_counted_in_two_windows_after_the_dose(tmp_path):
    """A count that only rises is born: 200 an hour in the vehicle, 500 in ketamine from 12 h on."""
    vehicle = {"count": steps((0, 50000), (360, 122000))}
    ketamine = {"count": steps((0, 50000), (12, 52400), (24, 58400), (360, 122000))}
    arms = {"control": {}, "vehicle": vehicle, "ketamine": ketamine}
    tree = open_results(write(tmp_path / "x.h5", arms))
    assert found(tree, "births_3_6h")["mean"] == pytest.approx(1, rel=1e-6)
    same = 52400 / 52400  # both have as many spines at the window's start
    assert found(tree, "births_12_24h")["mean"] == pytest.approx(2.5 * same, rel=1e-6)


def test_the_rate_under_an_antagonist_is_of_rest(tmp_path):
    silenced = {"pyramidal": steps((0, 1.0), (0.01, 0.6), (1, 0.6), (2, 1.0))}
    arms = {"control": {}, "vehicle": {}, "ketamine": {}, "nbqx": silenced}
    doses = [*KETAMINE, synthetic.dose("nbqx", "nbqx", "10 mg/kg", DOSE, 0)]
    tree = open_results(write(tmp_path / "x.h5", arms, doses=doses))
    assert found(tree, "pyramidal_under_nbqx", "nbqx")["mean"] == pytest.approx(60, abs=1.5)
