"""All read-outs of a finding that is simulated on the circuit, by the names that its file uses."""

from __future__ import annotations

from . import network_counts, network_rates, network_spines

READOUTS = {
    function.__name__: function
    for function in (
        network_rates.change,
        network_rates.change_of_peak,
        network_rates.share_changed,
        network_rates.lag,
        network_rates.rate_percent,
        network_rates.log_rate_deviation,
        network_rates.log_normal_advantage,
        network_spines.spines_lost,
        network_spines.spines_kept,
        network_spines.spines_new,
        network_spines.new_ratio,
        network_spines.lost_ratio,
        network_counts.least_excess,
        network_counts.largest_percent,
        network_counts.largest_drift,
        network_counts.loss,
        network_counts.percent,
        network_counts.percent_difference,
        network_counts.blocked_gain,
        network_counts.recovered,
        network_counts.births_ratio,
        network_counts.births_ratio_rise,
        network_counts.births_variation,
    )
}
