"""A card for social media: three figures in large letters, how sure they are, and what made them."""

from __future__ import annotations

import textwrap
from dataclasses import dataclass
from io import BytesIO

from matplotlib.patches import Rectangle

from fundsim.report import shortage
from fundsim.report.figures import BLUE, GREEN, GREY, RED, Picture
from fundsim.report.language import ENGLISH, Language, capital, marked
from fundsim.report.results import Results
from fundsim.report.wording import grades, nobody, range_of, stamp, title

WIDTH, HEIGHT, DPI = (
    1200,
    630,
    100,
)  # pixels, and pixels to the inch: networks show this shape whole
LEFT, RIGHT = 56, 1152  # pixels: the margins
MIDDLE = 456  # pixels: where the words beside a figure begin
ROWS = (406, 294, 182)  # pixels from below: the middle of each headline
INK = "#1a1a1a"
MOST_LETTERS = (
    256  # of a post in English, which leaves room for a link in 280; other languages may need more
)
ALONE = marked("(one future only)")
LEAST_TITLE = 20  # letters of the scenario's name that are left in it
LETTERS = 42  # of the heading on one large line, above which it goes on two smaller ones


@dataclass(frozen=True)
class Headline:
    """One figure of the card: in large letters, with two lines of words beside it."""

    large: str
    words: tuple[str, str]
    color: str


def card(results: Results, say: Language = ENGLISH) -> Picture:
    """The answer as a picture of 1200 x 630 pixels that can be read on a telephone."""
    world = results.world
    picture = Picture(figsize=(WIDTH / DPI, HEIGHT / DPI), dpi=DPI, facecolor="white")
    picture.add_artist(Rectangle((0, 0), 0.018, 1, color=BLUE, transform=picture.transFigure))
    topic = say("A compensation fund for registered victims of trafficking")
    if not world.has_fund:
        topic = say("Compensation of registered victims of trafficking, without a fund")
    _line(picture, topic, LEFT, 584, 19, GREY)
    _heading(picture, title(results.projection, say))
    for at, one in zip(ROWS, headlines(results, say), strict=False):
        _line(picture, one.large, LEFT, at, 46, one.color, bold=True, end=MIDDLE - 28)
        for words, above in zip(one.words, (19, -19), strict=True):
            _line(picture, words, MIDDLE, at + above, 20, INK)
    _line(picture, _sure(results, say), LEFT, 100, 18, INK, bold=True)
    foot = [stamp(results.projection, say)]
    if world.country.footnote:
        foot += textwrap.wrap(say(world.country.footnote), 120)[::-1]
    for number, text in enumerate(foot):
        _line(picture, text, LEFT, 22 + 22 * number, 12, GREY)
    return picture


def card_png(results: Results, say: Language = ENGLISH) -> bytes:
    """The card as a PNG file, with its words as title for those who do not see it."""
    file = BytesIO()
    metadata = {"Title": card_text(results, say), "Software": stamp(results.projection, say)}
    card(results, say).savefig(file, format="png", dpi=DPI, metadata=metadata)
    return file.getvalue()


def card_text(results: Results, say: Language = ENGLISH) -> str:
    """The card in few characters, for a post: at most 256 in English; a long name of the scenario is cut."""
    get = results.get
    without = of_hundred(get("share_paid_without"), say)
    if alone := nobody(results, say):
        cost = say.euro(get("due_a_year"))
        fund = say("a fund costs {amount} a year.", amount=cost) if results.world.has_fund else ""
        says = f": {fund} {alone} {_sure(results, say)}".replace(":  ", ": ")
    elif not results.world.has_fund:
        says = say(
            ": without a fund money ever reaches {without} of 100 registered victims of trafficking; averaged over "
            "all, each receives {amount}. Simulated; {guesses}.",
            without=without, amount=say.euro(get("received_without")), guesses=_guesses(results, say),
        )  # fmt: skip
    else:
        says = say(
            ": a fund costs {amount} a year {range}. Money reaches {paid} of 100 registered victims, {without} without "
            "it. {short} Simulated; {guesses}.",
            amount=say.euro(get("due_a_year")), range=range_of(results, "due_a_year", say.euro, say, ALONE),
            paid=of_hundred(get("share_paid_with"), say), without=without,
            short=_short_of_money(results, say), guesses=_guesses(results, say),
        )  # fmt: skip
    room = max(MOST_LETTERS - len(says), LEAST_TITLE)
    return _short(title(results.projection, say), room) + says


def headlines(results: Results, say: Language = ENGLISH) -> list[Headline]:
    """What the card says in large letters: cost, victims paid, falling short; or how it is without a fund."""
    get, time = results.get, results.world.time
    if not results.world.has_fund:
        return _without(results, say)
    cost = (say("is what the fund costs a year, in euro of {year}", year=time.price_year),
            _with_state(range_of(results, "due_a_year", say.euro, say, ALONE), results, say))  # fmt: skip
    large, futures = _falls_short(results, say)
    short = (futures, _with_which_budget(results, say))
    if results.pays_nobody:
        short = (futures, say("but it pays no victim at all"))
    if results.get("identified") == 0:
        return [
            Headline(say.euro(get("due_a_year")), cost, BLUE), _no_victims(say), Headline(large, short, RED)
        ]  # fmt: skip
    paid = (say("registered victims get money {range}",
                range=range_of(results, "share_paid_with", say.percent, say, ALONE)),
            say("instead of {number} without the fund",
                number=of_hundred(get("share_paid_without"), say)))  # fmt: skip
    return [
        Headline(say.euro(get("due_a_year")), cost, BLUE),
        Headline(_of_100(get("share_paid_with"), say), paid, GREEN),
        Headline(large, short, RED),
    ]


def _with_which_budget(results: Results, say: Language) -> str:
    """Of which budget money is missing, or within which time."""
    if not shortage.by_year(results):
        years = results.world.time.horizon_years
        within = say.counted("of money within {n} year", "of money within {n} years", years)
        budget = shortage.named(results, say)
        return say("{within}, with {budget}", within=within, budget=budget) if budget else within
    return say("with {budget}", budget=shortage.named(results, say) or say("the fund's income"))


def _no_victims(say: Language) -> Headline:
    return Headline(say.of("of 100", "none"), (say("is registered as a victim:"), say("there is nobody to pay")), GREEN)  # fmt: skip


def _without(results: Results, say: Language) -> list[Headline]:
    get, time = results.get, results.world.time
    if get("identified") == 0:
        return [_no_victims(say)]
    share = get("share_paid_without")
    paid = (say("registered victims ever get any money,"),
            say("from the offender {range}", range=range_of(results, "share_paid_without", say.percent, say, ALONE)))  # fmt: skip
    wait = (say("is how long those who get any wait,"),
            say("from identification on, on average"))  # fmt: skip
    each = (say("is what each registered victim receives,"),
            _with_state(say("averaged over all, in euro of {year}", year=time.price_year), results, say))  # fmt: skip
    found = [Headline(_of_100(share, say), paid, RED)]
    if share > 0:
        found.append(Headline(say.months(get("months_to_payment_without")), wait, BLUE))
    return [*found, Headline(say.euro(get("received_without")), each, BLUE)]


def _with_state(text: str, results: Results, say: Language) -> str:
    """The text, and what the state pays beside the fund: for reforms, and for a desk that it bears."""
    cost = results.get("state_cost_a_year")
    if cost <= 0:
        return text
    return say(
        "{text}; beside the fund the state pays {amount} a year", text=text, amount=say.euro(cost)
    )


def of_hundred(p: float, say: Language = ENGLISH) -> str:
    """How many of 100 a share is; never rounded to none or to all; of nobody no share."""
    if 0 < p < 0.0095:
        return say("fewer than {number}", number=1)
    if 0.9905 <= p < 1:
        return say("over {number}", number=99)
    return say.whole(100 * p) if p else say.of("of 100", "none")


def _of_100(p: float, say: Language) -> str:
    return say("{number} of 100", number=of_hundred(p, say))


def _falls_short(results: Results, say: Language) -> tuple[str, str]:
    """How often money is missing: the figure, and the line that follows it."""
    if shortage.by_year(results):
        return (
            say("{number} of 100", number=of_hundred(results.get("too_small_rate"), say)),
            say("years are short of money,"),
        )
    p, n = results.get("ruin"), results.projection.replications
    if p in (0, 1):
        large = say.of("futures", "none") if p == 0 else say.of("futures", "all")
        return large, say.counted(
            "of {n} future see the fund fall short", "of {n} futures see the fund fall short", n
        )
    if 0.01 <= p <= 0.99:
        large = say("{number} of 100", number=say.whole(100 * p))
        return large, say("futures see the fund fall short")
    return say.percent(p), say("of futures see the fund fall short")


def _short_of_money(results: Results, say: Language) -> str:
    """How often money is missing, as a sentence."""
    if shortage.by_year(results):
        budget = shortage.named(results, say, short=True)
        number = of_hundred(results.get("too_small_rate"), say)
        return say(
            "{budget}: too small in {number} of 100 years.", budget=capital(budget), number=number
        )
    futures = _futures(results, say)
    if budget := shortage.named(results, say, short=True):
        return say("{budget}: falls short in {futures}.", budget=capital(budget), futures=futures)
    return say("It falls short in {futures}.", futures=futures)


def _futures(results: Results, say: Language) -> str:
    """The same as one phrase."""
    p, n = results.get("ruin"), results.projection.replications
    if p == 0:
        return say.counted("none of {n} future", "none of {n} futures", n)
    if p == 1:
        return say.counted("all of {n} future", "all of {n} futures", n)
    if 0.01 <= p <= 0.99:
        return say("{number} of 100 futures", number=say.whole(100 * p))
    return say("{share} of futures", share=say.percent(p))


def _sure(results: Results, say: Language) -> str:
    guesses = _guesses(results, say)
    if results.projection.replications == 1:
        return say("Simulated: {guesses}.", guesses=guesses)
    return say("Simulated: ranges hold 9 of 10 futures; {guesses}.", guesses=guesses)


def _guesses(results: Results, say: Language) -> str:
    data, partly, guesses = grades(results)
    return say.counted(
        "{guesses} of {n} uncertain number are guesses", "{guesses} of {n} uncertain numbers are guesses",
        guesses + data + partly, guesses=guesses,
    )  # fmt: skip


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
    picture: Picture, text: str, x: float, y: float, size: float, color: str, *, bold: bool = False,
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
