"""Young contacts are lost first.

    loss hazard at age a = e + d exp(-a/tau)
    P(loss in a step) = 1 - exp(-e dT - d tau exp(-a/tau) (1 - exp(-dT/tau)))

    symbol  constant           unit    meaning
    e       elimination_rate   1/day   loss hazard of an old contact
    d       young_elimination  1/day   loss hazard of a new one, beyond e
    tau     maturation_time    day     age over which it falls
            read
    a       age                second  age of the connection
    dT      elapsed            second  biological time of the step
            set
    -       loss               1       probability of a loss in this step

Of a cohort exp(-d tau) outlives the young phase and is then lost at e: the transient and the
persistent spines of imaging in vivo. The hazard is integrated over the step, so that survival is
exact at any time-lapse. A pair with several contacts has one age, that of its connection.

Equation: own; the papers measure survival of transient and persistent spines.
Source: Holtmaat 2005, doi:10.1016/j.neuron.2005.01.003
Source: Loewenstein 2015, doi:10.1523/JNEUROSCI.2917-14.2015
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
