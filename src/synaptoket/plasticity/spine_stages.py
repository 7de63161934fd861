"""A filopodium is lost within hours or becomes a spine; a young spine is lost, or lasts.

    filopodium: matures at m A^q v, is lost at d_0;   v = S^k/c
    spine of age a: is lost at (e + d exp(-a/tau)) v^(-u) + g h s^(-j)

    symbol  constant               unit      meaning
    m       maturation_rate        1/day     hazard with which a filopodium matures, in health
    q       maturation_order       1         complexes that a filopodium needs to mature
    k       vacancy_steepness      1         how steeply maturation follows the scale of the cell
    c       vacancy_reference      1         effective mean of S^k over healthy cells
    d_0     filopodium_loss        1/day     loss hazard of a filopodium
    e       elimination_rate       1/day     loss hazard of an old spine
    d       young_elimination      1/day     loss hazard of a new spine, beyond e
    tau     durable_time           day       age over which a spine becomes durable
    u       excess_order           1         how the loss falls where a cell lacks synapses
    g       stress_elimination     1/day     loss hazard that full stress adds, spine of size one
    j       size_exponent          1         how steeply that falls with size
            state
    v       vacancy                1         how much the cell lacks synapses, 1 in balance
    -       maturation_hazard      Hz        hazard with which the cell's filopodia mature
    -       loss_factor            1         v^(-u)
    -       mature                 1         0: filopodium, 1: spine
            read
    S       synaptic_scale         1         factor by which the cell scales all its AMPA inputs
    A       assembled              1         complexes that can build a spine, 1 in health
    a       age                    second    time since the connection formed
    h       stress_hormone         1         stress hormone, 1 at full stress
    log s   log_size               1         logarithm of spine size
    dT      elapsed                second    biological time of the step
            set
    -       loss                   1         probability of a loss in this step

A new contact has NMDA receptors only and is soon lost, unless it matures. The cell's own slow
activity sets how many do: where synaptic scaling has had to raise the strength of its inputs, the
cell lacks synapses and keeps more of those that are offered, and more of those it has; where it has
lowered it, fewer. No number of synapses is written anywhere. Three time scales lie between a
filopodium and a spine that lasts: survival over two weeks, a month and eighteen months needs all of
them. Stress acts on spines of every age, on small ones first.

Equation: own; stages, ages and homeostasis by structure are the papers'.
Source: Zuo 2005, doi:10.1016/j.neuron.2005.04.001
Source: Loewenstein 2015, doi:10.1523/JNEUROSCI.2917-14.2015
Source: Butz & van Ooyen 2013, doi:10.1371/journal.pcbi.1003259
"""

from .rule import Constant, Part, Rule, Variable
from .spine_ages import survivors

SPINE_STAGES = Rule(
    name="spine_stages",
    kind="elimination",
    governs="elimination",
    sources="excitatory",
    summary="filopodium, young spine, durable spine: what matures and what is lost",
    equation="maturation m A^q S^k/c; loss d_0, or (e + d exp(-age/tau)) v^(-u) + g h s^(-j)",
    source="Zuo 2005 Neuron 46:181; Loewenstein 2015 J Neurosci 35:12535; "
    "Butz & van Ooyen 2013 PLoS Comput Biol 9:e1003259",
    constants={
        "maturation_rate": Constant(
            "1/day", "m", "hazard with which a filopodium matures, in health", above=0
        ),
        "maturation_order": Constant("1", "q", "complexes that a filopodium needs to mature", 1),
        "vacancy_steepness": Constant(
            "1", "k", "how steeply maturation follows the scale of the cell", 0, least=0
        ),
        "vacancy_reference": Constant(
            "1", "c", "effective mean of S^k over healthy cells", 1, above=0
        ),
        "filopodium_loss": Constant("1/day", "d_0", "loss hazard of a filopodium"),
        "elimination_rate": Constant("1/day", "e", "loss hazard of an old spine"),
        "young_elimination": Constant("1/day", "d", "loss hazard of a new spine, beyond e"),
        "durable_time": Constant("day", "tau", "age over which a spine becomes durable"),
        "excess_order": Constant(
            "1", "u", "how the loss falls where a cell lacks synapses", 0, least=0
        ),
        "stress_elimination": Constant(
            "1/day", "g", "loss hazard that full stress adds, spine of size one", "0 /day"
        ),
        "size_exponent": Constant("1", "j", "how steeply that falls with size", 0),
    },
    reads={"synaptic_scale": 1.0, "assembled": 1.0, "log_size": 0.0},
    survivors=survivors,
    parts={
        "target": Part(
            variables={
                "vacancy": Variable("1", 1.0, derived=True),
                "maturation_hazard": Variable("Hz", derived=True),
                "loss_factor": Variable("1", 1.0, derived=True),
            },
            slow="""
            vacancy = synaptic_scale**vacancy_steepness/vacancy_reference
            maturation_hazard = maturation_rate*assembled**maturation_order*vacancy
            loss_factor = vacancy**(-excess_order)
            """,
            order=4,
        ),
        "synapse": Part(
            variables={"mature": Variable("1", 1.0, kind="byte", newborn=0)},
            slow="""
            leaving = -expm1(-(maturation_hazard_post + filopodium_loss)*elapsed)
            matured = leaving*maturation_hazard_post/(maturation_hazard_post + filopodium_loss)
            aged = elimination_rate*elapsed - young_elimination*durable_time*exp(-age/durable_time)*expm1(-elapsed/durable_time)
            stressed = stress_elimination*stress_hormone(t)*exp(-size_exponent*log_size)*elapsed
            fate = rand()
            loss = mature*(-expm1(-aged*loss_factor_post - stressed)) + (1 - mature)*(int(fate < leaving) - int(fate < matured))
            mature = mature + (1 - mature)*int(fate < matured)
            """,  # noqa: E501
            order=1,
        ),
    },
)
