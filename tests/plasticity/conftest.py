"""Runs the text of one rule by itself, in Brian2, on numbers of the test's own."""

import re

import numpy as np
import pytest

from synaptoket.circuit.constants import brian_unit
from synaptoket.circuit.group import assigned_in, clean, names_in
from synaptoket.circuit.numerics import SLOW_STEP
from synaptoket.pharmacology.drives import DRIVES
from synaptoket.plasticity import RULES, renewal
from synaptoket.plasticity.structure import drawing

STRUCTURAL_STEP = 1.0

#: Units of names that a rule reads and no rule declares.
UNITS = {
    "v": "volt",
    "g_nmda": "siemens",
    "tonic_nmda_conductance": "siemens",
    "reference_potential": "volt",
    "blocker_voltage": "volt",
    "magnesium_slope": "1/volt",
}
for _rule in RULES.values():
    UNITS |= {name: brian_unit(constant.unit) for name, constant in _rule.constants.items()}
    for _part in _rule.parts.values():
        UNITS |= {name: variable.unit for name, variable in _part.variables.items()}


def unit_of(name):
    """Return the Brian2 unit of a variable or constant."""
    return UNITS.get(name.removesuffix("_of_source"), "1")


#: Every variable that any rule gives to synapses.
SYNAPTIC = {
    name: variable
    for rule in RULES.values()
    if "synapse" in rule.parts
    for name, variable in rule.parts["synapse"].variables.items()
}


@pytest.fixture
def slow_updates(numpy_target):
    """Return a function that plays a rule's slow update on many independent copies."""
    b2 = numpy_target

    def play(rule, place, values, steps=1, timelapse=3600.0, fed=None, copies=1, seed=1, noted=()):
        """Return every variable after some updates.

        Parameters
        ----------
        rule, place : str
            Which text; of several rules, ``"one other"``, one after the other, each of its own
            place or all of one.
        values : dict of str to float or ndarray
            Constants and initial values, SI units.
        steps : int
            Number of updates.
        timelapse : float
            Biology in a second of spiking.
        fed : dict of str to float
            Drives, constant.
        copies : int
            Length of every variable.
        noted : sequence of str
            Variables that are returned as they were after each update, shape (steps, copies).
        """
        step = STRUCTURAL_STEP if place == "synapse" else SLOW_STEP
        step_name = "structural_step" if place == "synapse" else "slow_step"
        # one object is a synapse and its target here, and has its source's variables in it
        rules = [RULES[name] for name in rule.split()]
        places = place.split() if " " in place else [place] * len(rules)
        parts = [one.parts[where] for one, where in zip(rules, places, strict=True)]
        text = clean("\n".join(part.slow for part in parts))
        if rules[0].kind in ("formation", "elimination") and place == "synapse":
            declared = {n: v for n, v in SYNAPTIC.items() if n in values}
            text += f"\n{drawing(assigned_in(text), False, (), '')}\n{renewal(declared)}"
        text = re.sub(r"(\w+)_pre\b", r"\1_of_source", text)
        text = re.sub(r"(\w+)_post\b", r"\1", text).replace("{element}", "elements")
        code = f"elapsed = timelapse(t)*{step_name}\n{text}"
        fed = {"timelapse": timelapse} | (fed or {})
        namespace = {
            name: b2.TimedArray(
                [fed.get(name, 0.0)] * (1 if drive.unit == "1" else getattr(b2, drive.unit)),
                dt=1 * b2.second,
            )
            for name, drive in DRIVES.items()
        }
        used = names_in(code) & set(values)
        whole = {n for n, v in SYNAPTIC.items() if v.kind != "float"}
        model = "\n".join(
            f"{name} : {'integer' if name in whole else unit_of(name)}" for name in sorted(used)
        )
        namespace[step_name] = step * b2.second
        group = b2.NeuronGroup(copies, model, dt=step * b2.second, namespace=namespace)
        for name in used:
            group.variables[name].set_value(np.broadcast_to(values[name], copies).copy())
        group.run_regularly(code, dt=step * b2.second)
        b2.seed(seed)
        monitor = b2.StateMonitor(group, noted, record=True, dt=step * b2.second, when="after_end")
        b2.Network(group, *group.contained_objects, monitor).run(steps * step * b2.second)
        after = {name: np.array(group.variables[name].get_value()) for name in used}
        return after | {name: np.array(getattr(monitor, f"{name}_")).T for name in noted}

    return play


@pytest.fixture(scope="session")
def constants(small_plan):
    """Return a function that gives the constants of the circuit's file for a rule."""

    def given(rule):
        return {k: float(v) for k, v in small_plan.circuit.rules[rule].constants.items()}

    return given
