"""Does one dose of ketamine bring back the synapses that three weeks of stress have cost?

A healthy prefrontal circuit settles, is observed for three days, and is stressed for three
weeks. Then it is given 0.5 mg/kg of ketamine over 40 minutes, as in the treatment of depression,
or the vehicle, and is followed for two weeks. NBQX (AMPA receptors) and rapamycin (mTORC1) given
ahead of ketamine each knock one link out of the chain from the dose to the synapse.

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
        Phase("settling", "5 day", timelapse="3 h/s"),
        Phase("baseline", "3 day", timelapse="3 h/s"),
        Phase("stress", "21 day", timelapse="3 h/s", stress=1.0),
        Phase("before dose", "1 h", timelapse="6 min/s"),
        Phase("treatment", "2 h", timelapse="2 min/s"),
        Phase("first hours", "6 h", timelapse="12 min/s"),
        Phase("first days", "64 h", timelapse="2 h/s"),
        Phase("after", "11 day", timelapse="3 h/s"),
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
