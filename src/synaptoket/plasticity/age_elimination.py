"""Young contacts are lost first.

    loss hazard at age a = e + d exp(-a/tau)
    P(loss in a step) = 1 - exp(-e dT - d tau exp(-a/tau) (1 - exp(-dT/tau)))

Of a cohort exp(-d tau) outlives the young phase and is then lost at e: the transient and the
persistent spines of imaging in vivo. The hazard is integrated over the step, so that survival is
exact at any time-lapse. A pair with several contacts has one age, that of its connection.
"""

from .rule import Constant, Part, Rule

AGE_ELIMINATION = Rule(
    name="age_elimination",
    kind="elimination",
    governs="elimination",
    summary="losses at a hazard that falls with age",
    equation="loss_rate = e + d exp(-age/tau)",
    source="Holtmaat 2005 Neuron 45:279; Loewenstein 2015 J Neurosci 35:12535",
    constants={
        "elimination_rate": Constant("1/day", "e", "loss hazard of an old contact"),
        "young_elimination": Constant("1/day", "d", "loss hazard of a new one, beyond e"),
        "maturation_time": Constant("day", "tau", "age over which it falls"),
    },
    parts={
        "synapse": Part(
            slow="""
            young_hazard = young_elimination*maturation_time*exp(-age/maturation_time)
            loss = -expm1(young_hazard*expm1(-elapsed/maturation_time) - elimination_rate*elapsed)
            """,
            order=1,
        ),
    },
)
