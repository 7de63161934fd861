"""Progress of a run: a bar on a terminal, a plain line every half minute in a log file."""

from __future__ import annotations

import sys
import threading
import time
from collections import deque
from typing import TextIO

from ..parameters.time_units import time_unit

WINDOW = 60.0  # seconds of wall time over which the speed is taken


class Progress:
    """Shows how much of a run is done, its phase, simulated time, speed and time left.

    Several arms and seeds may report at once, from several threads. Used as a context manager.

    Parameters
    ----------
    total : float
        Seconds of spiking to simulate, summed over arms and seeds.
    label : str
        What is running.
    done : float
        Seconds of spiking that a resumed run need not play again; they do not count as speed.
    stream : file, optional
        Where to write; standard error.
    interval : float
        Seconds between two lines when the stream is not a terminal.
    unit : str
        Of `total`.
    """

    def __init__(
        self,
        total: float,
        label: str,
        done: float = 0.0,
        stream: TextIO | None = None,
        interval: float = 30.0,
        unit: str = "s of spiking",
    ):
        self.total, self.label, self.done = float(total), label, float(done)
        self.interval, self.unit = interval, unit
        self._stream = stream or sys.stderr
        self._position = ""
        self._lock = threading.Lock()
        self._ended = threading.Event()
        self._samples: deque[tuple[float, float]] = deque()
        self._bar = None
        self._reporter: threading.Thread | None = None

    def __enter__(self) -> Progress:
        self._samples.append((time.monotonic(), self.done))
        if self._stream.isatty():
            self._bar, self._task = _terminal_bar(self._stream, self.total, self.done, self.label)
            self._bar.start()
        else:
            self._line(f"{self.label}: {self.total - self.done:.0f} {self.unit} ahead")
            self._reporter = threading.Thread(target=self._report, daemon=True)
            self._reporter.start()
        return self

    def __exit__(self, kind, value, traceback) -> None:
        self._ended.set()
        if self._bar is not None:
            self._bar.stop()
        if self._reporter is not None:
            self._reporter.join()
            self._line(f"{self.label}: {'done' if kind is None else 'stopped'}, {self.status()}")

    def advance(self, amount: float, phase: str, reached: float, length: float) -> None:
        """Report that `amount` seconds of spiking are done, the last of them in `phase`.

        Parameters
        ----------
        amount : float
            Seconds of spiking since the last report of this arm.
        phase : str
            Name of the phase.
        reached, length : float
            Seconds of biology since the protocol began, and how many it has.
        """
        self.report(amount, f"{phase}, {time_unit(length).written(reached, decimals=1)}")

    def report(self, amount: float, position: str) -> None:
        """Report that `amount` more is done; `position` says in words where the run is."""
        with self._lock:
            now = time.monotonic()
            self.done += amount
            self._position = position
            self._samples.append((now, self.done))
            # Keep one sample older than the window, so that a slow run still has a speed.
            while len(self._samples) > 2 and now - self._samples[1][0] > WINDOW:
                self._samples.popleft()
        if self._bar is not None:
            self._bar.update(self._task, completed=self.done, status=self.status())

    def speed(self) -> float | None:
        """Return seconds of spiking for each second of wall time; None before it is known."""
        with self._lock:
            (start, before), (now, done) = self._samples[0], self._samples[-1]
        return (done - before) / (now - start) if now > start and done > before else None

    def status(self) -> str:
        """Return the state in words: ``43 %, stress, day 12.3, 8.9 s of spiking/s, 1:20 left``."""
        percent = 100 * self.done / self.total if self.total else 100.0
        parts = [f"{percent:.0f} %"]
        if self._position:
            parts.append(self._position)
        speed = self.speed()
        if speed:
            parts.append(f"{speed:.1f} {self.unit}/s")
            if self.done < self.total:
                parts.append(f"{clock((self.total - self.done) / speed)} left")
        return ", ".join(parts)

    def _report(self) -> None:
        while not self._ended.wait(self.interval):
            self._line(f"{self.label}: {self.status()}")

    def _line(self, text: str) -> None:
        print(text, file=self._stream, flush=True)


def clock(seconds: float) -> str:
    """Return a duration as minutes and seconds, with hours when there are any.

    >>> clock(80), clock(3725)
    ('1:20', '1:02:05')
    """
    minutes, second = divmod(round(seconds), 60)
    hours, minute = divmod(minutes, 60)
    return f"{hours}:{minute:02d}:{second:02d}" if hours else f"{minute}:{second:02d}"


def _terminal_bar(stream: TextIO, total: float, done: float, label: str):
    from rich.console import Console
    from rich.progress import BarColumn, SpinnerColumn, TextColumn
    from rich.progress import Progress as RichProgress

    columns = (
        SpinnerColumn(),
        TextColumn("{task.description}"),
        BarColumn(bar_width=None),
        TextColumn("{task.fields[status]}"),
    )
    bar = RichProgress(*columns, console=Console(file=stream))
    task = bar.add_task(label, total=total, status="starting")
    bar.update(task, completed=done)
    return bar, task


class NoProgress:
    """Shows nothing, as where many short runs follow each other."""

    def __init__(self, total: float, label: str, done: float = 0.0):
        pass

    def __enter__(self) -> NoProgress:
        return self

    def __exit__(self, *exception: object) -> None:
        pass

    def advance(self, amount: float, phase: str, reached: float, length: float) -> None:
        """Show nothing."""


ProgressType = type[Progress] | type[NoProgress]
