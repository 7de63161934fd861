"""Single cells in a dish: the EPSP that NMDA receptors carry, and the f-I curve, with a blocker.

The membrane is that of the circuit, text and numbers; the cells have no network, no background
input, and the ambient glutamate of a superfused preparation. Block is at its equilibrium.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from ...circuit import Circuit
from ...circuit.group import CircuitPlan, GroupPlan, clean, names_in
from ...circuit.membranes import membrane_of
from ...circuit.membranes.conductance import ConductancePopulation
from ...circuit.plan import plan
from ...parameters.errors import UserError, nearest
from ...parameters.quantities import Quantity
from ...pharmacology import CLASSES, SUBUNITS, ic50, load_drug, magnesium_unblocked, steady_block
from ...plasticity import Variable

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from ...circuit.brian import b2
    from .finding import Finding

#: Inputs that arrive together to evoke an EPSP: few enough to stay below threshold.
VOLLEY = 10

#: Injected currents of the f-I curve, in units of the rheobase.
CURRENTS = np.linspace(0.8, 2.6, 10)

#: Seconds of the recording.
DURATION = 1.0

#: Seconds in which the cells come to rest before the volley.
SETTLING = 0.3


class Cells(NamedTuple):
    """The responses of a population in the dish: without the drug (row 0) and with it (row 1).

    `epsp` in volt (2,); `rates` in Hz (2, currents); `traces` in volt (2, times).
    """

    epsp: np.ndarray
    rates: np.ndarray
    traces: np.ndarray


class Dish:
    """Cells of a circuit in a dish; each recording is made once.

    Parameters
    ----------
    circuit : Circuit

    Raises
    ------
    UserError
        If a population has no NMDA receptors that a blocker reaches.
    """

    def __init__(self, circuit: Circuit):
        blocked = circuit.rules["nmda_block"].populations if "nmda_block" in circuit.rules else ()
        for name in circuit.populations:
            if name not in blocked:
                raise UserError(
                    f"{circuit.name}: no blocker reaches {name} in a dish; expected {name} in "
                    "rules.nmda_block.populations"
                )
        self.circuit = circuit
        self._recorded: dict[tuple[str, ...], Cells] = {}

    def cells(self, population: str, drug: str, concentration: str, ambient: str) -> Cells:
        """Return the responses of single cells of a population, without and with a drug.

        Parameters
        ----------
        population : str
        drug, concentration : str
            The blocker and its concentration in the bath.
        ambient : str
            Ambient glutamate.
        """
        if population not in self.circuit.populations:
            hint = nearest(population, self.circuit.populations)
            raise UserError(f"{self.circuit.name}: unknown population {population!r}{hint}")
        key = (population, drug, concentration, ambient)
        if key not in self._recorded:
            self._recorded[key] = _record(self.circuit, *key)
        return self._recorded[key]


def _record(
    circuit: Circuit, population: str, drug: str, concentration: str, ambient: str
) -> Cells:
    from ...circuit.brian import b2, choose_target

    b2.set_device("runtime")
    choose_target()
    circuit_plan = plan(circuit)
    group = circuit_plan.populations[population]
    constants = {name: value for name, (_, value) in group.constants.items()}
    cells = _isolated(circuit, group, size=2 * (len(CURRENTS) + 1))
    leak = constants["leak_potential"]
    # A current is a shift of the leak's reversal potential: g_L (E' - E) is constant.
    shift = np.concatenate([[0.0], CURRENTS]) * (constants["threshold"] - leak)
    _assign(cells, "leak_potential", np.tile(leak + shift, 2))
    _assign(cells, "v", leak)
    glutamate = float(Quantity.parse(ambient, "molar"))
    half = float(circuit.rules["nmda_block"].constants["ambient_half"])
    bound = glutamate / (glutamate + half)
    section = circuit.populations[population]
    assert isinstance(section, ConductancePopulation)  # others have no blocker that reaches them
    _assign(cells, "tonic_nmda", bound * float(section.tonic_nmda_conductance))
    lost = _lost(circuit, drug, concentration, leak)
    reaches = constants.get("blocker_reaches", 1.0)
    share = constants["glun2ab_share"]
    for key, part, second in (
        ("ab", share, constants["glun2b_of_ab"]),
        ("cd", 1 - share, constants["glun2d_of_cd"]),
    ):
        by_subunit = [lost[subunit] for subunit in CLASSES[key]]
        treated = part * (1 - reaches * np.dot([1 - second, second], by_subunit))
        _assign(cells, f"nmda_{key}", np.repeat([part, treated], len(CURRENTS) + 1))
    return _played(cells, VOLLEY * _nmda_jump(circuit_plan, population))


def _isolated(circuit: Circuit, group: GroupPlan, size: int) -> b2.NeuronGroup:
    """Return cells with the membrane of a population, its text and its numbers, and nothing else.

    The leak's reversal potential may differ from cell to cell.
    """
    from ...circuit.brian import b2

    membrane = membrane_of(circuit.populations[group.name])
    text = names_in(membrane.equations + membrane.reset) | {"threshold"}
    alone = GroupPlan(
        group.name,
        size,
        {name: variable for name, variable in group.variables.items() if name in text},
        membrane.equations,
        reset=clean(membrane.reset),
        constants={name: group.constants[name] for name in group.constants if name in text},
    )
    del alone.constants["leak_potential"]
    alone.variables["leak_potential"] = Variable("volt")
    cells = b2.NeuronGroup(
        size,
        alone.model(),
        method="exponential_euler",
        threshold="v > threshold",
        reset=alone.reset,
        dt=float(circuit.numerics.step) * b2.second,
        dtype=alone.dtypes("double"),
    )
    for name, (_, value) in alone.constants.items():
        _assign(cells, name, value)
    for name, variable in alone.variables.items():
        if not isinstance(variable.initial, str):
            _assign(cells, name, variable.initial)
    return cells


def _assign(cells: b2.NeuronGroup, name: str, values: np.ndarray | float) -> None:
    """Give a variable values in SI units."""
    setattr(cells, f"{name}_", values)


def _played(cells: b2.NeuronGroup, pulse: float) -> Cells:
    """Return what cells do, the first of either half after a pulse of NMDA conductance (S)."""
    from ...circuit.brian import b2

    n = len(cells) // 2
    monitor = b2.StateMonitor(cells, "v", record=[0, n], dt=0.5 * b2.ms)
    network = b2.Network(cells, monitor)
    network.run(SETTLING * b2.second)
    rest = np.array(cells.v_[[0, n]])
    cells.g_nmda_[[0, n]] += pulse
    cells.spike_count = 0
    network.run(DURATION * b2.second)
    traces = np.array(monitor.v_)
    epsp = traces[:, np.array(monitor.t_) > SETTLING].max(axis=1) - rest
    rates = np.array(cells.spike_count).reshape(2, n)[:, 1:] / DURATION
    return Cells(epsp, rates, traces)


def _lost(circuit: Circuit, drug: str, concentration: str, potential: float) -> dict[str, float]:
    """Return the silenced fraction of receptors by subunit, at a potential with magnesium.

    Subunits of a class have one sensitivity to magnesium, as in the circuit.
    """
    loaded, nmda = load_drug(drug), circuit.nmda
    c = float(Quantity.parse(concentration, "molar"))
    lost = dict.fromkeys(SUBUNITS, 0.0)
    if loaded.nmda or not loaded.glun2b:
        for member, subunits in CLASSES.items():
            unblocked = magnesium_unblocked(nmda, potential, nmda.sensitivity(member))
            for subunit in subunits:
                half = ic50(loaded, subunit, potential, 0.0, receptor=nmda) / unblocked
                lost[subunit] = float(steady_block(c, half))
    if loaded.glun2b:
        lost["GluN2B"] += float(loaded.glun2b.effect(c)) * (1 - lost["GluN2B"])
    return lost


def _nmda_jump(circuit_plan: CircuitPlan, population: str) -> float:
    """Return the NMDA conductance (S) that one rested excitatory input opens in a population."""
    for projection in circuit_plan.projections.values():
        source = circuit_plan.circuit.populations[projection.source]
        if projection.target == population and source.excitatory:
            opening = circuit_plan.populations[projection.source].constants["gate_opening"][1]
            return float(projection.constants["nmda_weight"][1]) * opening
    raise ValueError(f"{population}: no excitatory input")


def epsp_loss(dish: Dish, populations: Sequence[str], **bath: str) -> float:
    """Return by how many percent the drug reduces the NMDA EPSP; mean over cells."""
    parts, sizes = [], []
    for name in populations:
        without, treated = dish.cells(name, **bath).epsp
        parts.append(100 * (1 - treated / without) if without > 0 else np.nan)
        sizes.append(dish.circuit.sizes[name])
    return float(np.average(parts, weights=sizes))


def epsp_loss_difference(
    dish: Dish, populations: Sequence[str], against: Sequence[str], **bath: str
) -> float:
    """Return by how many points the loss in some populations exceeds that in others."""
    return epsp_loss(dish, populations, **bath) - epsp_loss(dish, against, **bath)


def firing_change(dish: Dish, populations: Sequence[str], **bath: str) -> float:
    """Return the change of the f-I curve's mean rate by the drug, in percent."""
    rates = [dish.cells(name, **bath).rates.mean(axis=1) for name in populations]
    sizes = [dish.circuit.sizes[name] for name in populations]
    without, treated = np.average(rates, axis=0, weights=sizes)
    return float(100 * (treated / without - 1))


READOUTS = {
    "epsp_loss": epsp_loss,
    "epsp_loss_difference": epsp_loss_difference,
    "firing_change": firing_change,
}


def draw(finding: Finding, axes: Axes, dish: Dish) -> None:
    """Draw the NMDA EPSP of every population, without and with the drug."""
    bath: dict[str, Any] = {
        key: value
        for key, value in finding.readouts[0].arguments.items()
        if key not in ("populations", "against")
    }
    for i, name in enumerate(dish.circuit.populations):
        traces = dish.cells(name, **bath).traces
        times = np.arange(traces.shape[1]) * 0.5 - 1e3 * SETTLING
        for row, style in enumerate(("-", "--")):
            label = f"{name}, {bath['drug']}" if row else name
            rest = traces[row, times < 0][-1]
            axes.plot(times, 1e3 * (traces[row] - rest), style, color=f"C{i}", label=label)
    axes.set(xlabel="ms after the volley", ylabel="NMDA EPSP, mV", xlim=(-20, 400))
    axes.legend(frameon=False, fontsize="small")
