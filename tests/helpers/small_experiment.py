"""A small experiment of four phases and three arms, and what tests compare of its files.

The protocol is short and its circuit tiny: what holds here holds at any size, and nothing here is
a finding about ketamine.
"""

import h5py

from synaptoket import Arm, Dose, Phase
from synaptoket.results import open_results

PHASES = (
    Phase("baseline", "4 h", timelapse="2 h/s"),
    Phase("stress", "8 day", timelapse="2 day/s", stress=1.0),
    Phase("treatment", "30 min", timelapse="5 min/s"),
    Phase("after", "16 h", timelapse="4 h/s"),
)
SEGMENTS = 1 + 2 + 3 + 2


def ketamine(amount):
    return Dose("ketamine", amount, duration="20 min", phase="treatment")


ARMS = {
    "control": Arm(),
    "vehicle": Arm(stress=True),
    "ketamine": Arm(stress=True, doses=(ketamine("5 mg/kg"),)),
}


class Silent:
    """A progress that shows nothing and, when told to, interrupts after some segments."""

    stop_after = None

    def __init__(self, total, label, done=0.0):
        self.total, self.done, self.told = total, done, 0
        Silent.last = self

    def __enter__(self):
        return self

    def __exit__(self, *exception):
        pass

    def advance(self, amount, phase, reached, length):
        self.told += 1
        self.done += amount
        if self.stop_after is not None and self.told >= self.stop_after:
            raise KeyboardInterrupt


def interrupted_after(segments):
    return type("Interrupting", (Silent,), {"stop_after": segments})


def content(path, leave_out=("drug", "plasma", "brain_free")):
    """Return the bytes of every dataset of a file that does not depend on which drugs there are."""
    found = {}

    def collect(name, item):
        if isinstance(item, h5py.Dataset) and name.rpartition("/")[2] not in leave_out:
            found[name] = item[()].tobytes() if item.dtype.kind != "O" else item[()].tolist()

    with h5py.File(path) as file:
        file.visititems(collect)
    return found


def everything(path):
    return content(path, leave_out=())


def arm_of(path, name):
    """Return one arm of a file with one seed."""
    return open_results(path)[name].isel(seed=0)


#: A run in a process of its own, to be killed: path, neurons, settings as arguments.
CHILD = """
import sys
from small_experiment import ARMS, PHASES, Silent
from synaptoket.experiment.run import RunOptions, run
from synaptoket.experiment.protocol import Experiment
import synaptoket.experiment.checkpoint_policy

synaptoket.experiment.checkpoint_policy.CHECKPOINT_EVERY = 0.0

class Telling(Silent):
    def advance(self, *arguments):
        super().advance(*arguments)
        print(self.told, flush=True)

settings = tuple(sys.argv[3:])
options = RunOptions((1,), __import__("pathlib").Path(sys.argv[1]), neurons=int(sys.argv[2]),
                     resume=True, settings=settings, keep="phases")
run(Experiment(PHASES, ARMS), options, progress=Telling)
"""

#: The projection whose events are looked at.
PROJECTION = "pyramidal_to_pyramidal"
#: So much comes and goes that some synapses do so within a segment.
LIVELY = ("rules.protein_formation.formation_rate=0.5/day",
          "rules.spine_stages.elimination_rate=0.05/day")  # fmt: skip
