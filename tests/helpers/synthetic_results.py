"""Result files with curves of the expected shape, made with the real writer, for tests to read.

Nothing here is a simulation: the curves have the time grid, noise and size of the headline
experiment, so that reader, analysis and figures meet what they will meet.
"""

import numpy as np

from synaptoket.results import Coordinates, ResultsFile

POPULATIONS = ["pyramidal", "pv", "sst"]
PROJECTIONS = [
    *("pyramidal_to_pyramidal", "pyramidal_to_pv", "pyramidal_to_sst", "pv_to_pyramidal"),
    *("pv_to_pv", "sst_to_pyramidal", "sst_to_pv"),
]
DRUGS = ["ketamine", "norketamine", "nbqx", "rapamycin"]
COORDINATES = Coordinates(POPULATIONS, PROJECTIONS, DRUGS)
ARMS = ["control", "stress_vehicle", "stress_ketamine", "stress_ketamine_nbqx",
        "stress_ketamine_rapamycin"]  # fmt: skip
DOSE = 588.0
INFUSION = 40 / 60
PHASES = [("settling", 0, 12), ("baseline", 12, 84), ("stress", 84, DOSE),
          ("treatment", DOSE, DOSE + 24), ("after", DOSE + 24, DOSE + 24 * 14)]  # fmt: skip
HEALTHY = np.array([60000, 9000, 8000, 7000, 1800, 5000, 900])


def attributes(seed=1, arms=ARMS, **more):
    doses = []
    for arm in arms:
        if arm == "control":
            continue
        amount = "0 mg/kg" if "vehicle" in arm else "0.5 mg/kg"
        doses.append(dose(arm, "ketamine", amount, DOSE, INFUSION))
        for drug in ("nbqx", "rapamycin"):
            if drug in arm:
                doses.append(dose(arm, drug, "10 mg/kg", DOSE - 0.5, 0.0))
    return {
        "experiment": "stress_and_ketamine",
        "seed": seed,
        "neurons": 1000,
        "engine": "standalone",
        "parameters": f'seed = {seed}\n[ketamine]\ndose = "0.5 mg/kg"\n',
        "changed": {"ketamine.dose": "0.5 mg/kg"},
        "command": f"synaptoket run experiments/stress_and_ketamine.py --seed {seed}",
        "versions": {"synaptoket": "0.1.0", "brian2": "2.9.0"},
        "git_commit": "0" * 40,
        "host": "example",
        "protocol": [{"name": n, "start_h": s, "end_h": e} for n, s, e in PHASES],
        "doses": doses,
        **more,
    }


def dose(arm, drug, amount, start, duration):
    return {"arm": arm, "drug": drug, "amount": amount, "route": "intravenous",
            "start_h": start, "duration_h": duration}  # fmt: skip


def time_grid():
    """Hours: 6 h a row, minutes during the infusion, coarser and coarser after it."""
    return np.concatenate([
        np.arange(0, DOSE - 24, 6.0),
        np.arange(DOSE - 24, DOSE - 2, 2.0),
        np.arange(DOSE - 2, DOSE, 1 / 6),
        np.arange(DOSE, DOSE + 2, 1 / 30),
        np.arange(DOSE + 2, DOSE + 24, 0.5),
        np.arange(DOSE + 24, DOSE + 24 * 14 + 1, 6.0),
    ])  # fmt: skip


def phase_at(hour):
    return next((name for name, _, end in PHASES if hour <= end), PHASES[-1][0])


def curves(arm, times, rng, effect=1.0):
    """Return the time courses of one arm: dictionary of arrays, first axis time.

    Synapses lost to stress and gained by the drug are multiplied by `effect`.
    """
    since = times - DOSE
    after = since > 0
    ketamine = 0.5 if "ketamine" in arm else 0.0
    inside = np.clip(since, 0, INFUSION) / INFUSION
    decay = np.exp(-np.clip(since - INFUSION, 0, None) / 0.6)
    free = np.where(after, 1.5 * ketamine * inside * decay, 0.0)
    strength = free / (free + 0.4) * 1.55
    stressed = "stress" in arm
    loss = 0.24 * stressed * (1 - np.exp(-np.clip(times - 84, 0, 504) / 200))
    loss *= np.exp(-np.clip(since, 0, None) / (24 * 20))
    loss *= effect
    effect *= 1.0 if ketamine and "nbqx" not in arm and "rapa" not in arm else 0.05
    delayed = np.clip(since - 2, 0, None)
    gain = ketamine * 2 * effect * 0.2 * (1 - np.exp(-delayed / 8)) * np.exp(-delayed / 280)
    noise = np.cumsum(rng.normal(0, 3e-4, (len(times), len(HEALTHY))), axis=0)
    noise *= 1 - np.exp(-times[:, None] / 24)
    excitatory = np.array([1, 0.6, 0.6, 0.1, 0.1, 0.1, 0.1])
    counts = HEALTHY * (1 - (loss - gain)[:, None] * excitatory + noise)

    def noisy(values, relative):
        return values * (1 + rng.normal(0, relative, np.shape(values)))

    rate = np.stack([
        noisy(1.3 * (1 + 0.45 * np.roll(strength, 2)), 0.03),
        noisy(9.0 * (1 - 0.25 * strength), 0.02),
        noisy(4.0 * (1 - 0.75 * strength), 0.03),
    ], axis=1)  # fmt: skip
    block = np.stack([free / (free + 5.2), free / (free + 3.5), free / (free + 1.5)], axis=1)
    metabolite = np.where(after, (1 - np.exp(-np.clip(since, 0, None) / 2)), 0)
    metabolite *= 0.3 * ketamine * np.exp(-np.clip(since, 0, None) / 8)
    nbqx, rapamycin = 0.4 * after * ("nbqx" in arm), 0.02 * after * ("rapa" in arm)
    drug = np.stack([free, metabolite, nbqx, rapamycin], axis=1)
    pulse = np.where(after, np.exp(-np.clip(since, 0, None) / 6), 0) * (1 - np.exp(-delayed / 1.5))
    surge = effect * ketamine * 2
    return {
        "counts": np.round(counts).astype(int),
        "rate": rate,
        "nmda_block": block,
        "plasma": 2 * drug,
        "brain_free": drug,
        "glutamate": noisy(1.2 * (1 + 0.6 * strength), 0.015),
        "bdnf": noisy((1 - 0.4 * loss / 0.24) * (1 + 1.2 * surge * pulse), 0.01),
        "mtorc1": noisy(1 + 2.5 * surge * pulse, 0.02),
        "protein": noisy(1 - loss + surge * 0.5 * gain / 0.2, 0.005),
    }


def rows(arm, times, seed=1, effect=1.0):
    """Yield the rows of one arm."""
    course = curves(arm, times, np.random.default_rng([seed, sum(arm.encode())]), effect)
    rng = np.random.default_rng(seed)
    counts = course.pop("counts")
    change = np.diff(counts, axis=0, prepend=counts[:1])
    hours = np.diff(times, prepend=times[0])
    for i, time in enumerate(times):
        turnover = np.round(HEALTHY * 0.003 * hours[i] / 24).astype(int)
        formed = np.clip(change[i], 0, None) + turnover
        yield {
            "time": time,
            "phase": phase_at(time),
            "synapse_count": counts[i],
            "formed": formed,
            "eliminated": formed - change[i],
            "nascent": counts[i] // 50,
            "ampa_content": rng.normal(1, 0.003, 7) * (1 + 0.3 * (course["protein"][i] - 1)),
            "ampa_content_established": 1 + 0.3 * (course["protein"][i] - 1) * np.ones(7),
            "spine_size_mean": np.full(7, 1.0),
            "silent_fraction": np.full(7, 0.02),
            "stress_hormone": 0.0,
            "timelapse": 0.02,
            **{name: values[i] for name, values in course.items()},
        }


def write(path, seed=1, arms=ARMS, times=None, complete=True, effect=1.0, **more):
    """Write a result file of synthetic curves and return its path."""
    times = time_grid() if times is None else times
    with ResultsFile.create(path, attributes(seed, arms, **more), arms, COORDINATES) as file:
        for arm in arms:
            for row in rows(arm, times, seed, effect):
                file.append(arm, row)
        if complete:
            file.complete({"wall_seconds": 12.5})
    return path if complete else path.with_name(path.name + ".part")
