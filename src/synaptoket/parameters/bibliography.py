"""The works that model files and rules name, and how the text of a source finds them.

The works stand in ``models/references.bib``, one field a line. A source is text for a reader, such
as ``"Zanos 2018 Pharmacol Rev 70:621 table 1 (V)"``: the author and the year lead to the entry.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

from .files import root


@dataclass(frozen=True)
class Entry:
    """One entry of a bibliography.

    Attributes
    ----------
    key : str
        Last name of the first author and year, as in ``zanos2018``.
    fields : dict of str to str
        Its fields, without braces around the value.
    text : str
        The entry as it stands in the file.
    """

    key: str
    fields: dict[str, str]
    text: str

    def has_authors(self, names: list[str]) -> bool:
        """Return whether the last names are among the authors, as far as the entry lists them."""
        listed = [_plain(name.split(",")[0]) for name in self.fields["author"].split(" and ")]
        return "others" in listed or all(_plain(name) in listed for name in names)

    def has_place(self, volume: str, page: str) -> bool:
        """Return whether the work is in this volume and starts on this page."""
        first = self.fields.get("pages", "").partition("--")[0]
        return (self.fields.get("volume"), first) == (volume, page)

    def words(self) -> list[str]:
        """Return other words by which a source names the work, such as a PMC number."""
        return [word.strip() for word in self.fields.get("ids", "").split(",") if word.strip()]


@dataclass
class Works:
    """What sources name.

    Attributes
    ----------
    keys : set of str
        Keys of the entries that were found.
    missing : set of str
        Works without an entry, as the sources name them.
    files : set of str
        Model files from which numbers were taken, such as ``ketamine.toml``.
    """

    keys: set[str] = field(default_factory=set)
    missing: set[str] = field(default_factory=set)
    files: set[str] = field(default_factory=set)

    def add(self, other: Works) -> None:
        """Take over what other sources name."""
        self.keys |= other.keys
        self.missing |= other.missing
        self.files |= other.files


@cache
def bibliography() -> dict[str, Entry]:
    """Return the works of ``models/references.bib``, by key."""
    return read_bibliography(root() / "models" / "references.bib")


def read_bibliography(path: Path) -> dict[str, Entry]:
    """Return the entries of a BibTeX file that has one field a line, by key.

    Raises
    ------
    ValueError
        If a line is neither a comment, nor of an entry, or a key occurs twice.
    """
    entries: dict[str, Entry] = {}
    key, fields, lines = "", {}, []
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
        lines.append(line)
        if opening := re.fullmatch(r"@\w+\{([a-z]+(?:\d{4})?),", line):
            key, fields, lines = opening[1], {}, [line]
        elif line == "}" and key not in entries:
            entries[key] = Entry(key, fields, "\n".join(lines))
        elif entry := re.fullmatch(r"  (\w+) = \{(.*)\},", line):
            fields[entry[1]] = entry[2]
        elif line and not line.startswith("%"):
            raise ValueError(f"{path.name}, line {number}: not a field of one line: {line}")
    return entries


# Lengths are bounded: a source may come from the result file of somebody else.
_NAME = r"(?:(?:[Vv]an|[Vv]on|[Dd]e|Le) )?[A-ZÀ-Þ][\w'’-]{1,40}"
_YEAR = r"(?:19|20)\d\d\b"
_JOURNAL = r"[A-Z][A-Za-z]*(?: [A-Za-z]+){0,6}"
#: "Song, Miller & Abbott 2000 Nat Neurosci 3:919"; the place is read if it follows at once.
_WORK = re.compile(
    rf"(?P<names>{_NAME}(?:, {_NAME}){{0,4}}(?: & {_NAME})?) (?P<year>{_YEAR})"
    rf"(?: {_JOURNAL} (?P<volume>\d+):(?P<page>\w+))?"
)
#: "Pharmacotherapy 2022;42:298"
_PLACE = re.compile(rf"{_JOURNAL} (?P<year>{_YEAR});(?P<volume>\d+):(?P<page>\w+)")
#: Works that have neither an author and a year nor a place.
_OTHER = re.compile(rf"PMC\d{{5,9}}|prescribing information|{_NAME} & {_NAME}(?! {_YEAR})")
_FILE = re.compile(r"\b[\w-]{1,60}\.toml\b")


def works_in(source: str) -> Works:
    """Return the works that the text of a source names.

    What a source says beside, as "calibrated" or "assumption", is no work.

    >>> works = works_in("F6; Li 2010 Science 329:959, Nobody & Sons 1999; as ketamine.toml (M)")
    >>> works.keys, works.missing, works.files
    ({'li2010'}, {'Nobody & Sons 1999'}, {'ketamine.toml'})
    """
    works = Works(files=set(_FILE.findall(source)))
    for entry in bibliography().values():
        for word in entry.words():
            source, times = re.subn(rf"(?<!\w){re.escape(word)}(?!\w)", ";", source)
            if times:
                works.keys.add(entry.key)
    for pattern in (_PLACE, _WORK, _OTHER):
        for match in pattern.finditer(source):
            shown, key = _found(match)
            if key:
                works.keys.add(key)
            else:
                works.missing.add(shown)
        source = pattern.sub(";", source)
    return works


def _found(match: re.Match[str]) -> tuple[str, str]:
    """Return a work as the source names it, and the key of its entry, if it has one."""
    parts = match.groupdict()
    place = (parts["volume"], parts["page"]) if parts.get("volume") else None
    if "year" not in parts:
        return match[0], ""
    if "names" not in parts:
        return match[0], _at(parts["year"], place)
    lists = list(_author_lists(parts["names"]))
    for names in lists:
        entry = bibliography().get(_plain(names[0]) + parts["year"])
        if entry and entry.has_authors(names) and (place is None or entry.has_place(*place)):
            return match[0], entry.key
    shown = " & ".join(lists[-1]) + match[0][len(parts["names"]) :]
    return shown, ""


def _author_lists(text: str) -> Iterator[list[str]]:
    """Yield the names of a text as authors of one work: all, then without those that come first.

    What stands before a comma may be another thing than an author.

    >>> list(_author_lists("F6, Homayoun & Moghaddam"))
    [['F6', 'Homayoun', 'Moghaddam'], ['Homayoun', 'Moghaddam']]
    """
    *before, last = text.split(", ")
    for start in range(len(before) + 1):
        yield [*before[start:], *last.split(" & ")]


def _at(year: str, place: tuple[str, str] | None) -> str:
    """Return the key of the work of a year, volume and first page."""
    for entry in bibliography().values():
        if place and entry.fields.get("year") == year and entry.has_place(*place):
            return entry.key
    return ""


def _plain(name: str) -> str:
    r"""Return a name as in keys: small letters alone.

    >>> _plain(r"Blasco-Ib{\'a}{\~n}ez"), _plain("Gütig"), _plain("van Rossum")
    ('blascoibanez', 'gutig', 'vanrossum')
    """
    name = re.sub(r"\\l\b", "l", name)
    letters = unicodedata.normalize("NFKD", name)
    return re.sub(r"[^a-z]", "", letters.lower())
