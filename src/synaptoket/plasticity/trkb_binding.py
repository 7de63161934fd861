"""The direct-binding hypothesis: drugs bind TrkB itself and make it answer BDNF more strongly.

    sensitivity = 1 + g O

    symbol  constant           unit  meaning
    g       trkb_binding_gain  1     gain of the BDNF signal at full occupancy
            state
    -       trkb_sensitivity   1     factor by which drugs raise the BDNF signal
            read
    O       trkb_occupancy     1     fraction of TrkB's sites that drugs occupy

O is the fraction of the transmembrane sites of TrkB dimers that drugs occupy, g the gain of the
BDNF signal at full occupancy (mtorc1). Binding is allosteric: without BDNF there is nothing to
make stronger. It is settled within a slow step. A rival, or a companion, of the release of BDNF;
off by default.

Equation: own; the paper shows that the drugs bind and that BDNF is needed.
Source: Casarotto 2021, doi:10.1016/j.cell.2021.01.034
"""

from .rule import Constant, Part, Rule, Variable

TRKB_BINDING = Rule(
    name="trkb_binding",
    summary="drugs bind TrkB and make it answer BDNF more strongly",
    equation="sensitivity = 1 + g O",
    source="Casarotto 2021 Cell 184:1299",
    constants={
        "trkb_binding_gain": Constant("1", "g", "gain of the BDNF signal at full occupancy"),
    },
    parts={
        "neuropil": Part(
            variables={"trkb_sensitivity": Variable("1", 1.0)},
            slow="trkb_sensitivity = 1 + trkb_binding_gain*trkb_occupancy(t)",
            order=1,
        ),
    },
)
