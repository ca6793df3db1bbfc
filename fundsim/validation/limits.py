"""What the report says beside its checks: sections, limitations, what was not checked, the statement."""

from __future__ import annotations

from collections.abc import Sequence

from fundsim.validation.check import Check

SECTIONS = {
    0: "Identity",
    1: "Verification: is it the right program?",
    2: "Known answers",
    3: "Randomness",
    4: "Monte Carlo errors",
    5: "Against data",
    6: "Analyses",
    7: "Stress",
    8: "Uncertainty",
    9: "Reproducibility",
    10: "Robustness",
    11: "Data and assumptions",
    12: "Planted errors",
    13: "Limitations",
    14: "Not checked",
    15: "Statement",
}
NOT_ASSURED = "not independently assured"
# docs/method.md, section 17, word for word: a test compares them
LIMITATIONS = (
    "Identification is an input: how many people are trafficked is not estimated.",
    "Attributes are independent of each other and of the outcome, save by form and age factors. Bias: unknown.",
    "A civil suit without a conviction is not modelled. Bias: benefits without a fund slightly too low.",
    "Offenders pay once; partial payments over years are one payment at the end. Bias: victims wait slightly too long.",
    "Appeals inside the fund are not modelled. Bias: waiting for a decision too short."
    " Hiring takes no time, and an officer who leaves first finishes the claim.",
    "Victims do not leave the fund's queue, and a suit that is withdrawn closes only when it would have ended. Bias: claims paid too high when the queue is long.",
    "Take-up follows the sum on offer by one elasticity, which nobody has measured for such a fund."
    " Conditions of a law are met independently of each other and of what the claim is worth."
    " A child's time to file begins as an adult's does, though some laws let it begin at 18.",
    "Liabilities hold benefits, not the future running costs of the fund.",
    "Income and caseload are independent, except through prices.",
    "Interim payments to claims later refused are lost.",
    "No taxes, no inheritance: a claim of a victim who dies is paid.",
    "A revised line follows what fell due, not what is still unpaid from before: a fund that grows outruns it,"
    " and a backlog stays.",
    "A shortfall that comes from a yearly spending limit alone counts like one from empty cash.",
    "One conviction or one confiscation is never linked to one victim: the victims of a mass case fare independently in court. Bias: the spread of awards is too narrow.",
)
NOT_CHECKED = (
    "Independence: the same project wrote the model, its engines and these checks. No outside person has repeated them.",
    "Whether the rules of docs/method.md are the right ones. The engines were written from that page, so an error of the page is in all of them.",
    "The law as written against the law as practised, in any country.",
    "Structure that no data can test: that victims are independent of each other in court, that the form of every distribution is the right one, that today's rates stay.",
    "Future policy: what a parliament would vote, cut or abolish.",
    "What drives a country's figures is told by fundsim sensitivity, not here. Sections 6 and 7 work out again what it and its sisters print, each on a few small scenarios: tornado, ranking, exchange, solved amounts, one fund, hard years, causes of failure. The bootstrap samples themselves and the search for boxes (which peel comes next) are not.",
    "Directions of the levers, the worth of information beyond 6.02, 6.72 and 6.73, plans of a sweep and what it stores: the tests check them.",
    "Structural alternatives (other severity families, clustering, dependence) are not run; the width of the band does not hold them.",
    "Section 10: killed processes, full disks, each write point, bit flips in results, memory. Only damaged scenario files were tried, 200 of them.",
    "Section 12: planted errors are not run here; the tests plant them (tests/test_validation.py, tests/test_reference.py).",
    "Hand-worked cases are run by the tests (tests/test_worked_example.py), not here.",
    "Other machines: compare the line `result` of section 0 with another machine's; other systems and libraries may differ in the last digits.",
    "Named shapes of assumptions are compared at a few places (8.07), PERT at its low and high only; what a file may not say of them is tested, not checked here.",
    "The sentences, pictures, pages, papers and files that fundsim writes from its measures, and the labels beside them: the tests check them.",
    "Whether the sources say what the scenario files say: most were read as extracts only.",
)


def counted(checks: Sequence[Check]) -> dict[str, int]:
    """How many checks passed, failed and were skipped."""
    verdicts = [check.verdict for check in checks]
    return {verdict: verdicts.count(verdict) for verdict in ("pass", "fail", "skipped")}


def false_alarm(checks: Sequence[Check]) -> float:
    """Probability, at most, that a right program fails: the sum over the checks (Boole)."""
    return sum(check.false_alarm for check in checks)


def not_checked(checks: Sequence[Check]) -> list[str]:
    """What was not checked, with whatever was skipped; never empty."""
    return [
        *NOT_CHECKED,
        *(f"{c.id} {c.name}: {c.note}." for c in checks if c.verdict == "skipped"),
    ]


def statement(checks: Sequence[Check], grades: dict[str, dict[str, int]]) -> list[str]:
    """Three sentences: what passed, the weakest evidence, what it must not be used for."""
    number = counted(checks)
    failed = [check.id for check in checks if check.verdict == "fail"]
    judged = sum(by["judgement"] for by in grades.values())
    of = sum(sum(by.values()) for by in grades.values())
    data = [check for check in checks if check.section == 5]
    compared = sum(check.verdict != "skipped" for check in data)
    passed = (
        f"{number['pass']} of {len(checks)} checks passed"
        + (f", {number['fail']} failed ({', '.join(failed)})" if failed else ", none failed")
        + f" and {number['skipped']} could not be made: what was compared agrees within the errors that "
        "each check states."
    )
    if failed:
        passed = (
            passed.split(":")[0] + ": what these concern must not be quoted until they are mended."
        )
    weakest = (
        f"The weakest evidence is that against data: {compared} of {len(data)} such checks could be made, with "
        f"little power, and {judged} of {of} uncertain numbers in the country files rest on judgement."
    )
    never = (
        "It must not be used as a forecast of any person's case, as an estimate of how many people are "
        "trafficked, as legal advice, or as a ministry's budget without its own figures."
    )
    return [passed, weakest, never]
