"""Small spines are lost first, and stress loses more of them.

    loss hazard of a spine of size s = e s^(-k) (1 + g h)

    symbol  constant                 unit      meaning
    e       elimination_rate         1/day     loss hazard of a spine of size one
    k       size_exponent            1         how steeply the loss hazard falls with size
    g       elimination_stress_gain  1         rise of the loss hazard at full stress
            read
    h       stress_hormone           1         stress hormone, 1 at full stress
    log s   log_size                 1         logarithm of spine size
            set
    -       loss_rate                1/second  loss hazard

h is the stress hormone. Size is that of `spine_size`; k = 0 makes all spines alike.

Equation: own; the papers show that small spines are lost first.
Source: Yasumatsu 2008, no DOI verified
Source: Holtmaat 2005, doi:10.1016/j.neuron.2005.01.003
"""

from .rule import Constant, Part, Rule

SIZE_ELIMINATION = Rule(
    name="size_elimination",
    kind="elimination",
    governs="elimination",
    summary="losses at a hazard that falls with spine size",
    equation="loss_rate = e s^(-k) (1 + g h)",
    source="Yasumatsu 2008 J Neurosci; Holtmaat 2005 Neuron 45:279",
    constants={
        "elimination_rate": Constant("1/day", "e", "loss hazard of a spine of size one"),
        "size_exponent": Constant("1", "k", "how steeply the loss hazard falls with size"),
        "elimination_stress_gain": Constant(
            "1", "g", "rise of the loss hazard at full stress", 0, least=0
        ),
    },
    parts={
        "synapse": Part(
            slow="loss_rate = elimination_rate*(1 + elimination_stress_gain*stress_hormone(t))*exp(-size_exponent*log_size)",  # noqa: E501
            order=1,
        ),
    },
)
