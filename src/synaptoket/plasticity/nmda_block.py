r"""Trapping block of NMDA receptors by an open-channel blocker, per neuron and subunit class.

    db/dT = p_open k_off (c u(V) exp(-(V - V_ref)/V_b) (1 - b) - b)

with c the free concentration of the blocker in units of its affinity at 0 Mg and V_ref, and
u(V) the fraction of open channels that Mg leaves unblocked: the two compete for one site. A
blocker enters and leaves open channels only (it is trapped in closed ones), so p_open sets the
speed and not the steady state. Cells differ by their subunits and by how depolarised and how
driven they are, and by nothing else. (A cell without any NMDA receptor has nothing to divide by:
hence the 1e-30 siemens.)
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
