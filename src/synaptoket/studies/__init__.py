"""Many runs, one answer: published findings, sweeps over parameters, curves of rules."""
