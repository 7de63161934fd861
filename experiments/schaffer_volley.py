"""Does CA1 answer a Schaffer volley otherwise under ketamine, and after it?

A healthy hippocampus settles. Half of its CA3 cells then fire one spike together, many times, on
copies of the state: before a dose of ketamine, at the end of its infusion, and 1 h, 6 h and 24 h
after its start. Read out are the initial slope of the potential in CA1 pyramidal cells (in a slice,
that of the field potential), the AMPA and NMDA conductance that the volley opens, and the
population spike, inhibition included. NBQX is the arm in which the slope must fall.

The published signs are contested, and none is asked for. In slices of mice ketamine lowers
population spikes while it is there and raises them for hours on washout (IJMS 2021;22:8091); others
find field potentials grown by tens of percent an hour after it (Piazza 2024
Neuropsychopharmacology 49:1758).

    python experiments/schaffer_volley.py --seed 3 --neurons 400 --out results/x.h5
    synaptoket run experiments/schaffer_volley.py --seeds 5 --jobs 2 --out results/volley/

The figure of the probes is drawn beside the first: results/volley_function.png.
"""

import synaptoket
from synaptoket import Arm, Dose, EvokedResponse, Experiment, Phase, Probes


def ketamine(amount: str) -> Arm:
    """Return an arm with an infusion of ketamine over 40 minutes."""
    return Arm(doses=(Dose("ketamine", amount, duration="40 min", phase="infusion"),))


experiment = Experiment(
    circuit="hippocampus",
    phases=(
        Phase("settling", "5 day"),
        Phase("before dose", "60 min"),
        Phase("infusion", "40 min"),
        Phase("1 hour", "20 min"),
        Phase("6 hours", "5 h"),
        Phase("24 hours", "18 h"),
    ),
    arms={
        "control": Arm(),
        "low_dose": ketamine("0.5 mg/kg"),
        "high_dose": ketamine("2 mg/kg"),
        "nbqx": Arm(doses=(Dose("nbqx", "1.6 mg/kg", phase="infusion"),)),
    },
    probes=Probes(
        kinds=(EvokedResponse("ca3", "pyramidal"),),
        after=("before dose", "infusion", "1 hour", "6 hours", "24 hours"),
        trials=20,
    ),
)

if __name__ == "__main__":
    synaptoket.run_script(__file__)
