"""Does what the circuit can do return together with its synapses?

Arms of the rat's headline: stress, one dose of ketamine or the vehicle, NBQX or rapamycin ahead of
it. When the circuit is young an assembly of a fifth of its pyramidal cells is stored in
structure, and left to the rules. Before and after the stress, 40 min after the dose, and 6 h,
24 h, 7 and 14 days after the dose the circuit is probed: does half of the assembly bring back the
other half, and for how long; how strongly does it answer a fixed pulse of glutamate; how does it
oscillate at rest. Each probe is played on a copy of the state: counts are as without.

    python experiments/function_after_stress.py --seed 3 --neurons 400 --out results/x.h5
    synaptoket run experiments/function_after_stress.py --seeds 5 --jobs 2 --out results/function/
"""

from rat_stress_and_ketamine import experiment as headline

import synaptoket
from synaptoket import (
    Assembly,
    Experiment,
    GlutamatePulse,
    PatternCompletion,
    Phase,
    Probes,
    SpontaneousActivity,
)

#: An antagonist alone is left out: probes take time.
ARMS = ("control", "stress_vehicle", "stress_ketamine", "stress_ketamine_nbqx",
        "stress_ketamine_rapamycin")  # fmt: skip

experiment = Experiment(
    circuit=headline.circuit,
    body_weight=headline.body_weight,
    phases=(
        Phase("settling", "5 day"),
        Phase("baseline", "3 day"),
        Phase("stress", "21 day", stress=1.0),
        Phase("before dose", "50 min"),
        Phase("antagonists", "10 min"),
        Phase("treatment", "40 min"),
        Phase("after dose", "140 min"),
        Phase("6 hours", "3 h"),
        Phase("24 hours", "18 h"),
        Phase("first days", "48 h"),
        Phase("7 days", "4 day"),
        Phase("14 days", "7 day"),
    ),
    arms={name: headline.arms[name] for name in ARMS},
    assembly=Assembly(share=0.2, stored="settling"),
    probes=Probes(
        kinds=(PatternCompletion(), GlutamatePulse(), SpontaneousActivity()),
        after=("baseline", "before dose", "treatment", "6 hours", "24 hours", "7 days", "14 days"),
        trials=20,
    ),
)

if __name__ == "__main__":
    synaptoket.run_script(__file__)
