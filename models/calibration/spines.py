"""The life of a healthy spine under the constants of `spine_stages`, in closed form.

    python models/calibration/spines.py
    python models/calibration/spines.py --circuit hippocampus
    python models/calibration/spines.py --set "rules.spine_stages.filopodium_loss=8 /day"

Derives what imaging studies report of a population in balance, made of cohorts of filopodia that
are lost or mature and of spines that survive by their age: the share lost within 14 days, 30 days
and 18 months (as many are formed), and that of filopodia among all contacts. Filopodia are counted
as the findings count them, with the spines. F8 and F15 ask of the cortex 2.5 to 5.5 %, 2 to 6 % and
20 to 32 %, Attardo 2015 of CA1 a mean life of one to two weeks.

The last two lines are the births and the maturation with which as many spines come as go, at the
filling fraction of the circuit and a given share of filopodia: the count of a healthy circuit then
stays, and its scale needs no correction.
"""

import argparse

import numpy as np

from synaptoket.circuit import load_circuit
from synaptoket.parameters.overrides import parse_assignment
from synaptoket.studies.rule_curves.spine_stages import ClosedForm

DAY = 86400.0


def population(rules, filopodia: float) -> dict[str, float]:
    """Return what a population in balance looks like, by the rules of a circuit.

    `filopodia` is the share of them, in the balance that the last two numbers give.
    """
    stages = ClosedForm(rules["spine_stages"].constants)
    births = float(rules["protein_formation"].constants["formation_rate"]) * DAY
    filling = float(rules["structure"].constants["filling_fraction"])
    leaving = stages.maturing + stages.lost
    life = stages.life()
    # of each birth: days as a filopodium, and as a spine
    first, spine = 1 / leaving, stages.maturing / leaving * life
    share, borne = first / (first + spine), births * (first + spine)
    balanced = (1 - filopodia) / (life * filopodia)  # as many mature as spines are lost

    def gone(days: float) -> float:
        return 100 * (share + (1 - share) * (1 - float(stages.steady(np.array(days)))))

    return {
        "eliminated, and formed, within 14 days (%)": gone(14),
        "within 30 days (%)": gone(30),
        "within 18 months (%)": gone(548),
        "new spines left after 14 days (%)": 100 * float(stages.survival(np.array(14.0))),
        "mean life of a spine (days)": life,
        "filopodia that mature (%)": 100 * stages.maturing / leaving,
        "filopodia among all (%)": 100 * share,
        "candidates that bear a contact (%)": 100 * borne / (1 + borne),
        "maturation_rate in balance (1/day)": balanced,
        "formation_rate in balance (1/day)": filopodia * filling / (1 - filling)
        * (balanced + stages.lost),
    }  # fmt: skip


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--circuit", default="prefrontal")
    parser.add_argument("--set", action="append", default=[], metavar="NAME=VALUE")
    parser.add_argument("--filopodia", type=float, default=0.02, help="their share, in balance")
    options = parser.parse_args()
    overrides = {o.dotted: o.value for o in map(parse_assignment, options.set)}
    rules = load_circuit(options.circuit, overrides).rules
    for name, value in population(rules, options.filopodia).items():
        print(f"{name:44s} {value:10.4g}")


if __name__ == "__main__":
    main()
