"""Does one dose of ketamine bring back the synapses that three weeks of stress have cost a patient?

A healthy prefrontal circuit settles, is observed for three days, and is stressed for three weeks.
Then it is given 0.5 mg/kg of ketamine over 40 minutes, as in the treatment of depression, or the
vehicle, and is followed for two weeks. The stress ends an hour before the dose (`stress`), has been
over for four days (`late`), or goes on at half its level, like a depression that persists
(`persistent`). The first two share a vehicle, whose stress is theirs; the last has its own. Rats,
with antagonists, are in `rat_stress_and_ketamine.py`.

    python experiments/stress_and_ketamine.py --seed 3 --out results/x.h5
    synaptoket run experiments/stress_and_ketamine.py --seeds 5 --jobs 2 --out results/headline/
"""

import synaptoket
from synaptoket import Arm, Dose, Experiment, Phase

ketamine = Dose("ketamine", "0.5 mg/kg", duration="40 min", phase="treatment")
late_ketamine = Dose("ketamine", "0.5 mg/kg", duration="40 min", start="95 h", phase="treatment")
PERSISTENT = {"before dose": 0.5}  # from then on; how much stress a depression is, is our choice

experiment = Experiment(
    circuit="prefrontal",
    phases=(
        Phase("settling", "5 day"),
        Phase("baseline", "3 day"),
        Phase("stress", "21 day", stress=1.0),
        Phase("before dose", "1 h"),
        Phase("treatment", "14 day"),
    ),
    arms={
        "control": Arm(),
        "stress_vehicle": Arm(stress=True),
        "stress_ketamine": Arm(stress=True, doses=(ketamine,)),
        "late_ketamine": Arm(stress=True, doses=(late_ketamine,)),
        "persistent_vehicle": Arm(stress=PERSISTENT),
        "persistent_ketamine": Arm(stress=PERSISTENT, doses=(ketamine,)),
    },
)

if __name__ == "__main__":
    synaptoket.run_script(__file__)
