"""The role of an arm follows from what it is given, and its colour and dashes from its role."""

from synaptoket.analysis.arm_roles import arm_roles
from synaptoket.analysis.figures.style import ROLE_COLOURS, TOGETHER, arm_styles, drug_colours
from synaptoket.analysis.protocol_timeline import Timeline


def dose(arm, drug, start=24.0, amount="10 mg/kg"):
    return {"arm": arm, "drug": drug, "amount": amount, "route": "intravenous",
            "start_h": start, "duration_h": 0.0}  # fmt: skip


def plan(doses, arms, stressed=()):
    phases = [
        {"name": "stress", "start_h": 0, "end_h": 24},
        {"name": "t", "start_h": 24, "end_h": 99},
    ]
    stress = {arm: [float(arm in stressed), 0.0] for arm in arms}
    return Timeline(phases, doses, arms, stress)


ARMS = ["low", "high", "a", "b", "rest", "saline", "ill"]
DOSES = [dose("low", "esketamine"), dose("high", "esketamine"), dose("a", "nbqx"),
         dose("b", "nbqx"), dose("b", "esketamine"),
         dose("ill", "esketamine", amount="0 mg")]  # fmt: skip


def test_a_role_is_what_an_arm_is_given_and_no_name():
    roles = arm_roles(plan(DOSES, ARMS, stressed=("low", "high", "a", "b", "ill")))
    kinds = {arm: role.kind for arm, role in roles.items()}
    assert kinds == {"low": "drug", "high": "drug", "a": "other drug", "b": "both",
                     "rest": "control", "saline": "nothing", "ill": "vehicle"}  # fmt: skip
    assert roles["b"].detail == roles["a"].detail == "nbqx"


def test_the_order_of_arms_changes_no_colour_and_no_dashes():
    made = plan(DOSES, ARMS, stressed=("low", "high", "a", "b", "ill"))
    styles = arm_styles(made)
    other = plan(DOSES, ["b", "ill", "low", "high", "a", "rest", "saline"], made.stress)
    other = Timeline(made.phases, DOSES, other.arms, made.stress)
    assert arm_styles(other) == styles
    assert styles["low"]["color"] == styles["high"]["color"] == ROLE_COLOURS["drug"]
    assert styles["low"]["ls"] != styles["high"]["ls"]
    assert styles["a"]["color"] == styles["b"]["color"] == drug_colours(made)["nbqx"]
    assert (styles["a"]["ls"], styles["b"]["ls"]) == ("-", TOGETHER)


def test_many_doses_of_one_drug_are_told_apart():
    arms = [f"dose_{i}" for i in range(9)]
    styles = arm_styles(plan([dose(arm, "ketamine") for arm in arms], arms))
    assert len({(s["color"], str(s["ls"])) for s in styles.values()}) == 9


def test_visits_and_times_of_doses():
    doses = [dose("x", "esketamine", start) for start in (24, 24.1, 24.2, 72, 144)]
    doses += [dose("y", "nbqx", 23), dose("z", "esketamine", 30, "0 mg")]
    made = plan(doses, ["x", "y", "z"])
    assert made.visits("x") == [24, 72, 144]
    assert made.visits("z") == []
    often = plan([dose("x", "ketamine", start) for start in (24, 28, 32)], ["x"])
    assert often.visits("x") == [24, 28, 32]  # hours apart, each is a dose of its own
    assert made.dose_times() == {"esketamine": [24, 24.1, 24.2, 72, 144], "nbqx": [23]}
