r"""Block of NMDA receptors by open-channel blockers and allosteric drugs, per neuron and subunit.

    db/dT = p_open k_off (c (1 - w) u(V) exp(-(V - V_ref)/V_b) (1 - b - s) - b)
    ds/dT = k_s (p_open c w u(V) (1 - b - s) - s)

    symbol  constant                  unit     meaning
    K_G     ambient_half              molar    ambient glutamate at half saturation
            state
    b       block_2a                  1        fraction of GluN2A channels blocked at the deep site
    b       block_2b                  1        the same of GluN2B channels
    b       block_2c                  1        the same of GluN2C channels
    b       block_2d                  1        the same of GluN2D channels
    s       superficial_2a            1        fraction of GluN2A channels blocked above the gate
    s       superficial_2b            1        the same of GluN2B channels
    s       superficial_2c            1        the same of GluN2C channels
    s       superficial_2d            1        the same of GluN2D channels
    -       nmda_ab                   1        share of NMDA receptors that are GluN2A/B and free
    -       nmda_cd                   1        share of NMDA receptors that are GluN2C/D and free
    -       nmda_lost                 1        share of NMDA receptors that drugs silence
    -       tonic_nmda                siemens  extrasynaptic NMDA conductance that glutamate binds
    -       resting_nmda              1        NMDA current at rest, relative
            read
    G       glutamate                 mmolar   extracellular glutamate
    -       g_nmda                    siemens  synaptic NMDA conductance
    -       tonic_nmda_conductance    siemens  extrasynaptic NMDA conductance, all receptors bound
    -       open_probability_maximum  1        open probability of channels with all receptors bound
    k_off   nmda_unblocking_rate      Hz       rate at which blockers leave the deep site when open
    k_s     nmda_superficial_rate     Hz       rate at which they leave the superficial site
    w       nmda_superficial_share    1        share of the load that binds at that site
    dT      elapsed                   second   biological time of the step
    V       v                         volt     membrane potential
    V_ref   reference_potential       volt     potential at which affinities are given
    V_b     blocker_voltage           volt     depolarisation that weakens the affinity e-fold
    c       nmda_blocker_2a           1        free blocker in units of its affinity to GluN2A
    c       nmda_blocker_2b           1        the same to GluN2B
    c       nmda_blocker_2c           1        the same to GluN2C
    c       nmda_blocker_2d           1        the same to GluN2D
    -       glun2b_inhibition         1        share of GluN2B current that allosteric drugs inhibit
    -       magnesium_ab              1        Mg over what halves the GluN2A/B current at 0 mV
    -       magnesium_cd              1        Mg over what halves the GluN2C/D current at 0 mV
    -       magnesium_slope           1/volt   voltage dependence of the block by Mg
    -       glun2ab_share             1        share of GluN2A/B among NMDA receptors
    -       glun2cd_share             1        share of GluN2C/D among NMDA receptors
    -       glun2b_of_ab              1        share of GluN2B among GluN2A/B
    -       glun2d_of_cd              1        share of GluN2D among GluN2C/D
    -       blocker_reaches           1        share of the block that reaches the population

p_open is the open probability, u(V) the fraction of open channels that Mg, which competes, leaves
unblocked. Blockers enter and leave the deep site of open channels only: closed ones trap them. The
superficial site fills in open channels and empties in all: nothing there is trapped. A step relaxes
each site with the other as it is. Cells differ by subunits, potential and drive, and nothing else.

Equation: own; trapping (Huettner), rates (Gilling), Mg (Kotermanski), second site (J Physiol).
Source: Huettner & Bean 1988, doi:10.1073/pnas.85.4.1307
Source: Gilling 2009, doi:10.1016/j.neuropharm.2009.01.012
Source: Kotermanski & Johnson 2009, doi:10.1523/JNEUROSCI.3703-08.2009
Source: J Physiol 2009;587:4589, doi:10.1113/jphysiol.2009.176297
"""

from .rule import Constant, Part, Rule, Variable

_SUBUNITS = {"2a": "ab", "2b": "ab", "2c": "cd", "2d": "cd"}

# A cell without any NMDA receptor has nothing to divide by: hence the 1e-30 siemens.
_ALL = """
ambient = glutamate/(glutamate + ambient_half)
bound_fraction = (g_nmda + ambient*tonic_nmda_conductance)/(g_nmda + tonic_nmda_conductance + 1e-30*siemens)
open_probability = open_probability_maximum*bound_fraction
unblock_step = open_probability*nmda_unblocking_rate(t)*elapsed
leave_step = nmda_superficial_rate(t)*elapsed
to_deep = (1 - nmda_superficial_share(t))*exp(-(v - reference_potential)/blocker_voltage)
to_superficial = nmda_superficial_share(t)*open_probability
unblocked_ab = 1/(1 + magnesium_ab*exp(-magnesium_slope*v))
unblocked_cd = 1/(1 + magnesium_cd*exp(-magnesium_slope*v))
"""  # noqa: E501

_SUBUNIT = """
deep_2x = nmda_blocker_2x(t)*unblocked_class*to_deep
shallow_2x = nmda_blocker_2x(t)*unblocked_class*to_superficial
block_2x -= expm1(-unblock_step*(1 + deep_2x))*(deep_2x*(1 - superficial_2x)/(1 + deep_2x) - block_2x)
superficial_2x -= expm1(-leave_step*(1 + shallow_2x))*(shallow_2x*(1 - block_2x)/(1 + shallow_2x) - superficial_2x)
lost_2x = block_2x + superficial_2x
"""  # noqa: E501

_TOGETHER = """
inhibited_2b = lost_2b + glun2b_inhibition(t)*(1 - lost_2b)
lost_ab = blocker_reaches*((1 - glun2b_of_ab)*lost_2a + glun2b_of_ab*inhibited_2b)
lost_cd = blocker_reaches*((1 - glun2d_of_cd)*lost_2c + glun2d_of_cd*lost_2d)
nmda_ab = glun2ab_share*(1 - lost_ab)
nmda_cd = glun2cd_share*(1 - lost_cd)
nmda_lost = glun2ab_share*lost_ab + glun2cd_share*lost_cd
resting_nmda = ambient*(nmda_ab/(1 + magnesium_ab) + nmda_cd/(1 + magnesium_cd))
tonic_nmda = ambient*tonic_nmda_conductance
"""

_SITES = [f"{site}_{x}" for site in ("block", "superficial") for x in _SUBUNITS]
_SLOW = "".join(_SUBUNIT.replace("2x", x).replace("class", mg) for x, mg in _SUBUNITS.items())

NMDA_BLOCK = Rule(
    name="nmda_block",
    summary="block of NMDA receptors by open-channel blockers and allosteric drugs",
    equation="db/dT = p_open k_off (c(1-w) u(V) exp(-(V-V_ref)/V_b)(1-b-s) - b)",
    source="Huettner & Bean 1988 PNAS; Gilling 2009 Neuropharmacology; "
    "Kotermanski & Johnson 2009 J Neurosci; J Physiol 2009;587:4589",
    constants={"ambient_half": Constant("molar", "K_G", "ambient glutamate at half saturation")},
    parts={
        "neuron": Part(
            variables={
                **dict.fromkeys(_SITES, Variable("1")),
                "nmda_ab": Variable("1", "glun2ab_share"),
                "nmda_cd": Variable("1", "glun2cd_share"),
                "nmda_lost": Variable("1"),
                "tonic_nmda": Variable("siemens"),
                "resting_nmda": Variable("1", 1.0),
            },
            slow=_ALL + _SLOW + _TOGETHER,
        ),
    },
)
