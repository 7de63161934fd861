"""Writes calibrated values into a model's file and keeps its layout, sources and comments."""

import tomlkit

from synaptoket.parameters.files import model_path


def rewrite(
    circuit: str,
    values: dict[str, str | float],
    hypothesis: str | None,
    command: str,
    afresh: bool = False,
) -> None:
    """Replace values of a circuit's file, or of the table `calibrated` of a hypothesis.

    Parameters
    ----------
    circuit : str
        Its name.
    values : dict
        Dotted names and what to write: text with a unit, or a number.
    hypothesis : str, optional
        Its name.
    command : str
        The run that found the values, for the record.
    afresh : bool
        Whether a hypothesis keeps none of its former calibrated values.
    """
    path = model_path("hypotheses", hypothesis) if hypothesis else model_path("circuits", circuit)
    document = tomlkit.parse(path.read_text())
    if hypothesis:
        document["calibration"] = command
        if afresh:
            document.pop("calibrated", None)
        table = document.setdefault("calibrated", tomlkit.table())
        for name, value in values.items():
            table[name] = value
    else:
        document["calibration"] = command
        for name, value in values.items():
            *parents, last = name.split(".")
            table = document
            for parent in parents:
                table = table[parent]
            table[last]["value"] = value
    path.write_text(tomlkit.dumps(document))
