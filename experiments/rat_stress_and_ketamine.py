"""Does one dose of ketamine bring back a rat's synapses, and do NBQX and rapamycin prevent it?

The prefrontal circuit of a rat of 300 g settles, is observed for three days, and is stressed for
three weeks: stressors that change, for whole days, as in the work that the doses come from (Li 2011
Biol Psychiatry). Then the rat is given 10 mg/kg of ketamine i.p., or the vehicle, and is followed
for two weeks. NBQX (AMPA receptors; 10 mg/kg i.p. ten minutes before, Li 2010 Science 329:959) and
rapamycin (mTORC1; Li 2010 gave it into the ventricles, here it is 5 mg/kg i.v.) each knock one link
out of the chain from the dose to the synapse. Each is also given alone. The patient's dose is
`stress_and_ketamine.py`.

    python experiments/rat_stress_and_ketamine.py --seed 3 --out results/x.h5
    synaptoket run experiments/rat_stress_and_ketamine.py --seeds 5 --jobs 2 --out results/rat/
"""

import synaptoket
from synaptoket import Arm, Dose, Experiment, Phase

ketamine = Dose("ketamine", "10 mg/kg", "intraperitoneal", phase="treatment")
nbqx = Dose("nbqx", "10 mg/kg", "intraperitoneal", start="-10 min", phase="treatment")
rapamycin = Dose("rapamycin", "5 mg/kg", start="-30 min", phase="treatment")

experiment = Experiment(
    circuit="prefrontal",
    body_weight="300 g",
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
        "stress_nbqx": Arm(stress=True, doses=(nbqx,)),
        "stress_ketamine_nbqx": Arm(stress=True, doses=(nbqx, ketamine)),
        "stress_rapamycin": Arm(stress=True, doses=(rapamycin,)),
        "stress_ketamine_rapamycin": Arm(stress=True, doses=(rapamycin, ketamine)),
    },
)

if __name__ == "__main__":
    synaptoket.run_script(__file__)
