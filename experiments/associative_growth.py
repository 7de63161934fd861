"""Do cells that are stimulated together end up wired together, by homeostasis alone?

No rule here knows of correlations: each excitatory cell grows and retracts axonal and dendritic
elements until it fires at its target. A tenth of them is stimulated for 20 s: they fire too much
and lose synapses, with all others alike. After the stimulus they lack input, grow elements at the
same time as each other, and find those of each other. After Gallinaro & Rotter 2018 Sci Rep 8:3754,
in the reduced size that its authors published.

    synaptoket run experiments/associative_growth.py --seeds 10 --jobs 2 --out results/associative

`synapse_count` of the projection `stimulated_to_stimulated` tells, against the arm `control`. Over
seeds, with rates and intervals: `docs/rules/vacant_elements.png`.
"""

import synaptoket
from synaptoket import Arm, Experiment, Phase

experiment = Experiment(
    circuit="associative_growth",
    phases=(
        Phase("growth", "20 s", timelapse="1 s/s"),
        Phase("stimulation", "20 s", timelapse="1 s/s", stimulus=1.0),
        Phase("rewiring", "20 s", timelapse="1 s/s"),
        Phase("decay", "20 s", timelapse="1 s/s"),
    ),
    arms={"control": Arm(), "stimulated": Arm(stimulated=True)},
)

if __name__ == "__main__":
    synaptoket.run_script(__file__)
