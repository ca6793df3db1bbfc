"""A card for social media: three figures in large letters, how sure they are, and what made them."""

from __future__ import annotations

import textwrap
from dataclasses import dataclass
from io import BytesIO

from matplotlib.patches import Rectangle

from fundsim.report.figures import BLUE, GREEN, GREY, RED, Picture
from fundsim.report.words import Form, Results, euro, months, percent, stamp, title

WIDTH, HEIGHT, DPI = (
    1200,
    630,
    100,
)  # pixels, and pixels to the inch: networks show this shape whole
LEFT, RIGHT = 56, 1152  # pixels: the margins
MIDDLE = 456  # pixels: where the words beside a figure begin
ROWS = (406, 294, 182)  # pixels from below: the middle of each headline
INK = "#1a1a1a"
MOST_LETTERS = 250  # of a post
LETTERS = 42  # of the heading on one large line, above which it goes on two smaller ones


@dataclass(frozen=True)
class Headline:
    """One figure of the card: in large letters, with two lines of words beside it."""

    large: str
    words: tuple[str, str]
    color: str


def card(results: Results) -> Picture:
    """The answer as a picture of 1200 x 630 pixels that can be read on a telephone."""
    world = results.projection.scenario.world
    picture = Picture(figsize=(WIDTH / DPI, HEIGHT / DPI), dpi=DPI, facecolor="white")
    picture.add_artist(Rectangle((0, 0), 0.018, 1, color=BLUE, transform=picture.transFigure))
    topic = "A compensation fund for identified victims of trafficking"
    if world.fund.entry_point == "none":
        topic = "Compensation of identified victims of trafficking, without a fund"
    _line(picture, topic, LEFT, 584, 19, GREY)
    _heading(picture, title(results.projection))
    for at, one in zip(ROWS, headlines(results), strict=False):
        _line(picture, one.large, LEFT, at, 46, one.color, bold=True, end=MIDDLE - 28)
        for words, above in zip(one.words, (19, -19), strict=True):
            _line(picture, words, MIDDLE, at + above, 20, INK)
    ranges = "" if results.projection.replications == 1 else "ranges hold 9 of 10 futures; "
    sure = f"Simulated: {ranges}{_guesses(results)}."
    _line(picture, sure, LEFT, 100, 18, INK, bold=True)
    foot = [stamp(results.projection), *textwrap.wrap(world.country.footnote, 120)[::-1]]
    for number, text in enumerate(foot):
        _line(picture, text, LEFT, 22 + 22 * number, 12, GREY)
    return picture


def card_png(results: Results) -> bytes:
    """The card as a PNG file, with its words as title for those who do not see it."""
    file = BytesIO()
    metadata = {"Title": card_text(results), "Software": stamp(results.projection)}
    card(results).savefig(file, format="png", dpi=DPI, metadata=metadata)
    return file.getvalue()


def card_text(results: Results) -> str:
    """The card in at most 250 characters, for a post; a long name of the scenario is cut."""
    get = results.get
    if results.projection.scenario.world.fund.entry_point == "none":
        says = (
            f"without a fund money ever reaches {of_hundred(get('share_paid_without'))} of 100 identified "
            f"victims of trafficking; averaged over all, each receives {euro(get('received_without'))}"
        )
    else:
        large, futures = _falls_short(results)
        says = (
            f"a fund costs {euro(get('due_a_year'))} a year{_range(results, 'due_a_year', euro)}. "
            f"Money reaches {of_hundred(get('share_paid_with'))} of 100 identified victims, "
            f"{of_hundred(get('share_paid_without'))} without it. It falls short in {large} {futures}"
        )
    says = f": {says}. Simulated; {_guesses(results)}."
    return _short(title(results.projection), MOST_LETTERS - len(says)) + says


def headlines(results: Results) -> list[Headline]:
    """What the card says in large letters: cost, victims paid, falling short; or how it is without a fund."""
    get, time = results.get, results.projection.scenario.world.time
    if results.projection.scenario.world.fund.entry_point == "none":
        return _without(results)
    cost = (f"is what the fund costs a year, in euro of {time.price_year}",
            _range(results, "due_a_year", euro).strip() + _reforms(results))  # fmt: skip
    paid = (f"identified victims get money{_range(results, 'share_paid_with', percent)}",
            f"instead of {of_hundred(get('share_paid_without'))} without the fund")  # fmt: skip
    large, futures = _falls_short(results)
    short = (f"{futures} see the fund fall short", f"of money within {time.horizon_years} years")
    return [
        Headline(euro(get("due_a_year")), cost, BLUE),
        Headline(f"{of_hundred(get('share_paid_with'))} of 100", paid, GREEN),
        Headline(large, short, RED),
    ]


def _without(results: Results) -> list[Headline]:
    get, time = results.get, results.projection.scenario.world.time
    share = get("share_paid_without")
    paid = ("identified victims ever get any money,",
            f"from the offender{_range(results, 'share_paid_without', percent)}")  # fmt: skip
    wait = ("is how long those who get any wait,", "from identification on, in the middle future")
    each = ("is what each identified victim receives,",
            f"averaged over all, in euro of {time.price_year}{_reforms(results)}")  # fmt: skip
    found = [Headline(f"{of_hundred(share)} of 100", paid, RED)]
    if share > 0:
        found.append(Headline(months(get("months_to_payment_without", "p50")), wait, BLUE))
    return [*found, Headline(euro(get("received_without")), each, BLUE)]


def _reforms(results: Results) -> str:
    cost = results.get("state_cost_a_year")
    return f"; reforms cost the state {euro(cost)} a year" if cost > 0 else ""


def of_hundred(p: float) -> str:
    """How many of 100 a share is; never rounded to none or to all."""
    if 0 < p < 0.0095:
        return "fewer than 1"
    if 0.9905 <= p < 1:
        return "over 99"
    return f"{100 * p:.0f}" if p else "none"


def _falls_short(results: Results) -> tuple[str, str]:
    """In how many futures the fund falls short: the figure, and the words that follow it."""
    p, n = results.get("ruin"), results.projection.replications
    if p in (0, 1):
        return ("none" if p == 0 else "all", f"of {n:,} future{'s' if n > 1 else ''}")
    if 0.01 <= p <= 0.99:
        return f"{100 * p:.0f} of 100", "futures"
    return percent(p), "of futures"


def _range(results: Results, measure: str, form: Form) -> str:
    if results.projection.replications == 1:
        return " (one future only)"
    return f" ({form(results.get(measure, 'p5'))} to {form(results.get(measure, 'p95'))})"


def _guesses(results: Results) -> str:
    guesses, data, partly = (
        int(results.get("assumptions", grade)) for grade in ("judgement", "data", "partly")
    )
    return f"{guesses} of {guesses + data + partly} uncertain numbers are guesses"


def _short(text: str, most: int) -> str:
    """The text, cut where it is longer than this."""
    return text if len(text) <= most else text[: most - 1].rstrip(" ,+(") + "…"


def _heading(picture: Picture, text: str) -> None:
    """Country and policy; reforms, stresses and what was set go on to a second line."""
    if len(text) <= LETTERS:
        _line(picture, text, LEFT, 522, 36, INK, bold=True)
        return
    first, *rest = textwrap.wrap(text, round(1.2 * LETTERS))
    _line(picture, first, LEFT, 537, 24, INK, bold=True)
    _line(picture, _short(" ".join(rest), round(1.7 * LETTERS)), LEFT, 497, 24, INK, bold=True)


def _line(
    picture: Picture, text: str, x: float, y: float, size: float, color: str, bold: bool = False,
    end: float = RIGHT,
) -> None:  # fmt: skip
    """One line of text from x, its middle at y (pixels), in smaller letters if it would pass the end."""
    line = picture.text(
        x / WIDTH, y / HEIGHT, text, fontsize=size, color=color, va="center",
        fontweight="bold" if bold else "normal",
    )  # fmt: skip
    width = line.get_window_extent().width
    if width > end - x:
        line.set_fontsize(size * (end - x) / width)
