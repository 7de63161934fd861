"""How many synapses are left when those on a crowded cell are lost faster?

An experiment on a circuit and with a rule that do not ship as such: `crowded.toml`,
`crowded_elimination.py`. While nothing is formed, dn/dT = -e n (n/n_0)^m, so that at m = 1

    n(T) = n(0)/(1 + e T n(0)/n_0)

and of 36 synapses on a cell, 19 are left after ten days.
"""

from pathlib import Path

import synaptoket
from synaptoket import Arm, Experiment, Phase

experiment = Experiment(
    circuit=str(Path(__file__).with_name("crowded.toml")),
    phases=(Phase("crowding", "10 day", timelapse="2 h/s"),),
    arms={"crowded": Arm()},
)

if __name__ == "__main__":
    synaptoket.run_script(__file__)
