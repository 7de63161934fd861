"""Inspection of a result file of unknown origin: it may hold only what this package writes.

HDF5 can do more than store numbers. Links and datasets can show other files of the machine, data
types can stand for addresses, and filters can load a shared library. A few bytes can claim to be
2^36 rows. Everything is inspected before anything is read: each link must be the only name of a
group or dataset within the file, and each dataset must hold numbers or text of a bounded size, in
the storage that this package uses.
"""

from __future__ import annotations

import re
import zlib
from collections.abc import Iterator
from functools import cache
from math import prod
from pathlib import Path
from typing import NoReturn

import h5py
import numpy as np
from h5py import h5d, h5l, h5o, h5s, h5t, h5z  # pyright: ignore[reportAttributeAccessIssue]

from ..parameters.errors import UserError
from ..parameters.printable import is_printable, printable
from .entries import path_of
from .schema import CHECKPOINTS, EVENTS, PHASE_BYTES, PROBES, STATE

#: Bytes of the largest dataset; the longest possible run has not a hundredth of it.
LARGEST = 1 << 31

#: Bytes of all datasets of a state, or of all arms, together.
LARGEST_TOGETHER = 1 << 33

#: Rows of the longest dataset of an arm (events: bounded by `LARGEST` alone).
MOST_ROWS = 1 << 22

#: The largest number of names in one group, and the largest length of a name in bytes.
MOST_NAMES, LONGEST_NAME = 20_000, 255

#: Bytes that a dataset may claim although hardly any are stored.
UNSTORED = 1 << 20

#: The largest expansion of a byte by gzip, and the expanded size up to which it is not measured.
EXPANSION, UNCOUNTED = 1032, 1 << 28

_FILTERS = {h5z.FILTER_DEFLATE: "gzip", h5z.FILTER_SHUFFLE: "shuffle"}
_LINKS = {h5l.TYPE_SOFT: "a soft link", h5l.TYPE_EXTERNAL: "a link to another file"}
_ARM = re.compile(r"[A-Za-z][A-Za-z0-9_.+-]*")
#: The stored form of a text of variable length: its length and its location.
_TEXT_ENTRY = np.dtype([("length", "<u4"), ("address", "<u8"), ("index", "<u4")])


@cache
def forbid_plugins() -> None:
    """Keep HDF5 from loading shared libraries that a file names as filters."""
    from h5py import h5pl  # pyright: ignore[reportAttributeAccessIssue]

    for place in reversed(range(h5pl.size())):
        h5pl.remove(place)


class Inspection:
    """Inspects the objects of one open file; its methods raise UserError for the first wrong one.

    Parameters
    ----------
    path : Path
        The file, for messages and for reading the lengths of texts.
    """

    def __init__(self, path: Path):
        self.path = path
        self._bytes = 0

    def file(self, file: h5py.File, arms: list[str]) -> None:
        """Inspect the root, all arms and the names of states, but not the states.

        Parameters
        ----------
        file : h5py.File
        arms : list of str
            The names of the arms, from the file's attribute.
        """
        for arm in arms:
            if not _ARM.fullmatch(arm) or arm == CHECKPOINTS or len(arm) > LONGEST_NAME:
                self._refuse(arm, "no name of an arm")
        for name, entry in self._entries(file.id, ""):
            if not isinstance(entry, h5py.h5g.GroupID):
                self._refuse(name, "expected a group")
            if name in arms:
                self._arm(entry, name)
            elif name == CHECKPOINTS:
                for state, group in self._entries(entry, f"{name}/"):
                    if not isinstance(group, h5py.h5g.GroupID):
                        self._refuse(f"{name}/{state}", "expected a group")
            else:
                self._refuse(name, "neither an arm nor the checkpoints")

    def state(self, group: h5py.Group) -> None:
        """Inspect the group of a state before its arrays are read."""
        self._state(group.id, path_of(group).strip("/"), 0)

    def state_file(self, file: h5py.File) -> None:
        """Inspect a file that holds one state of an unfinished run."""
        for name, entry in self._entries(file.id, ""):
            if name != STATE or not isinstance(entry, h5py.h5g.GroupID):
                self._refuse(name, "not the group of a state")
            self._state(entry, name, 0)

    def _arm(self, group: h5py.h5g.GroupID, arm: str, within: str = "") -> None:
        rows = None if within == EVENTS else MOST_ROWS
        for name, entry in self._entries(group, f"{arm}/"):
            where = f"{arm}/{name}"
            if isinstance(entry, h5d.DatasetID):
                self._dataset(entry, where, rows, text=within != EVENTS)
            elif not within and name in (EVENTS, PROBES):
                self._arm(entry, where, name)
            else:
                self._refuse(where, "expected a dataset")

    def _state(self, group: h5py.h5g.GroupID, where: str, depth: int) -> None:
        if depth > 4:
            self._refuse(where, "groups within groups")
        for name, entry in self._entries(group, f"{where}/"):
            if isinstance(entry, h5d.DatasetID):
                self._dataset(entry, f"{where}/{name}", None, text=False)
            else:
                self._state(entry, f"{where}/{name}", depth + 1)

    def _entries(self, group: h5py.h5g.GroupID, where: str) -> Iterator[tuple[str, h5o.ObjectID]]:
        """Yield the name and the object of each link of a group."""
        if group.get_num_objs() > MOST_NAMES:
            self._refuse(where or "/", f"more than {MOST_NAMES:,} names")
        kinds: dict[bytes, int] = {}
        group.links.iterate(lambda name, info: kinds.__setitem__(name, info.type), info=True)
        for raw, kind in kinds.items():
            name = raw.decode(errors="surrogateescape")
            if kind != h5l.TYPE_HARD:
                self._refuse(where + name, _LINKS.get(kind, "a link of unknown kind"))
            if not is_printable(name) or len(raw) > LONGEST_NAME or name in (".", ".."):
                self._refuse(where + name, "no name that synaptoket gives")
            entry = h5o.open(group, raw)
            if not isinstance(entry, (h5py.h5g.GroupID, h5d.DatasetID)):
                self._refuse(where + name, "neither a group nor a dataset")
            if isinstance(entry, h5py.h5g.GroupID) and h5o.get_info(entry).rc > 1:
                self._refuse(where + name, "a group with several names")
            yield name, entry

    def _dataset(self, dataset: h5d.DatasetID, where: str, rows: int | None, text: bool) -> None:
        """Inspect type, size and storage of a dataset."""
        kind, space, plan = dataset.get_type(), dataset.get_space(), dataset.get_create_plist()
        if kind.committed():
            self._refuse(where, "a named data type")
        self._type(kind, where, text)
        shape = space.get_simple_extent_dims() if space.get_simple_extent_type() != h5s.NULL else ()
        size = prod(shape) * _width(kind)
        if rows is not None and shape and shape[0] > rows:
            self._refuse(where, f"{shape[0]:,} rows: this version reads up to {rows:,}")
        if size > LARGEST:
            self._refuse(where, f"{size:,} bytes: this version reads up to {LARGEST:,}")
        self._bytes += size
        if self._bytes > LARGEST_TOGETHER:
            self._refuse(where, f"more than {LARGEST_TOGETHER:,} bytes with those before it")
        layout = plan.get_layout()
        if layout == h5d.VIRTUAL or plan.get_external_count():
            self._refuse(where, "shows what lies in another file")
        filters = [plan.get_filter(i)[0] for i in range(plan.get_nfilters())]
        strange = [code for code in filters if code not in _FILTERS]
        if strange:
            self._refuse(where, f"filter {strange[0]}: expected gzip and shuffle alone")
        # A dataset that was never stored reads as its fill value throughout.
        if size > UNSTORED + EXPANSION * dataset.get_storage_size():
            self._refuse(where, f"{size:,} bytes, of which hardly any are stored")
        if layout == h5d.CHUNKED:
            self._chunks(dataset, plan, kind, where, filters)
        elif isinstance(kind, h5t.TypeStringID) and kind.is_variable_str():
            self._texts_at(dataset, shape, where)

    def _type(self, kind: h5t.TypeID, where: str, text: bool) -> None:
        number = isinstance(kind, (h5t.TypeIntegerID, h5t.TypeFloatID)) and kind.get_size() <= 8
        truth = isinstance(kind, h5t.TypeEnumID) and kind.dtype == bool
        words = text and isinstance(kind, h5t.TypeStringID)
        if words and not kind.is_variable_str():
            words = kind.get_size() <= PHASE_BYTES
        if not (number or truth or words):
            self._refuse(where, "neither numbers nor names")

    def _chunks(self, dataset, plan, kind, where: str, filters: list[int]) -> None:
        """Inspect the chunks of a dataset: none may be, or expand to, more than its stated size."""
        size = prod(plan.get_chunk()) * _width(kind)
        if size > min(LARGEST, UNSTORED + EXPANSION * dataset.get_storage_size()):
            self._refuse(where, f"pieces of {size:,} bytes, of which hardly any are stored")
        words = isinstance(kind, h5t.TypeStringID) and kind.is_variable_str()
        if not words and dataset.get_storage_size() * EXPANSION <= UNCOUNTED:
            return
        for index in range(dataset.get_num_chunks()):
            piece = dataset.get_chunk_info(index)
            packed = bool(filters) and not piece.filter_mask
            if words or (packed and piece.size * EXPANSION > UNCOUNTED):
                _, raw = dataset.read_direct_chunk(piece.chunk_offset)
                if packed and h5z.FILTER_DEFLATE in filters:
                    raw = _inflated(raw, size)
                if raw is None or len(raw) != size:
                    self._refuse(where, "compressed pieces that are not as large as they say")
                if words:
                    self._texts(raw, where, packed and h5z.FILTER_SHUFFLE in filters)

    def _texts_at(self, dataset: h5d.DatasetID, shape: tuple[int, ...], where: str) -> None:
        """Inspect the lengths of texts that are stored in one piece."""
        at = dataset.get_offset()
        if at is None:
            if shape and shape[0] and dataset.get_storage_size():
                self._refuse(where, "names that are not stored as synaptoket does")
            return
        with open(self.path, "rb") as file:
            file.seek(at)
            self._texts(file.read(prod(shape) * _TEXT_ENTRY.itemsize), where, False)

    def _texts(self, raw: bytes, where: str, shuffled: bool) -> None:
        """Refuse texts longer than a name: many entries can point to the same long text."""
        if shuffled:
            raw = np.frombuffer(raw, np.uint8).reshape(_TEXT_ENTRY.itemsize, -1).T.tobytes()
        longest = max(np.frombuffer(raw, _TEXT_ENTRY)["length"], default=0)
        if longest > LONGEST_NAME:
            self._refuse(where, f"a name of {longest} bytes, expected up to {LONGEST_NAME}")

    def _refuse(self, where: str, why: str) -> NoReturn:
        problem = printable(f"{where}: {why}")
        raise UserError(f"{self.path}: {problem}; not a file as synaptoket writes it")


def _width(kind: h5t.TypeID) -> int:
    """Return the bytes that an entry of a dataset takes in the file."""
    variable = isinstance(kind, h5t.TypeStringID) and kind.is_variable_str()
    return _TEXT_ENTRY.itemsize if variable else kind.get_size()


def _inflated(raw: bytes, size: int) -> bytes | None:
    """Return an expanded chunk; None if it has more than `size` bytes or is not valid gzip."""
    stream = zlib.decompressobj()
    try:
        expanded = stream.decompress(raw, size + 1)
    except zlib.error:
        return None
    return expanded if len(expanded) <= size else None
