"""Birth and loss of spines among potential synapses.

    birth hazard of a potential synapse   = f (1 + H^m) P^m/(P^m + H^m)
    loss hazard of a spine of size s      = e s^(-k) (1 + g h)

Every apposition of axon and dendrite is a potential synapse from the start; `present` says
whether it bears a spine. P is the synaptic protein pool (1 in health): a spine needs m proteins
together, and a dendrite carries only so many new spines at once, hence the saturation. h is the
stress hormone. Small spines go first. A spine is born with the `newborn` values that rules declare:
small (spine_size) and without AMPA receptors (ampa_insertion).
"""

from .rule import Constant, Part, Rule, Variable

SPINE_TURNOVER = Rule(
    name="spine_turnover",
    equation="birth = f (1 + H^m) P^m/(P^m + H^m); loss = e s^(-k) (1 + g h)",
    source="Stepanyants & Chklovskii 2005 Trends Neurosci; Holtmaat 2005 Neuron 45:279; "
    "Yasumatsu 2008 J Neurosci; Li 2010 Science 329:959",
    constants={
        "filling_fraction": Constant("1", "F", "share of potential synapses that exist at first"),
        "formation_rate": Constant("1/day", "f", "birth hazard of a potential synapse in health"),
        "assembly_half": Constant("1", "H", "synaptic protein at half of the highest birth hazard"),
        "assembly_order": Constant("1", "m", "synaptic proteins that must meet to build a spine"),
        "elimination_rate": Constant("1/day", "e", "loss hazard of a spine of size one"),
        "size_exponent": Constant("1", "k", "how steeply the loss hazard falls with size"),
        "elimination_stress_gain": Constant("1", "g", "rise of the loss hazard at full stress"),
        "nascent_log_size": Constant("1", "x_0", "logarithm of the size of a new spine"),
    },
    parts={
        "neuron": Part(
            variables={"birth_hazard": Variable("Hz", derived=True)},
            slow="""
            assembly = protein_level**assembly_order
            birth_hazard = formation_rate*(1 + assembly_half**assembly_order)*assembly/(assembly + assembly_half**assembly_order)
            """,  # noqa: E501
            order=1,
        ),
        "synapse": Part(
            variables={
                "present": Variable("1", kind="byte"),
                "flips": Variable("1", kind="byte"),
                "age": Variable("second", newborn=0.0),
            },
            ampa_factor="present",
            nmda_factor="present",
            slow="""
            birth = -expm1(-birth_hazard_post*elapsed)
            loss_rate = elimination_rate*(1 + elimination_stress_gain*stress_hormone(t))*exp(-size_exponent*log_size)
            flip = int(rand() < (1 - present)*birth - present*expm1(-loss_rate*elapsed))
            born = flip*(1 - present)
            present = present + flip*(1 - 2*present)
            flips = flips + flip
            age += elapsed
            """,  # noqa: E501
            order=1,
        ),
    },
)
