"""The life of a healthy spine under the constants of `spine_stages`, in closed form.

    python models/calibration/spines.py
    python models/calibration/spines.py --circuit hippocampus --set "rules.spine_stages.filopodium_loss=8 /day"
    python models/calibration/spines.py --solve

Derives what imaging studies report of a population in balance, made of cohorts of filopodia that
are lost or mature and of spines that survive by their age: the share lost within 14 days, 30 days
and 18 months (as many are formed), and that of filopodia among all contacts. Filopodia are counted
as the findings count them, with the spines.

The last two lines are the maturation and the births with which as many spines come as go, at the
filling fraction of the circuit and a given share of filopodia.

`--solve` prints the four constants that follow from imaging, once two are given (how long filopodia
and newborn spines last): how fast spines become durable and how long old ones last, by the share
lost in two weeks and in 18 months; how many filopodia are born and mature, so that as many spines
come as go at the filling fraction of the circuit.
"""  # noqa: E501

import argparse
from collections.abc import Callable

import numpy as np

from synaptoket.circuit import load_circuit
from synaptoket.parameters.overrides import parse_assignment
from synaptoket.studies.rule_curves.spine_stages import ClosedForm

DAY = 86400.0

#: Of a hundred contacts: filopodia (hardly any in adults, Grutzendler 2002; size assumed), those
#: lost in two weeks (3 to 5, Zuo 2005), and those lost, or formed, in 18 months (26 and 19, there).
FILOPODIA, TWO_WEEKS, EIGHTEEN_MONTHS = 2.0, 4.0, 22.5

Values = dict[str, str | float]


def turnover(circuit: str, overrides: dict, filopodia: float = FILOPODIA) -> Values:
    """Return the constants that follow from imaging, by dotted name.

    Parameters
    ----------
    circuit : str
        Its name.
    overrides : dict of tuple to value
        Changes of the circuit: how long filopodia and newborn spines last, its filling fraction.
    filopodia : float
        Filopodia in a hundred contacts.

    Raises
    ------
    ValueError
        If no durable time and elimination rate give the published shares.
    """
    rules = load_circuit(circuit, overrides).rules
    stages = ClosedForm(rules["spine_stages"].constants)
    share = filopodia / 100

    def gone(days: float) -> float:
        return 100 * (share + (1 - share) * (1 - float(stages.steady(np.array(days)))))

    def lasting(durable: float) -> float:
        """With this durable time, set the rate at which old spines are lost; return two weeks'."""
        stages.durable = durable

        def old(rate: float) -> float:
            stages.old = rate
            return gone(548) - EIGHTEEN_MONTHS

        old(_root(old, 5e-5, 2e-3))
        return gone(14) - TWO_WEEKS

    lasting(_root(lasting, 0.1 / stages.young, 6 / stages.young))
    maturing, born = balance(rules, stages, share)
    return {
        "rules.spine_stages.durable_time": f"{stages.durable:.4g} day",
        "rules.spine_stages.elimination_rate": f"{stages.old:.4g} /day",
        "rules.spine_stages.maturation_rate": f"{maturing:.4g} /day",
        "rules.protein_formation.formation_rate": f"{born:.4g} /day",
    }


def balance(rules, stages: ClosedForm, share: float) -> tuple[float, float]:
    """Return the maturation and the births (1/day) with which a share of contacts are filopodia.

    As many mature as spines are lost, at the filling fraction of the circuit.
    """
    filling = float(rules["structure"].constants["filling_fraction"])
    maturing = (1 - share) / (stages.life() * share)
    return maturing, share * filling / (1 - filling) * (maturing + stages.lost)


def _root(function: Callable[[float], float], low: float, high: float) -> float:
    """Return where a rising function is zero, by bisection of the logarithm."""
    if function(low) > 0 or function(high) < 0:
        raise ValueError(f"no value from {low:g} to {high:g} gives the published turnover")
    for _ in range(40):
        middle = (low * high) ** 0.5
        low, high = (middle, high) if function(middle) < 0 else (low, middle)
    return (low * high) ** 0.5


def population(rules, filopodia: float = FILOPODIA) -> dict[str, float]:
    """Return what a population in balance looks like, by the rules of a circuit.

    `filopodia`, in a hundred contacts, is their share in the balance of the last two numbers.
    """
    stages = ClosedForm(rules["spine_stages"].constants)
    births = float(rules["protein_formation"].constants["formation_rate"]) * DAY
    leaving, life = stages.maturing + stages.lost, stages.life()
    # of each birth: days as a filopodium, and as a spine
    first, spine = 1 / leaving, stages.maturing / leaving * life
    share, borne = first / (first + spine), births * (first + spine)
    maturing, born = balance(rules, stages, filopodia / 100)

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
        "maturation_rate in balance (1/day)": maturing,
        "formation_rate in balance (1/day)": born,
    }


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--circuit", default="prefrontal")
    parser.add_argument("--set", action="append", default=[], metavar="NAME=VALUE")
    parser.add_argument("--filopodia", type=float, default=FILOPODIA, help="in balance (%%)")
    parser.add_argument("--solve", action="store_true", help="print what follows from imaging")
    options = parser.parse_args()
    overrides = {o.dotted: o.value for o in map(parse_assignment, options.set)}
    if options.solve:
        solved = turnover(options.circuit, overrides, options.filopodia)
        print(*(f'{name} = "{value}"' for name, value in solved.items()), sep="\n")
        overrides |= {tuple(name.split(".")): value for name, value in solved.items()}
    rules = load_circuit(options.circuit, overrides).rules
    for name, value in population(rules, options.filopodia).items():
        print(f"{name:44s} {value:10.4g}")


if __name__ == "__main__":
    main()
