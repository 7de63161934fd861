"""Does one dose of ketamine bring back the synapses that three weeks of stress have cost?

A healthy prefrontal circuit settles, is observed for three days, and is stressed for three
weeks. Then it is given 0.5 mg/kg of ketamine over 40 minutes, as in the treatment of depression,
or the vehicle, and is followed for two weeks. NBQX (AMPA receptors) and rapamycin (mTORC1) given
ahead of ketamine each knock one link out of the chain from the dose to the synapse. Phases are
cut where processes come to rest, so that each finds the time-lapse that it needs.

    python experiments/stress_and_ketamine.py --seed 3 --out results/x.h5
    synaptoket run experiments/stress_and_ketamine.py --seeds 5 --jobs 2 --out results/headline/
"""

import synaptoket
from synaptoket import Arm, Dose, Experiment, Phase

ketamine = Dose("ketamine", "0.5 mg/kg", duration="40 min", phase="treatment")
nbqx = Dose("nbqx", "1.6 mg/kg", start="-10 min", phase="treatment")
rapamycin = Dose("rapamycin", "5 mg/kg", start="-30 min", phase="treatment")

experiment = Experiment(
    circuit="prefrontal",
    phases=(
        Phase("settling", "5 day"),
        Phase("baseline", "3 day"),
        Phase("stress", "21 day", stress=1.0),
        Phase("before dose", "50 min"),
        Phase("antagonists", "10 min"),
        Phase("treatment", "50 min"),
        Phase("after infusion", "130 min"),
        Phase("first hours", "5 h"),
        Phase("first day", "16 h"),
        Phase("first days", "48 h"),
        Phase("after", "11 day"),
    ),
    arms={
        "control": Arm(),
        "stress_vehicle": Arm(stress=True),
        "stress_ketamine": Arm(stress=True, doses=(ketamine,)),
        "stress_ketamine_nbqx": Arm(stress=True, doses=(nbqx, ketamine)),
        "stress_ketamine_rapamycin": Arm(stress=True, doses=(rapamycin, ketamine)),
    },
)

if __name__ == "__main__":
    synaptoket.run_script(__file__)
