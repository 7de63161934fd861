"""Which cells of the source are candidates for a synapse on a cell of the target.

A table of the projection names a rule and its numbers::

    [projections.pyramidal_to_pyramidal.candidates]
    rule = "distance"            # or "random" (the default), "all", "type"
    sheet = "1 mm"
    profile = "gaussian"
    width = "200 um"
    boundary = "periodic"

The number of candidates of a cell does not depend on the seed, so that arrays keep their sizes.
The positions of cells, their types and the candidates drawn depend on nothing but the seed.
"""

from dataclasses import dataclass
from typing import Annotated, Any, ClassVar, Literal

import numpy as np

from ..parameters.errors import UserError, names_one, nearest
from ..parameters.quantities import Quantity
from ..parameters.validation import validated
from .section import Parameter, Section


@dataclass(frozen=True)
class Place:
    """The cells that a rule draws candidates from.

    Attributes
    ----------
    sources, targets : int
        Number of presynaptic and postsynaptic cells of the projection.
    within : bool
        Whether these are the same cells; a cell is then not its own candidate.
    requested : float
        Candidates of each target cell that the circuit's file asks for.
    cells : pair of ndarray, shape (n, 2)
        Positions of sources and targets on a sheet of side one, where a rule needs them.
    """

    sources: int
    targets: int
    within: bool
    requested: float
    cells: tuple[np.ndarray, np.ndarray] | None = None

    @property
    def partners(self) -> int:
        """Number of cells that a target cell may choose from."""
        return self.sources - self.within

    @property
    def degree(self) -> int:
        """Number of candidates of each target cell."""
        return min(int(self.requested), self.partners)

    def without_itself(self, chosen: np.ndarray) -> np.ndarray:
        """Return the cells of partners that are numbered from 0, leaving out the target itself.

        `chosen` and the result have the shape (targets, degree).
        """
        if self.within:
            chosen += chosen >= np.arange(self.targets, dtype=np.int32)[:, None]
        return chosen


class Candidates(Section):
    """Distinct cells, all equally likely: the rule of a projection that names none."""

    rule: Literal["random"] = "random"

    #: Whether a file may ask for more candidates than there are cells; all cells are then drawn.
    capped: ClassVar[bool] = True

    def draw(self, place: Place, generator: np.random.Generator) -> np.ndarray:
        """Return the candidates of every target cell, shape (targets, degree)."""
        partners, degree = place.partners, place.degree
        chosen = np.empty((place.targets, degree), dtype=np.int32)
        for target in range(place.targets):
            chosen[target] = generator.permutation(partners)[:degree]
        return place.without_itself(chosen)

    def check(self, place: Place, in_degree: str, where: str) -> None:
        """Raise `UserError` if there are too few cells to choose from."""
        if not self.capped and place.requested > place.partners:
            raise UserError(
                f"{where}.in_degree = {in_degree}: expected at most {place.partners}: there are no "
                "more cells to choose from"
            )


class All(Candidates):
    """Every cell of the source; `in_degree` may be left out and has no effect."""

    rule: Literal["all"] = "all"

    def draw(self, place: Place, generator: np.random.Generator) -> np.ndarray:
        """Return every cell of the source but the target itself."""
        chosen = np.tile(np.arange(place.partners, dtype=np.int32), (place.targets, 1))
        return place.without_itself(chosen)


class Distance(Candidates):
    """Cells on a square sheet: the nearer, the more likely, w = exp(-d^2/2s^2) or exp(-d/s)."""

    rule: Literal["distance"] = "distance"
    sheet: Annotated[
        Quantity, Parameter("meter", "L", "side of the sheet on which the cells lie", positive=True)
    ]
    profile: Literal["gaussian", "exponential"]
    width: Annotated[Quantity, Parameter("meter", "s", "width of the profile", positive=True)]
    boundary: Literal["open", "periodic"]
    capped: ClassVar[bool] = False

    def draw(self, place: Place, generator: np.random.Generator) -> np.ndarray:
        """Draw without replacement with the weights of the profile.

        The `degree` smallest of E/w, E exponential, are such a draw (Efraimidis & Spirakis 2006).
        Logarithms are compared, so that no weight is too small.
        """
        single = np.float32
        assert place.cells is not None  # `contacts` gives them to this rule
        sources, targets = ((cells * float(self.sheet)).astype(single) for cells in place.cells)
        chosen = np.empty((place.targets, place.degree), dtype=np.int32)
        for target in range(place.targets):
            drawn = generator.standard_exponential(place.sources, dtype=single)
            keys = np.log(np.maximum(drawn, np.finfo(single).tiny))
            keys -= self.log_weight(self.distances(sources, targets[target]))
            if place.within:
                keys[target] = np.inf
            chosen[target] = np.argpartition(keys, place.degree - 1)[: place.degree]
        return chosen

    def distances(self, cells: np.ndarray, cell: np.ndarray) -> np.ndarray:
        """Return the distances of cells from one cell, in meters."""
        offset = np.abs(cells - cell)
        if self.boundary == "periodic":
            offset = np.minimum(offset, float(self.sheet) - offset)
        return np.sqrt(offset[:, 0] ** 2 + offset[:, 1] ** 2)

    def log_weight(self, distance: np.ndarray) -> np.ndarray:
        """Return the logarithm of the profile at some distances."""
        scaled = distance / float(self.width)
        return -(scaled**2) / 2 if self.profile == "gaussian" else -scaled


class OfType(Candidates):
    """Cells fall into types: a share of the candidates is of the target's own type."""

    rule: Literal["type"] = "type"
    types: Annotated[
        Quantity, Parameter("1", "n_t", "types into which the cells fall", positive=True)
    ]
    within_share: Annotated[
        Quantity, Parameter("1", "p_t", "share of candidates of the same type", non_negative=True)
    ]
    capped: ClassVar[bool] = False

    def draw(self, place: Place, generator: np.random.Generator) -> np.ndarray:
        """Draw distinct cells of the same type, and distinct ones of the others."""
        source, target = (cell_types(n, self.types) for n in (place.sources, place.targets))
        same = round(self.within_share * place.degree)
        chosen = np.empty((place.targets, place.degree), dtype=np.int32)
        for cell in range(place.targets):
            same_type = source == target[cell]
            others = np.flatnonzero(~same_type)
            if place.within:
                same_type[cell] = False
            chosen[cell, :same] = generator.permutation(np.flatnonzero(same_type))[:same]
            chosen[cell, same:] = generator.permutation(others)[: place.degree - same]
        return chosen

    def check(self, place: Place, in_degree: str, where: str) -> None:
        """Raise `UserError` for a wrong number of types, or if a type has too few cells."""
        types, at = self.types, f"{where}.candidates"
        if types != round(types) or not 2 <= types <= place.sources:
            raise UserError(
                f"{at}.types = {types.text}: expected a whole number from 2 to {place.sources}, "
                "the number of cells"
            )
        if self.within_share > 1:
            raise UserError(f"{at}.within_share = {self.within_share.text}: expected 0 to 1")
        super().check(place, in_degree, where)
        cells = np.bincount(cell_types(place.sources, types))
        same = round(self.within_share * place.degree)
        for wanted, available, kind in (
            (same, cells.min() - place.within, "the same type"),
            (place.degree - same, place.sources - cells.max(), "other types"),
        ):
            if wanted > available:
                raise UserError(
                    f"{where}.in_degree = {in_degree}: {wanted} candidates of {kind} among "
                    f"{available}: expected fewer, or another candidates.within_share"
                )


#: The text of an in-degree that a file leaves out.
NOT_GIVEN = "not given"

#: The rules, by their names in a file.
KINDS: dict[str, type[Candidates]] = {
    kind.model_fields["rule"].default: kind for kind in (Candidates, All, Distance, OfType)
}


def cell_types(cells: int, types: float) -> np.ndarray:
    """Return the type of each cell; cells of one type have consecutive numbers.

    >>> cell_types(7, 3).tolist()
    [0, 0, 0, 1, 1, 2, 2]
    """
    return np.arange(cells) * round(types) // cells


def place(circuit, name: str) -> Place:
    """Return the cells from which a projection of a `Circuit` draws its candidates."""
    projection, sizes = circuit.projections[name], circuit.sizes
    sources, targets = sizes[projection.source], sizes[projection.target]
    within = projection.source == projection.target
    every = isinstance(projection.candidates, All)
    requested = sources - within if every else float(projection.in_degree)
    return Place(sources, targets, within, requested)


def check_candidates(circuit, where: str) -> None:
    """Refuse a `Circuit` some of whose cells cannot have the candidates that its file asks for."""
    sheets = {}
    for name, projection in circuit.projections.items():
        key, rule = f"projections.{name}", projection.candidates
        if projection.in_degree < 1 and not isinstance(rule, All):
            text = projection.in_degree.text
            raise UserError(
                f"{where}: {key}.in_degree: missing (expected a number of contacts, 1 or more)"
                if text == NOT_GIVEN
                else f"{where}: {key}.in_degree = {text}: expected 1 or more"
            )
        if projection.in_degree != round(projection.in_degree):
            raise UserError(
                f"{where}: {key}.in_degree = {projection.in_degree.text}: expected a whole number"
            )
        if projection.source == projection.target and circuit.sizes[projection.source] < 2:
            raise UserError(
                f"{where}: {key}: one {projection.source} cell among {circuit.neurons} neurons has "
                "no partner; expected more neurons"
            )
        rule.check(place(circuit, name), projection.in_degree.text, f"{where}: {key}")
        if isinstance(rule, Distance):
            for end in (projection.source, projection.target):
                first, sheet = sheets.setdefault(end, (name, rule.sheet))
                if sheet != rule.sheet:
                    raise UserError(
                        f'{where}: {key}.candidates.sheet = "{rule.sheet.text}": expected '
                        f'"{sheet.text}" as in {first}: the cells of {end} lie on one sheet'
                    )


def read_candidates(tree: dict[str, Any], where: str) -> None:
    """Replace, in place, every table of candidates in a circuit's file by its `Candidates`."""
    projections = tree.get("projections", {})
    if not isinstance(projections, dict):
        return  # the schema refuses it
    for name, projection in projections.items():
        if not isinstance(projection, dict) or "candidates" not in projection:
            continue
        key, table = f"projections.{name}.candidates", projection["candidates"]
        rule = table.get("rule") if isinstance(table, dict) else None
        if rule is None:
            raise UserError(f"{where}: {key}.rule: missing (expected one of {', '.join(KINDS)})")
        if not names_one(rule, KINDS):
            hint = nearest(str(rule), KINDS)
            raise UserError(f'{where}: {key}.rule = "{rule}": unknown rule{hint}')
        projection["candidates"] = validated(KINDS[rule], table, where, key)
