r"""Trapping block of NMDA receptors by an open-channel blocker, per neuron and subunit class.

    db/dT = p_open k_off (c u(V) exp(-(V - V_ref)/V_b) (1 - b) - b)

    symbol  constant                  unit     meaning
    K_G     ambient_half              molar    ambient glutamate that binds half of the
                                               extrasynaptic receptors
            state
    b       block_ab                  1        fraction of GluN2A/B channels that the blocker holds
    b       block_cd                  1        fraction of GluN2C/D channels that the blocker holds
    -       nmda_ab                   1        share of NMDA receptors that are GluN2A/B and free
    -       nmda_cd                   1        share of NMDA receptors that are GluN2C/D and free
    -       tonic_nmda                siemens  extrasynaptic NMDA conductance that glutamate binds
    -       resting_nmda              1        NMDA current at rest, relative
            read
    G       glutamate                 mmolar   extracellular glutamate
    -       g_nmda                    siemens  synaptic NMDA conductance
    -       tonic_nmda_conductance    siemens  extrasynaptic NMDA conductance, all receptors bound
    -       open_probability_maximum  1        open probability of channels with all receptors bound
    k_off   nmda_unblocking_rate      Hz       rate at which the blocker leaves open channels
    dT      elapsed                   second   biological time of the step
    V       v                         volt     membrane potential
    V_ref   reference_potential       volt     potential at which affinities are given
    V_b     blocker_voltage           volt     depolarisation that weakens the affinity e-fold
    c       nmda_blocker_ab           1        free blocker in units of its affinity to GluN2A/B
    -       magnesium_ab              1        Mg in units of what halves the current of GluN2A/B at
                                               0 mV
    -       magnesium_slope           1/volt   voltage dependence of the block by Mg
    c       nmda_blocker_cd           1        free blocker in units of its affinity to GluN2C/D
    -       magnesium_cd              1        Mg in units of what halves the current of GluN2C/D at
                                               0 mV
    -       glun2ab_share             1        share of GluN2A/B among NMDA receptors
    -       blocker_reaches           1        share of the block that reaches the population
    -       glun2cd_share             1        share of GluN2C/D among NMDA receptors

p_open is the open probability, u(V) the fraction of open channels that Mg leaves unblocked: Mg and
the blocker compete for one site. A blocker enters and leaves open channels only (it is trapped in
closed ones), so p_open sets the speed and not the steady state. Cells differ by their subunits and
by how depolarised and how driven they are, and by nothing else. (A cell without any NMDA receptor
has nothing to divide by: hence the 1e-30 siemens.)

Equation: own; trapping (Huettner), rates (Gilling), competition with Mg (Kotermanski).
Source: Huettner & Bean 1988, doi:10.1073/pnas.85.4.1307
Source: Gilling 2009, doi:10.1016/j.neuropharm.2009.01.012
Source: Kotermanski & Johnson 2009, doi:10.1523/JNEUROSCI.3703-08.2009
"""

from .rule import Constant, Part, Rule, Variable

NMDA_BLOCK = Rule(
    name="nmda_block",
    summary="trapping block of NMDA receptors by an open-channel blocker",
    equation="db/dT = p_open k_off (c u(V) exp(-(V-V_ref)/V_b)(1-b) - b)",
    source="Huettner & Bean 1988 PNAS; Gilling 2009 Neuropharmacology; "
    "Kotermanski & Johnson 2009 J Neurosci",
    constants={
        "ambient_half": Constant(
            "molar", "K_G", "ambient glutamate that binds half of the extrasynaptic receptors"
        ),
    },
    parts={
        "neuron": Part(
            variables={
                "block_ab": Variable("1"),
                "block_cd": Variable("1"),
                "nmda_ab": Variable("1", "glun2ab_share"),
                "nmda_cd": Variable("1", "glun2cd_share"),
                "tonic_nmda": Variable("siemens"),
                "resting_nmda": Variable("1", 1.0),
            },
            slow="""
            ambient = glutamate/(glutamate + ambient_half)
            bound_fraction = (g_nmda + ambient*tonic_nmda_conductance)/(g_nmda + tonic_nmda_conductance + 1e-30*siemens)
            unblock_step = open_probability_maximum*bound_fraction*nmda_unblocking_rate(t)*elapsed
            affinity_shift = exp(-(v - reference_potential)/blocker_voltage)
            drive_ab = nmda_blocker_ab(t)*affinity_shift/(1 + magnesium_ab*exp(-magnesium_slope*v))
            drive_cd = nmda_blocker_cd(t)*affinity_shift/(1 + magnesium_cd*exp(-magnesium_slope*v))
            block_ab -= expm1(-unblock_step*(1 + drive_ab))*(drive_ab/(1 + drive_ab) - block_ab)
            block_cd -= expm1(-unblock_step*(1 + drive_cd))*(drive_cd/(1 + drive_cd) - block_cd)
            nmda_ab = glun2ab_share*(1 - block_ab*blocker_reaches)
            nmda_cd = glun2cd_share*(1 - block_cd*blocker_reaches)
            resting_nmda = ambient*(nmda_ab/(1 + magnesium_ab) + nmda_cd/(1 + magnesium_cd))
            tonic_nmda = ambient*tonic_nmda_conductance
            """,  # noqa: E501
        ),
    },
)
