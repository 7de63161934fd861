"""A source, which is text for a reader, finds its work in the bibliography; none is dropped."""

import re
import tomllib

import pytest

from synaptoket.parameters.bibliography import bibliography, read_bibliography, works_in
from synaptoket.parameters.files import root
from synaptoket.plasticity import RULES

SOURCES = {
    "Zanos 2018 Pharmacol Rev 70:621 table 1; Kamp 2020 Anesthesiology 133:1192": {
        "zanos2018",
        "kamp2020",
    },
    "Song, Miller & Abbott 2000 Nat Neurosci 3:919 (M+)": {"song2000"},
    "F6, Homayoun & Moghaddam 2007: most interneurons down (V)": {"homayoun2007"},
    "Butz & van Ooyen 2013 PLoS Comput Biol 9:e1003259": {"butz2013"},
    "van Rossum 2000 J Neurosci": {"vanrossum2000"},
    "Le Be & Markram 2006 PNAS 103:13214": {"lebe2006"},
    "potentials of CA1, West 1991 Anat Rec (M)": {"west1991"},
    "Ali 2020 Nat Commun, Urban-Ciecko 2016 (M)": {"ali2020", "urbanciecko2016"},
    "17 %, Pharmacotherapy 2022;42:298 (V)": {"singh2022"},
    "half-life of 8 h in rats, PMC4492732 (V)": {"moaddel2015"},
    "Brunel & Wang 2001; Brian2, Wang 2002": {"brunel2001", "stimberg2019", "wang2002"},
    "t_ref of iaf_psc_alpha, NEST 3.10 default": {"gewaltig2007"},
    "Gütig 2003 J Neurosci": {"gutig2003"},
}


@pytest.mark.parametrize("source", SOURCES)
def test_a_source_finds_its_works(source):
    works = works_in(source)
    assert works.keys == SOURCES[source]
    assert not works.missing


@pytest.mark.parametrize(
    "source",
    ["assumption", "calibrated; prior: tens of synapses at some Hz each, assumption (M-)", "M-",
     "D: 0.8 · (1 − 0.48)", "C13H16ClNO, free base", "numerical", "J; model", ""],
)  # fmt: skip
def test_what_is_no_work_is_none(source):
    works = works_in(source)
    assert (works.keys, works.missing, works.files) == (set(), set(), set())


@pytest.mark.parametrize(
    ("source", "missing"),
    [
        ("Nobody & Sons 1999 J Irreprod Res 1:1", "Nobody & Sons 1999 J Irreprod Res 1:1"),
        ("F6, Nobody 1999 (M)", "Nobody 1999"),
        ("a theory, Holford & Anderson (M+)", "Holford & Anderson"),
        ("45 % bound, prescribing information (V2)", "prescribing information"),
        ("Am J Ther 1994;1:296 (V)", "Am J Ther 1994;1:296"),
        ("mice, PMC6806415 table 2 (V)", "PMC6806415"),
    ],
)
def test_a_work_without_an_entry_is_told(source, missing):
    works = works_in(source)
    assert (works.keys, works.missing) == (set(), {missing})


@pytest.mark.parametrize(
    "source",
    ["Li 2010 Science 330:1", "Li 2010 Science 329:960", "Graupner & Smith 2012", "Wang 2003"],
)
def test_another_work_of_the_same_author_is_not_taken_for_it(source):
    works = works_in(source)
    assert works.keys == set()
    assert works.missing == {source}


def test_numbers_from_another_file_name_it():
    assert works_in("D: 95 L/h of esketamine.toml times 0.82").files == {"esketamine.toml"}


def test_a_long_text_of_a_stranger_is_read_at_once():
    for text in ("Aa, " * 20_000, "Aa & " * 20_000, "A a" * 20_000, "2000;1:" * 20_000):
        works_in(text)


def test_the_file_is_sorted_and_every_entry_has_what_it_needs():
    entries = bibliography()
    assert [*entries] == sorted(entries)
    dois = [e.fields["doi"] for e in entries.values() if "doi" in e.fields]
    assert len(dois) == len({doi.lower() for doi in dois})
    for key, entry in entries.items():
        held = entry.fields
        if key != "synaptoket":
            assert {"author", "title", "journal", "year"} <= held.keys(), key
            assert key.endswith(held["year"]), key
            assert ("doi" in held) != (held.get("note") == "DOI not verified"), key
            assert re.fullmatch(r"10\.\d{4,5}/[^\s{}]+", held.get("doi", "10.1000/x")), key
        assert entry.text.count("{") == entry.text.count("}"), key


def test_synaptoket_itself_is_as_in_the_citation_file():
    citation = root() / "CITATION.cff"
    if not citation.is_file():
        pytest.skip("no checkout")
    text = citation.read_text(encoding="utf-8")
    entry = bibliography()["synaptoket"].fields
    assert f'title: "{entry["title"]}"' in text
    assert f'- name: "{entry["author"].strip("{}")}"' in text


@pytest.mark.parametrize("line", ["  year = {2000}", "year 2000", "@article{Two words,"])
def test_a_line_that_is_no_field_is_refused(tmp_path, line):
    path = tmp_path / "x.bib"
    path.write_text(f"@article{{ali2000,\n{line}\n}}\n")
    with pytest.raises(ValueError, match="x.bib, line 2"):
        read_bibliography(path)


def test_a_key_that_occurs_twice_is_refused(tmp_path):
    path = tmp_path / "x.bib"
    path.write_text("@article{ali2000,\n  year = {2000},\n}\n" * 2)
    with pytest.raises(ValueError, match="line 6"):
        read_bibliography(path)


def shipped_sources():
    """Yield the sources of all models that ship, and of all rules."""

    def within(tree):
        for key, value in tree.items():
            if key == "source" and isinstance(value, str):
                yield value
            for table in value if isinstance(value, list) else [value]:
                if isinstance(table, dict):
                    yield from within(table)

    for path in sorted((root() / "models").rglob("*.toml")):
        yield from within(tomllib.loads(path.read_text(encoding="utf-8")))
    yield from (rule.source for rule in RULES.values())


def test_every_author_that_ships_has_an_entry():
    missing = set().union(*(works_in(source).missing for source in shipped_sources()))
    assert missing == {
        *("Am J Ther 1994;1:296", "Xenobiotica 2003;33:541", "PMC6806415"),
        *("Holford & Anderson", "prescribing information"),
    }


def test_no_entry_is_there_for_nothing():
    # a comment of F7 names Herman & Jahr
    used = {"synaptoket", "herman2007"}.union(*(works_in(s).keys for s in shipped_sources()))
    assert used == {*bibliography()}


#: Names of journals that are no beginnings of their words.
ABBREVIATED = {"PNAS": "Proceedings of the National Academy of Sciences"}


def abbreviates(short, journal):
    words = [word.lower() for word in re.findall(r"[A-Za-z]+", journal)]
    for word in short.lower().split():
        while words and not words[0].startswith(word):
            words.pop(0)
        if not words:
            return False
        words.pop(0)
    return True


JOURNAL = re.compile(
    r"(?P<work>(?:[\w-]+ & )?[\w-]+ (?:19|20)\d\d) "
    r"(?P<journal>(?:[A-Z][A-Za-z]*|eLife|eNeuro)(?: [A-Z][a-z]*)*)"
)


def test_sources_name_the_journal_of_the_work():
    found = 0
    for source in shipped_sources():
        for match in JOURNAL.finditer(source):
            keys = works_in(match["work"]).keys or works_in(source).keys
            journals = [bibliography()[key].fields["journal"] for key in keys]
            short = ABBREVIATED.get(match["journal"], match["journal"])
            assert any(abbreviates(short, journal) for journal in journals), match[0]
            found += 1
    assert found > 100


@pytest.mark.parametrize("page", ["rules/README.md", "choosing-a-rule.md", "circuits.md"])
def test_a_page_gives_the_place_of_a_work_as_the_bibliography_does(page):
    path = root() / "docs" / page
    if not path.is_file():
        pytest.skip("no checkout")
    missing = works_in(" ".join(path.read_text(encoding="utf-8").split())).missing
    keys = {re.sub(r"[^a-z]|(?:19|20)\d\d.*", "", work.lower().split(" & ")[0])
            + re.search(r"(?:19|20)\d\d|$", work)[0] for work in missing}  # fmt: skip
    assert not keys & {*bibliography()}
