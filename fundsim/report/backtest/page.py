"""Held against reality, as it is kept: a page with pictures for docs, and its figures for the dashboard and the briefing.

`python -m fundsim.report.backtest.page` writes both anew (`make reality`).
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from functools import lru_cache
from pathlib import Path

from fundsim.analysis.backtest import (
    REPLICATIONS,
    SEED,
    Backtest,
    Predicted,
    all_backtests,
    held_against,
    published,
    scheme,
)
from fundsim.report.backtest.picture import bands
from fundsim.report.backtest.words import (
    MEASURES,
    Kept,
    band,
    counted,
    of,
    summary,
    that_count,
)
from fundsim.report.prose import filled
from fundsim.scenario.compose import load
from fundsim.scenario.files import folder, sources

PAGE, PICTURES = Path("docs/held_against_reality.md"), Path("docs/images")
KOSOVO = "kosovo"
CHANGED = (
    "The files were committed before any of them was run, and no assumption was changed afterwards. Only this was: how many years are run (Texas 26 "
    "in place of 16, the United Kingdom's scheme of 1996 27 in place of 18, so that later figures could be set beside them), and the unit in which "
    "the money of the United States is written (dollars, with one case for a thousand, in place of thousands of dollars)."
)
IN_ALL = (
    "In all: a new fund starts at a tenth of what it becomes, and the ramp takes years; claims can surge late, and move by more than a trend says, "
    "when rules or information change; where claims outrun it, the desk is the bottleneck; a cash limit is followed by a rescue; a treasury takes "
    "what lies in a fund; levies are changed by parliaments; a few large cases make most of what offenders bring."
)
UNDATED = "A year with a question mark is our reading: the source has no date, and it may be the year after."
# the law in force from its opening, with a ramp as schemes that were watched had it
BY_LAW = ("kosovo+law_kosovo", (
    "time.start_year=2017", "time.horizon_years=8", "time.runoff_years=2", "fund.take_up.first_year_share=0.08",
    "fund.take_up.ramp_years=8",
))  # fmt: skip


def kept_at() -> Path:
    """Where the outcome of the last full run is kept."""
    return folder() / "data" / "backtest.json"


@lru_cache(maxsize=1)
def kept() -> tuple[Kept, ...]:
    """The schemes of the last full run."""
    said = json.loads(kept_at().read_text(encoding="utf-8"))
    return tuple(Kept(**{**one, "misses": tuple(one["misses"])}) for one in said)


def as_json(found: list[Backtest]) -> str:
    """What is kept, as text."""
    return json.dumps([vars(of(one)) for one in found], ensure_ascii=False, indent=1) + "\n"


def markdown(found: list[Backtest]) -> Iterator[str]:
    """The page."""
    yield "# Held against reality"
    yield ""
    yield "Can a model of a fund tell what a fund will do? We described schemes that ran as they could be described before the years that"
    yield "we predict, and set them against what they published later (`fundsim backtest`, [method](method.md#22-held-against-reality))."
    yield from filled(CHANGED)
    yield ""
    yield from (f"- {line}" for line in summary([of(one) for one in found]))
    yield ""
    yield "| Scheme | Known to | Predicted years | Figures | In the 50 % band | In the 80 % band | Described blind |"
    yield "|---|---|---|---|---|---|---|"
    for one in found:
        k = of(one)
        yield f"| {k.title} | {k.cut} | {k.years} | {k.figures} | {k.in_50} | {k.in_80} | {'yes' if k.blind else 'no, not counted'} |"
    those = that_count([of(one) for one in found])
    n, narrow, wide = (
        sum(getattr(k, of_all) for k in those) for of_all in ("figures", "in_50", "in_80")
    )
    yield f"| **All that count** | | | **{n}** | **{narrow} ({100 * narrow / n:.0f} %)** | **{wide} ({100 * wide / n:.0f} %)** | |"
    yield ""
    yield "Figures of one scheme go up and down together, so this is weaker evidence than so many figures sound. Some figures were published with"
    yield "low and high; they count as inside if any part of them is."
    yield ""
    yield "## What the misses teach"
    yield ""
    for one in found:
        yield from filled(f"**{one.scheme.title}.** {one.scheme.learned}", "- ")
    yield from filled(f"**Treasuries.** {taken()}", "- ")
    yield ""
    yield from filled(IN_ALL)
    yield ""
    yield "## Left out"
    yield ""
    yield from filled(left_out())
    yield ""
    for one in found:
        yield from _scheme(one)
    yield from _by_law(by_law())
    note = next(
        (o.scheme.scenario.world.country.footnote for o in found if o.scheme.name == KOSOVO), ""
    )
    if note:
        yield note


def taken() -> str:
    """What two treasuries did with what lay in a fund."""
    return (
        f"California took USD 80 million from its fund in 2008 ({_cited('cmp_us_california_taken_2011')}). Texas paid other programmes from "
        f"its own: it held USD 269 million in 2001 ({_cited('cmp_us_texas_press_2013')}), and less than 3 million was expected for 2013 "
        f"({_cited('cmp_us_texas_hearing_2012')}). No file holds this, for a model of chance does not know what a parliament will take. "
        "The stress `reserve_taken` shows what it does to a fund."
    )


def left_out() -> str:
    """Why a scheme with a famous queue has no file, and what it teaches."""
    return (
        "**New South Wales has no file.** Of the years before its queue we have one figure alone, 6,246 open claims in 2006 "
        f"({_cited('cmp_au_nsw_2012')}), so nothing could be described before and predicted after. In the year to June 2011 about 9,000 claims "
        "came in, and the budget was enough for about 4,900 decisions: 21,610 claims were open, and a decision took 25 months "
        f"({_cited('cmp_au_nsw_pwc_2012')}); in 2012 it took 31. It teaches nevertheless: the desk is the bottleneck. Claims that come faster "
        "than they are decided pile up year after year, however much money there is for awards. "
        "The yearly reports of its tribunal were not read; they may hold what a file needs."
    )


def doubtful() -> str:
    """Why nothing is learned about the ramp from the low figures of an undated year."""
    return (
        "Nothing is learned here about our ramp. The low figures called 2022 are of nine months of an undated year, 2022 or 2023, and they do not "
        f"fit a published total: EUR 613,000 from 2021 to September 2024 ({_cited('xk_scheme_requests_2024')}). About 100,000 of it were paid in "
        "2021 and 190,000 in nine months of 2024. That leaves some 323,000 for 2022 and 2023, about 160,000 a year. Such a year lies inside the "
        "band of this table, and above the band of the description of 2018. The total covers several years, so it stands in no table. The surge "
        "came with the law of 2022, which was not read."
    )


def _cited(name: str) -> str:
    said = sources()[name]
    return f"[{said['publisher']}, {said['year']}]({said['address']})"


def by_law() -> Backtest:
    """Kosovo*'s law as the country file has it, from 2017 on, beside what was published."""
    name, sets = BY_LAW
    figures = [x for x in published() if x.scheme == KOSOVO]
    return held_against(scheme(KOSOVO), load(name, sets), figures, REPLICATIONS, SEED)


def _by_law(found: Backtest) -> Iterator[str]:
    name, sets = BY_LAW
    yield "## Kosovo*'s law in our own country file"
    yield ""
    yield f"`fundsim run {name} {' '.join(f'--set {text}' for text in sets)}`"
    yield ""
    yield "This is no prediction: claims, approval and sums of the file come from the same figures of 2021 to 2024. It shows whether the pieces fit together."
    yield "Claims are of all violent crimes. **How many of them trafficked persons filed is not known**; one of the first two cases paid was trafficking."
    yield ""
    yield from _beside(found.figures)
    yield from filled(doubtful())
    yield ""


def _scheme(one: Backtest) -> Iterator[str]:
    scheme = one.scheme
    yield f"## {scheme.title}"
    yield ""
    yield f"Known to {scheme.cut}. Fitted: {scheme.fitted}. Our assumption: {scheme.judged}."
    yield ""
    if not one.counted:
        yield "No figure that can be counted was published."
        yield ""
        return
    yield f"![{scheme.title}: bands of what was projected, dots of what was published](images/reality_{scheme.name}.png)"
    yield ""
    yield "Light: 80 of 100 simulations. Darker: 50. Line: the median. Grey dots were known or are not counted, blue ones lie in the 80 % band, red ones do not."
    yield ""
    yield from _beside(one.counted)


def _beside(figures: Iterable[Predicted]) -> Iterator[str]:
    """What was published beside what was projected; an unsure year is marked."""
    rows = sorted(figures, key=lambda x: (x.figure.measure, x.figure.year))
    yield "| Year | | Published | 80 % band | |"
    yield "|---|---|---|---|---|"
    for x in rows:
        outside = "" if x.inside(0.8) else f"**{x.side}**"
        yield f"| {x.figure.dated} | {MEASURES[x.figure.measure]} | {counted(x)} | {band(x)} | {outside} |"
    yield ""
    if any(x.figure.unsure for x in rows):
        yield UNDATED
        yield ""


def main() -> None:
    """Run every scheme, and write the page, its pictures and what is kept."""
    found = list(all_backtests(REPLICATIONS, SEED))
    PAGE.write_text("\n".join(markdown(found)).rstrip() + "\n", encoding="utf-8")
    kept_at().write_text(as_json(found), encoding="utf-8")
    for one in found:
        if one.counted:
            bands(one).savefig(PICTURES / f"reality_{one.scheme.name}.png", dpi=110)


if __name__ == "__main__":
    main()
