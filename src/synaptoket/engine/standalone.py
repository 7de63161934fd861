"""A worker that plays segments with a compiled circuit, kept alive from one to the next."""

import mmap
import os
import selectors
import shutil
import subprocess
import tempfile
from contextlib import suppress
from math import ceil
from pathlib import Path

import numpy as np

from ..circuit.connectivity import Contacts
from ..circuit.initial import State
from ..circuit.numerics import SEGMENT
from ..parameters.errors import EngineError, EngineKilled
from .binary import Binary
from .divergence import diverged, runaway

#: Seconds after which a silent binary counts as hung: a constant and a part for each entry of the
#: state, together some hundred times as long as a segment takes.
TIME_LIMIT, TIME_LIMIT_PER_ENTRY = 300.0, 2e-4

#: Seconds of a wait for the binary's answer.
WAIT = 0.5


class StandaloneWorker:
    """A `Worker` that is one running binary with the connectivity of one seed.

    Parameters
    ----------
    binary : Binary
        The compiled circuit.
    contacts : dict of str to (pre, post)
        Connectivity, from `circuit.connectivity.contacts`.

    Attributes
    ----------
    arrays : dict of str to ndarray
        The state, shared with the program. Only `load` changes it.
    simulated : float
        Wall seconds that the program has spent on simulating, so far.
    size : int
        Bytes of the state.
    """

    def __init__(self, binary: Binary, contacts: Contacts):
        self._process: subprocess.Popen | None = None
        self.arrays: State = {}
        self.simulated, self.size = 0.0, 0
        entries = sum(size for _, _, size in binary.arrays)
        self.time_limit = TIME_LIMIT + TIME_LIMIT_PER_ENTRY * entries
        with tempfile.TemporaryDirectory(prefix="synaptoket-run-", dir=_scratch()) as folder:
            try:
                self._start(binary, contacts, Path(folder))
                self._map(binary, Path(folder))
            except BaseException:
                self.close()
                raise
        # The folder is deleted now: the binary has read it and mapped the shared file, which exists
        # as long as the two processes do. So a killed run leaves nothing behind.

    @property
    def _running(self) -> subprocess.Popen:
        """The program."""
        assert self._process is not None, "the worker is not started"
        return self._process

    @property
    def alive(self) -> bool:
        """Whether the program runs."""
        return self._process is not None and self._process.poll() is None

    def _start(self, binary: Binary, contacts: Contacts, folder: Path) -> None:
        """Lay out the folder that the binary reads its connectivity from, and start it."""
        static = folder / "static_arrays"
        static.mkdir()
        for name, (projection, end) in binary.contacts.items():
            contacts[projection][end].astype(np.int32).tofile(static / name)
        for path in (binary.folder / "static_arrays").iterdir():
            shutil.copyfile(path, static / path.name)
        main = binary.folder.resolve() / "main"
        try:
            self._process = subprocess.Popen(
                [str(main)],
                cwd=folder,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                text=True,
                start_new_session=True,
            )
        except OSError as error:
            raise EngineError(f"{main}: cannot be started: {error.strerror}") from None

    def _map(self, binary: Binary, folder: Path) -> None:
        """Lay every array into one shared file and hand it to the binary."""
        total, places = 0, []
        for name, dtype, size in binary.arrays:
            places.append((name, np.dtype(dtype), size, total))
            total += -(-np.dtype(dtype).itemsize * size // 64) * 64
        path = folder / "state"
        self.size = total
        with open(path, "w+b") as file:
            file.truncate(total)
            self._shared = mmap.mmap(file.fileno(), total)
        self.arrays = {
            name: np.frombuffer(self._shared, dtype, size, offset)
            for name, dtype, size, offset in places
        }
        self._command(f"map {path}", "ready")

    def load(self, state: State) -> None:
        """Replace the state; arrays that `state` does not name keep their values."""
        for name, values in state.items():
            self.arrays[name][:] = values
        self._command("pull", "ready")

    def advance(
        self, drives: dict[str, np.ndarray], seed: int, spikes: Path | None = None
    ) -> State:
        """Play one segment and return its final state.

        Parameters
        ----------
        drives : dict of str to ndarray, shape (slow steps,)
            What the protocol feeds in, SI units; a drive that is not named is zero.
        seed : int
            Seed of this segment's random numbers.
        spikes : Path, optional
            File to which the spikes are appended; see `read_spikes`.

        Returns
        -------
        dict of str to ndarray
            Views of the shared arrays, valid until the next call: copy what you keep.
        """
        for key, values in self.arrays.items():
            if key.startswith("drive."):  # what is not named is zero, not what it was before
                values[:] = drives.get(key.removeprefix("drive."), 0.0)
        self._command("feed", "ready")
        seconds = self._command(f"run {seed} {spikes.resolve() if spikes else '-'}", "done")
        self.simulated += float(seconds)
        return self.arrays

    def state(self) -> State:
        """Return a copy of the state, without the drives: a checkpoint."""
        return {k: v.copy() for k, v in self.arrays.items() if not k.startswith("drive.")}

    def _command(self, text: str, expected: str) -> str:
        """Send a command; return the answer without its first word, which must be `expected`."""
        try:
            assert self._running.stdin is not None
            self._running.stdin.write(text + "\n")
            self._running.stdin.flush()
            answer = self._answer()
        except BrokenPipeError:
            answer = ""
        word, _, rest = answer.partition(" ")
        if word == "diverged":
            name, _, value = rest.partition(" ")
            raise diverged(name, float(value))
        if word == "runaway":
            raise runaway(rest)
        if word != expected:
            try:
                status = self._running.wait(timeout=1)
            except subprocess.TimeoutExpired:
                status = None
            if status is not None and status < 0:
                raise EngineKilled(-status)
            raise EngineError(
                f"the compiled circuit stopped (exit status {status}): {answer or 'no answer'}"
            )
        return rest

    def _answer(self) -> str:
        """Return the next line of the binary; kill it if none comes in a very long time.

        A value that is no number can make the binary run forever. The limit counts short waits
        instead of reading the clock, so that a sleep of the machine does not use it up.
        """
        output = self._running.stdout
        assert output is not None
        with selectors.DefaultSelector() as selector:
            selector.register(output, selectors.EVENT_READ)
            waits = max(ceil(self.time_limit / WAIT), 1)
            if not any(selector.select(WAIT) for _ in range(waits)):
                self._running.kill()
                raise EngineError(
                    f"the compiled circuit gave no answer within {self.time_limit:.0f} s: killed"
                )
        return output.readline().strip()

    def close(self) -> None:
        """End the program."""
        self.arrays = {}
        if self._process is None:
            return
        if self._process.poll() is None:
            with suppress(BrokenPipeError):
                if self._process.stdin is not None:
                    self._process.stdin.close()
            try:
                self._process.wait(timeout=5)
            except subprocess.TimeoutExpired:
                self._process.kill()
                self._process.wait()
        if self._process.stdout is not None:
            self._process.stdout.close()

    def __enter__(self):
        return self

    def __exit__(self, *exception) -> None:
        self.close()


def _scratch() -> str | None:
    """Return a folder in memory, if the machine has one with a gigabyte free."""
    memory = Path("/dev/shm")
    roomy = memory.is_dir() and shutil.disk_usage(memory).free > 1 << 30
    return str(memory) if roomy and os.access(memory, os.W_OK) else None


def read_spikes(path: Path, populations: list[str]) -> dict[str, tuple[np.ndarray, np.ndarray]]:
    """Return the spikes that `advance` has appended to a file.

    Parameters
    ----------
    path : Path
    populations : list of str
        All of the circuit's, in order.

    Returns
    -------
    dict of str to (ndarray, ndarray)
        By population: indices of neurons, and times in s, which run on from segment to segment.
    """
    raw, at, segment = path.read_bytes(), 0, 0
    spikes: dict[str, tuple[list, list]] = {name: ([], []) for name in populations}
    while at < len(raw):
        for name in populations:
            count = int(np.frombuffer(raw, np.int64, 1, at)[0])
            at += 8
            spikes[name][0].append(np.frombuffer(raw, np.int32, count, at))
            at += 4 * count
            spikes[name][1].append(np.frombuffer(raw, np.float64, count, at) + segment * SEGMENT)
            at += 8 * count
        segment += 1
    return {name: (np.concatenate(i), np.concatenate(t)) for name, (i, t) in spikes.items()}
