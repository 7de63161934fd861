"""Put calibrated values into a circuit's file, keeping its layout, sources and comments."""

import json
import re

from synaptoket.library import model_path


def rewrite(circuit: str, values: dict[str, str | float]) -> None:
    """Replace values of ``models/circuits/<circuit>.toml``.

    Parameters
    ----------
    circuit : str
        Its name.
    values : dict
        Dotted names and what to write: text with a unit, or a number.
    """
    path = model_path("circuits", circuit)
    lines, section = path.read_text().splitlines(), ""
    for at, line in enumerate(lines):
        if line.startswith("["):
            section = line.strip("[]")
        match = re.match(r"(\w+) = \{ value = ([^,]+),", line)
        name = f"{section}.{match[1]}" if match else ""
        if name in values:
            shown = json.dumps(values[name])
            lines[at] = line.replace(f"value = {match[2]},", f"value = {shown},", 1)
    path.write_text("\n".join(lines) + "\n")
