"""What a back-test says, in words: measures, figures, coverage; for the command, the page, the dashboard and the briefing."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from fundsim.analysis.backtest import Backtest, Predicted
from fundsim.report.language import ENGLISH, Language, marked

MEASURES = {
    "claims": marked("claims"), "decided": marked("claims decided"), "granted": marked("claims granted"),
    "refused": marked("claims refused"), "waiting": marked("claims open"), "approval_share": marked("share granted"),
    "months_to_decision": marked("months to a decision"), "paid": marked("money paid"), "mean_paid": marked("average sum granted"),
    "recovered": marked("recovered from offenders"), "recovered_share": marked("recovered, of what is paid"),
    "levy_income": marked("income from levies"), "income": marked("income"), "running_costs": marked("running costs"),
    "balance": marked("balance"),
}  # fmt: skip
NARROW, WIDE = 0.7, 0.9  # shares inside the band of 80 %, beyond which its width is wrong
SHARES = ("approval_share", "recovered_share")


def amount(measure: str, x: float) -> str:
    """A number of a measure, with three figures."""
    if measure in SHARES:
        return f"{100 * x:.0f} %"
    if measure == "months_to_decision":
        return f"{x:.1f}"
    if abs(x) >= 1e9:
        return f"{x / 1e9:.3g} billion"
    if abs(x) >= 1e6:
        return f"{x / 1e6:.3g} million"
    return f"{float(f'{x:.3g}'):,.0f}"


def counted(one: Predicted) -> str:
    """What was published: a number, or between which it lies."""
    figure = one.figure
    if figure.low == figure.high:
        return amount(figure.measure, figure.value)
    return f"{amount(figure.measure, figure.low)} to {amount(figure.measure, figure.high)}"


def band(one: Predicted) -> str:
    """What was projected with 80 %."""
    low, high = one.quantiles[0.1], one.quantiles[0.9]
    return f"{amount(one.figure.measure, low)} to {amount(one.figure.measure, high)}"


@dataclass(frozen=True)
class Kept:
    """What is kept of a scheme: how it came out.  misses  in words"""

    name: str
    title: str
    cut: int
    blind: bool
    fitted: str
    judged: str
    learned: str
    years: int
    figures: int
    in_50: int
    in_80: int
    misses: tuple[str, ...]


def of(one: Backtest) -> Kept:
    """What is kept of a scheme."""
    scheme, figures = one.scheme, one.counted
    return Kept(
        scheme.name, scheme.title, scheme.cut, scheme.blind, scheme.fitted, scheme.judged, scheme.learned,
        years=len({x.figure.year for x in figures}), figures=len(figures),
        in_50=sum(x.inside(0.5) for x in figures), in_80=sum(x.inside(0.8) for x in figures), misses=tuple(misses(one)),
    )  # fmt: skip


def that_count(schemes: Sequence[Kept]) -> list[Kept]:
    """Those that were described without knowing the years that are predicted, and have a figure."""
    return [one for one in schemes if one.blind and one.figures]


def summary(schemes: Sequence[Kept], say: Language = ENGLISH) -> list[str]:
    """How the schemes came out, in a few sentences."""
    those = that_count(schemes)
    n, narrow, wide = (
        sum(getattr(one, of) for one in those) for of in ("figures", "in_50", "in_80")
    )
    if not n:
        return [say("No figure of these schemes can be counted.")]
    told = [
        say.counted(
            "{n} scheme that ran, described from what was known before, is held against {figures} figures that it published later.",
            "{n} schemes that ran, described from what was known before, are held against {figures} figures that they published later.",
            len(those), figures=n,
        ),
        say(
            "{wide} of {figures} figures ({share}) lie in the band that should hold 80 %, {narrow} ({half}) in the one that should hold "
            "50 %.",
            wide=wide, narrow=narrow, figures=n, share=say.percent(wide / n), half=say.percent(narrow / n),
        ),
        _verdict(wide / n, say),
        say("How many victims will claim from a new fund is not tested by this: the claims of these schemes were known from before."),
    ]  # fmt: skip
    apart = [say(one.title) for one in schemes if not one.blind and one.figures]
    if apart:
        told.append(
            say("Not counted, since it was not described blind: {names}.", names=", ".join(apart))
        )
    return told


def _verdict(share: float, say: Language) -> str:
    if share < NARROW:
        return say(
            "So our ranges are too narrow: what they call 80 % holds about {share}.",
            share=say.percent(share),
        )
    if share > WIDE:
        return say("So our ranges are rather wide.")
    return say("So our ranges held about as many figures as they should.")


def misses(one: Backtest) -> list[str]:
    """Each figure outside the band of 80 %, in words."""
    return [
        f"{MEASURES[x.figure.measure]} {x.figure.dated}: {counted(x)}, {x.side} the band of {band(x)}"
        for x in one.counted if not x.inside(0.8)
    ]  # fmt: skip
