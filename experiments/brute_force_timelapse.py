"""Does the time-lapse change what comes out? Two hours of biology in two hours of spiking.

The one proof of a time-lapse is the simulation without: a small circuit is followed through a
dose of ketamine second by second, and again with 10 to 240 seconds of biology in each second of
spiking. All start from one state, after a settling that they share. Structure and homeostasis
run ten times as fast as in life, in all of them, so that two hours are enough to see synapses
come; receptors, glutamate, BDNF and mTORC1 have their own pace.

    python experiments/brute_force_timelapse.py --figure docs/timelapse.png
"""

import argparse
from dataclasses import replace
from pathlib import Path

from synaptoket import Arm, Dose, Experiment, Phase, open_results

FACTORS = (10.0, 30.0, 60.0, 120.0, 240.0)
TEN_TIMES_AS_FAST = (
    "rules.bdnf.own_bdnf_decay=2.4 h",
    "rules.mtorc1.trkb_turnover=2.4 h",
    "rules.synaptic_protein.protein_decay=9 min",
    "rules.synaptic_scaling.scaling_time=4.8 h",
    "rules.ampa_insertion.insertion_rate=10 /day",
    "rules.spine_size.size_relaxation=1 day",
    "rules.protein_formation.formation_rate=0.5 /day",
    "rules.protein_formation.assembly_time=24 min",
    "rules.spine_stages.maturation_rate=1.5 /day",
    "rules.spine_stages.filopodium_loss=40 /day",
    "rules.spine_stages.elimination_rate=0.004 /day",
    "rules.spine_stages.young_elimination=0.9 /day",
    "rules.spine_stages.durable_time=0.8 day",
)
ketamine = Dose("ketamine", "0.5 mg/kg", start="10 min", duration="40 min", phase="two hours")

experiment = Experiment(
    phases=(
        Phase("settling", "1 day", timelapse="18 min/s"),
        Phase("two hours", "2 h", timelapse="1 s/s"),
    ),
    arms={"ketamine": Arm(doses=(ketamine,))},
)


def main() -> None:
    """Run the lapsed simulations and those that are not, and draw both."""
    from synaptoket.analysis.figures.saving import save
    from synaptoket.analysis.figures.timelapse_comparison import brute_force_figure, error_table
    from synaptoket.experiment.run_options import RunOptions
    from synaptoket.experiment.timelapse_comparison import compare
    from synaptoket.results.destination import FIGURE, Output, check_outputs
    from synaptoket.results.text_table import markdown

    options = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    options.add_argument("--neurons", type=int, default=200)
    options.add_argument("--seeds", type=int, default=3)
    options.add_argument("--jobs", type=int, default=1)
    options.add_argument("--out", type=Path, default=Path("results/brute_force"))
    options.add_argument("--figure", type=Path, default=Path("results/brute_force.png"))
    given = options.parse_args()
    check_outputs([Output("--figure", given.figure, FIGURE)])

    seeds = tuple(range(1, given.seeds + 1))
    run = RunOptions(seeds, given.out, given.jobs, given.neurons, TEN_TIMES_AS_FAST, resume=True)
    for name, factors in {"lapsed": FACTORS, "whole": (1.0,)}.items():
        there = replace(run, out=given.out / name)
        compare(experiment, there, "ketamine", ["two hours"], factors, script=__file__)
    whole, lapsed = open_results(given.out / "whole"), open_results(given.out / "lapsed")
    save(brute_force_figure(whole, lapsed), given.figure)
    print(f"figure: {given.figure}\n\n{markdown(*error_table(whole, lapsed))}")


if __name__ == "__main__":
    main()
