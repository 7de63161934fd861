"""The life of a healthy spine under the constants of `spine_stages`, in closed form.

    python models/calibration/spines.py
    python models/calibration/spines.py --circuit hippocampus
    python models/calibration/spines.py --set "rules.spine_stages.filopodium_loss=8 /day"

Derives what imaging studies report of a population in balance, made of cohorts of filopodia that
are lost or mature and of spines that survive by their age: the share of spines lost within 14 days,
30 days and 18 months (as many are formed), that of filopodia among all contacts, and the share of
candidates that bear a contact where births meet losses. Findings F8 and F15 ask of the cortex 2.5
to 5.5 %, 2 to 6 % and 20 to 32 %, Attardo 2015 of CA1 a mean life of one to two weeks.
"""

import argparse

import numpy as np

from synaptoket.circuit import load_circuit
from synaptoket.parameters.overrides import parse_assignment
from synaptoket.studies.rule_curves.spine_stages import ClosedForm

DAY = 86400.0


def population(rules) -> dict[str, float]:
    """Return what a population in balance looks like, by the rules of a circuit."""
    stages = ClosedForm(rules["spine_stages"].constants)
    births = float(rules["protein_formation"].constants["formation_rate"]) * DAY
    leaving = stages.maturing + stages.lost
    matures = stages.maturing / leaving
    life = stages.life()
    # of each birth: days as a filopodium, and as a spine
    filopodium, spine = 1 / leaving, matures * life
    filling = births * (filopodium + spine) / (1 + births * (filopodium + spine))
    lost = {days: 100 * (1 - float(stages.steady(np.array(days)))) for days in (14, 30, 548)}
    return {
        "spines eliminated, and formed, within 14 days (%)": lost[14],
        "within 30 days (%)": lost[30],
        "within 18 months (%)": lost[548],
        "new spines left after 14 days (%)": 100 * float(stages.survival(np.array(14.0))),
        "mean life of a spine (days)": life,
        "filopodia that mature (%)": 100 * matures,
        "filopodia among all (%)": 100 * filopodium / (filopodium + spine),
        "candidates that bear a contact (%)": 100 * filling,
    }


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--circuit", default="prefrontal")
    parser.add_argument("--set", action="append", default=[], metavar="NAME=VALUE")
    options = parser.parse_args()
    overrides = {o.dotted: o.value for o in map(parse_assignment, options.set)}
    for name, value in population(load_circuit(options.circuit, overrides).rules).items():
        print(f"{name:52s} {value:8.2f}")


if __name__ == "__main__":
    main()
