"""Spontaneous fluctuation of spine size: an Ornstein-Uhlenbeck process in the logarithm.

    dx = (mu - x) dT/tau + sigma sqrt(2 dT/tau) dW,   s = exp(x)

    symbol  constant            unit    meaning
    mu      log_size_mean       1       mean of the logarithm of spine size
    sigma   log_size_deviation  1       standard deviation of the logarithm
    tau     size_relaxation     day     memory of spine size
    x_0     nascent_log_size    1       logarithm of the size of a new spine
            state
    x       log_size            1       logarithm of spine size
            read
    dT      elapsed             second  biological time of the step

The process gives the log-normal sizes and their slow loss of memory that are seen in vivo.

Equation: Loewenstein 2011 with one of its two time constants.
Source: Loewenstein 2011, no DOI verified
Source: Yasumatsu 2008, no DOI verified
"""

from .rule import Constant, Part, Rule, Variable

SPINE_SIZE = Rule(
    name="spine_size",
    summary="the logarithm of spine size fluctuates around its mean",
    kind="functional",
    equation="dx = (mu - x) dT/tau + sigma sqrt(2 dT/tau) dW, s = exp(x)",
    source="Loewenstein 2011 J Neurosci; Yasumatsu 2008 J Neurosci",
    constants={
        "log_size_mean": Constant("1", "mu", "mean of the logarithm of spine size"),
        "log_size_deviation": Constant(
            "1", "sigma", "standard deviation of the logarithm", least=0
        ),
        "size_relaxation": Constant("day", "tau", "memory of spine size"),
        "nascent_log_size": Constant("1", "x_0", "logarithm of the size of a new spine", 0),
    },
    parts={
        "synapse": Part(
            variables={"log_size": Variable("1", newborn="nascent_log_size")},
            slow="""
            relaxed = elapsed/size_relaxation
            log_size += expm1(-relaxed)*(log_size - log_size_mean) + log_size_deviation*sqrt(-expm1(-2*relaxed))*randn()
            """,  # noqa: E501
            order=0,
        ),
    },
)
