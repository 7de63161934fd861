"""Single cells in a dish: the EPSP that NMDA receptors carry, and the f-I curve, with a blocker.

The membrane is that of the circuit, text and numbers; the cells have no network, no background
input, and the ambient glutamate of a superfused preparation. Block is at its equilibrium.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from ...circuit import Circuit
from ...circuit.group import CircuitPlan
from ...circuit.membranes.conductance import MEMBRANE
from ...circuit.plan import plan
from ...parameters.errors import UserError, nearest
from ...parameters.quantities import Quantity
from ...pharmacology import load_drug, magnesium_unblocked, steady_block, voltage_factor

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from .finding import Finding

#: Inputs that arrive together to evoke an EPSP: few enough to stay below threshold.
VOLLEY = 10

#: Injected currents of the f-I curve, in units of the rheobase.
CURRENTS = np.linspace(0.8, 2.6, 10)

#: Seconds of the recording.
DURATION = 1.0

_CELLS = """
leak_potential : volt
nmda_ab : 1
nmda_cd : 1
tonic_nmda : siemens
ampa_available : 1
spike_count : integer
"""


class Cells(NamedTuple):
    """What a population does in the dish: without the drug (row 0) and with it (row 1).

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
        """Return what single cells of a population do, without and with a drug.

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
    made = plan(circuit)
    own = made.populations[population].constants
    n = len(CURRENTS)
    units = {"mmolar": b2.mmolar, "1/volt": 1 / b2.volt, "1": 1.0}
    namespace = {
        name: value * (units.get(unit) or getattr(b2, unit))
        for name, (unit, value) in own.items()
        if name != "leak_potential" and unit != "mmolar/second"
    }
    cells = b2.NeuronGroup(
        2 * (n + 1),
        MEMBRANE + _CELLS,
        method="exponential_euler",
        threshold="v > threshold",
        reset="v = reset_potential; refractory_left = refractory_period; "
        "g_potassium += potassium_increment; spike_count += 1",
        dt=float(circuit.numerics.step) * b2.second,
        namespace=namespace,
        dtype=np.float64,
    )
    leak = own["leak_potential"][1]
    # A current is a shift of the leak's reversal potential: g_L (E' - E) is constant.
    shift = np.concatenate([[0.0], CURRENTS]) * (own["threshold"][1] - leak)
    cells.leak_potential_ = np.tile(leak + shift, 2)
    cells.v_ = leak
    cells.ampa_available = 1
    glutamate = float(Quantity.parse(ambient, "molar"))
    half = float(circuit.rules["nmda_block"].constants["ambient_half"])
    bound = glutamate / (glutamate + half)
    cells.tonic_nmda_ = bound * float(circuit.populations[population].tonic_nmda_conductance)
    blocked = _blocked(circuit, drug, concentration, leak)
    reaches = own.get("blocker_reaches", ("1", 1.0))[1]
    share = own["glun2ab_share"][1]
    for key, part in (("ab", share), ("cd", 1 - share)):
        without, treated = part, part * (1 - reaches * blocked[key])
        setattr(cells, f"nmda_{key}", np.repeat([without, treated], n + 1))
    monitor = b2.StateMonitor(cells, "v", record=[0, n + 1], dt=0.5 * b2.ms)
    network = b2.Network(cells, monitor)
    pulse = VOLLEY * _nmda_jump(made, population)
    network.run(0.3 * b2.second)
    rest = np.array(cells.v_[[0, n + 1]])
    cells.g_nmda_[[0, n + 1]] += pulse
    cells.spike_count = 0
    network.run(DURATION * b2.second)
    traces = np.array(monitor.v_)
    epsp = traces[:, np.array(monitor.t_) > 0.3].max(axis=1) - rest
    rates = np.array(cells.spike_count).reshape(2, n + 1)[:, 1:] / DURATION
    return Cells(epsp, rates, traces)


def _blocked(circuit: Circuit, drug: str, concentration: str, potential: float) -> dict[str, float]:
    """Return the blocked fraction of each class of receptors at a potential, with magnesium."""
    loaded, nmda = load_drug(drug), circuit.nmda
    c = float(Quantity.parse(concentration, "molar"))
    found = {}
    for member in ("ab", "cd"):
        unblocked = magnesium_unblocked(nmda, potential, nmda.sensitivity(member))
        half = loaded.affinity(member) * voltage_factor(nmda, potential) / unblocked
        found[member] = float(steady_block(c, half))
    return found


def _nmda_jump(made: CircuitPlan, population: str) -> float:
    """Return the NMDA conductance (S) that one rested excitatory input opens in a population."""
    for projection in made.projections.values():
        source = made.circuit.populations[projection.source]
        if projection.target == population and source.excitatory:
            opening = made.populations[projection.source].constants["gate_opening"][1]
            return float(projection.constants["nmda_weight"][1]) * opening
    raise ValueError(f"{population}: no excitatory input")


def epsp_loss(dish: Dish, populations: Sequence[str], **bath: str) -> float:
    """Return how much of the NMDA EPSP the drug takes, in percent; mean over cells."""
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
        times = np.arange(traces.shape[1]) * 0.5 - 300
        for row, style in enumerate(("-", "--")):
            label = f"{name}, {bath['drug']}" if row else name
            rest = traces[row, times < 0][-1]
            axes.plot(times, 1e3 * (traces[row] - rest), style, color=f"C{i}", label=label)
    axes.set(xlabel="ms after the volley", ylabel="NMDA EPSP, mV", xlim=(-20, 400))
    axes.legend(frameon=False, fontsize="small")
