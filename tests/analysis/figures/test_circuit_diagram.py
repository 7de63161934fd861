"""The diagram of a circuit shows its cells and who contacts whom."""

from matplotlib.patches import Circle, FancyArrowPatch

from synaptoket import cli
from synaptoket.analysis.figures.circuit_diagram import Cells, Contacts, circuit_diagram

POPULATIONS = [Cells("pyramidal", 80, True, "2 % GluN2C/D"), Cells("pv", 20, False)]
PROJECTIONS = [
    Contacts("pyramidal", "pyramidal", 30, moving=True),
    Contacts("pyramidal", "pv", 8),
    Contacts("pv", "pyramidal", 4),
]


def test_each_population_and_each_projection_is_there():
    axes = circuit_diagram(POPULATIONS, PROJECTIONS, "mine").axes[0]
    circles = [patch for patch in axes.patches if isinstance(patch, Circle)]
    arrows = [patch for patch in axes.patches if isinstance(patch, FancyArrowPatch)]
    assert (len(circles), len(arrows)) == (2, 3)
    assert circles[0].radius == 2 * circles[1].radius  # areas are as the numbers of cells
    assert [arrow.get_linewidth() for arrow in arrows] == [3.2, 1.4, 1.4]
    texts = {text.get_text() for text in axes.texts}
    assert {"30", "8", "4", "pyramidal\n80", "PV\n20", "2 % GluN2C/D"} <= texts
    # a projection has the colour of its source; those that inhibit end in a bar
    assert arrows[2].get_edgecolor() == circles[1].get_facecolor()
    heads = [type(arrow.get_arrowstyle()).__name__ for arrow in arrows]
    assert heads == ["CurveFilledB", "CurveFilledB", "BarAB"]


def test_show_draws_a_circuit_and_refuses_a_drug(tmp_path, capsys):
    out = tmp_path / "x.svg"
    assert cli.main(["show", "prefrontal", "--diagram", str(out)]) == 0
    assert "73 % GluN2C/D" in out.read_text()
    assert cli.main(["show", "ketamine", "--diagram", str(out)]) == 2
    assert "is no circuit" in capsys.readouterr().err
    assert cli.main(["show", "prefrontal", "--diagram", str(tmp_path / "x.gif")]) == 2
    assert "expected a name that ends in .png, .pdf or .svg" in capsys.readouterr().err
