"""Charts for the screen as Vega-Lite descriptions, made from plain rows.  Colours are told apart by colour-blind eyes.

Titles and names in rows come in the language of the page; `say` writes what a chart adds of its own, and its numbers.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from textwrap import wrap
from typing import Any

from fundsim.report.language import Language

Spec = dict[str, Any]
Rows = Sequence[Mapping[str, Any]]
BLUE, RED, GREEN, PINK, ORANGE, SKY, GREY = (
    "#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9", "#888888",
)  # fmt: skip
THEMED = (
    "blue",
    "red",
    "green",
    "pink",
    "orange",
    "sky",
    "grey",
)  # the theme's colours, in its order
PALETTE = [BLUE, ORANGE, GREEN, PINK, SKY, RED, GREY]
BREAK = " | "  # between the two lines of a long name


def _tone(name: str) -> Spec:
    """One of the theme's colours, which are lighter on a dark page."""
    return {
        "datum": name, "type": "nominal", "legend": None, "scale": {"domain": list(THEMED)},
    }  # fmt: skip


def _names(names: Sequence[str]) -> Spec:
    """A vertical axis of names, those too long for a phone on two lines.  names  in order"""
    return {"field": "name", "type": "nominal", "sort": list(names), "title": None,
            "axis": {"labelLimit": 200, "labelExpr": f"split(datum.label, '{BREAK}')"}}  # fmt: skip


def _broken(rows: Rows) -> list[Mapping[str, Any]]:
    """The rows with line breaks in their names."""
    return [
        {**row, "name": BREAK.join(wrap(str(row["name"]), 26, max_lines=2, placeholder=" …"))}
        for row in rows
    ]


def _filled(text: str, place: str, number: str) -> str:
    """The Vega expression of a text in which an expression's value stands at a place."""
    before, _, after = text.partition(place)
    first, last = (json.dumps(part, ensure_ascii=False) for part in (before, after))
    return f"{first} + {number} + {last}"


def _amount(say: Language, currency: str, value: str = "datum.value") -> str:
    """The Vega expression of an amount with three digits that matter: € 1.5 m.  value  an expression, too"""
    told = ""
    for size, text in (
        (1e9, say("{currency} {amount} bn")), (1e6, say("{currency} {amount} m")),
        (1e3, say("{currency} {amount}k")), (1, say("{currency} {amount}")),
    ):  # fmt: skip
        number = f"format({value} / {size:g}, '.3~r')"
        text = _filled(text.replace("{currency}", currency), "{amount}", number)
        told += f"abs({value}) >= {size:g} ? {text} : " if size > 1 else text
    return told


def _axis(say: Language, kind: str, currency: str = "€") -> Spec:
    if kind == "share":
        share = _filled(say("{number} %"), "{number}", "format(datum.value * 100, '.3~f')")
        return {"labelExpr": share, "tickCount": 6}
    return {"labelExpr": _amount(say, currency), "tickCount": 6} if kind == "money" else {}


def _told(say: Language, currency: str, fields: Sequence[str]) -> list[Spec]:
    """Adds to each row its amounts as they are read, under the names of the fields and `_told`: for tooltips."""
    return [
        {"calculate": _amount(say, currency, f"datum.{field}"), "as": f"{field}_told"}
        for field in fields
    ]


def _spec(say: Language, rows: Rows, height: int, **more: Any) -> Spec:
    decimal, thousands = say.signs
    number = {"decimal": decimal, "thousands": thousands, "grouping": [3], "currency": ["", ""]}
    return {
        "data": {"values": [dict(row) for row in rows]},
        "width": "container",
        "height": height,
        "autosize": {"type": "fit-x", "contains": "padding"},
        "config": {"locale": {"number": number}},
        **more,
    }


def _year(title: str = "") -> Spec:
    return {"field": "year", "type": "quantitative", "title": title or None,
            "scale": {"zero": False, "nice": False},
            "axis": {"format": "d", "tickMinStep": 1, "grid": False}}  # fmt: skip


def fan(rows: Rows, title: str, say: Language) -> Spec:
    """A fan over years, in euro.  rows: year, p5, p25, p50, p75, p95."""
    y = {"type": "quantitative", "title": title, "axis": _axis(say, "money")}
    labels = {
        "p95": say("19 of 20 below"), "p75": say("3 of 4 below"), "p50": say("middle future"),
        "p25": say("1 of 4 below"), "p5": say("1 of 20 below"),
    }  # fmt: skip
    tooltip = [{"field": "year", "format": "d", "title": say("year")}] + [
        {"field": f"{p}_told", "title": label} for p, label in labels.items()
    ]

    def band(low: str, high: str, opacity: float, name: str) -> Spec:
        return {"mark": {"type": "area", "opacity": opacity},
                "encoding": {"color": _tone("blue"), "x": _year(), "y": {**y, "field": low}, "y2": {"field": high},
                             "tooltip": tooltip, "description": {"value": name}}}  # fmt: skip

    return _spec(say, rows, 260, transform=_told(say, "€", list(labels)), layer=[
        band("p5", "p95", 0.2, say("9 of 10 futures")),
        band("p25", "p75", 0.35, say("half of the futures")),
        {"mark": {"type": "line", "strokeWidth": 2.5, "point": {"size": 36}},
         "encoding": {"color": _tone("blue"), "x": _year(), "y": {**y, "field": "p50"}, "tooltip": tooltip}},
    ])  # fmt: skip


def bars_by_year(rows: Rows, title: str, say: Language) -> Spec:
    """A probability by year with its interval.  rows: year, share, low, high."""
    y = {"type": "quantitative", "title": title, "axis": _axis(say, "share"),
         "scale": {"domainMin": 0}}  # fmt: skip
    x = {**_year(), "type": "ordinal", "axis": {"labelAngle": 0, "labelOverlap": True}}
    x.pop("scale")
    return _spec(say, rows, 150, layer=[
        {"mark": {"type": "bar", "color": RED},
         "encoding": {"x": x, "y": {**y, "field": "share"},
                      "tooltip": [{"field": "year", "title": say("year")},
                                  {"field": "share", "format": ".1%", "title": title}]}},
        {"mark": {"type": "rule", "color": GREY},
         "encoding": {"x": x, "y": {**y, "field": "low"}, "y2": {"field": "high"}}},
    ])  # fmt: skip


def confidence(rows: Rows, amount: float | None, share: float, title: str, say: Language) -> Spec:
    """Share of futures that last against an amount.  rows: amount, share, low, high."""
    x = {"field": "amount", "type": "quantitative", "title": title, "axis": _axis(say, "money")}
    y = {"field": "share", "type": "quantitative", "title": say("Futures in which it lasts"),
         "axis": _axis(say, "share"), "scale": {"domain": [0, 1]}}  # fmt: skip
    layers: list[Spec] = [
        {"mark": {"type": "area", "opacity": 0.2, "orient": "horizontal"},
         "encoding": {"color": _tone("blue"), "y": y, "x": {**x, "field": "low"}, "x2": {"field": "high"}}},
        {"mark": {"type": "line", "strokeWidth": 2.5},
         "encoding": {"color": _tone("blue"), "x": x, "y": y, "order": {"field": "share"}}},
        {"mark": {"type": "point", "opacity": 0, "size": 200},
         "encoding": {"x": x, "y": y, "tooltip": [
             {"field": "amount", "format": ",.0f", "title": say("euro")},
             {"field": "share", "format": ".0%", "title": say("lasts in")}]}},
    ]  # fmt: skip
    if amount is not None:
        here = {"values": [{"amount": amount, "share": share}]}
        layers += [
            {"data": here, "mark": {"type": "point", "shape": "diamond", "filled": True, "size": 160,
                                    "color": RED, "opacity": 1},
             "encoding": {"x": x, "y": y}},
            {"data": here, "mark": {"type": "rule", "color": RED, "strokeDash": [3, 3]},
             "encoding": {"y": y}},
            {"data": here, "mark": {"type": "rule", "color": RED, "strokeDash": [3, 3]},
             "encoding": {"x": x}},
        ]  # fmt: skip
    return _spec(say, rows, 260, layer=layers)


def drop_off(rows: Rows, color: str, say: Language) -> Spec:
    """The way from one step to the next.  rows: step, persons, label; in order."""
    order = [row["step"] for row in rows]
    y = {"field": "step", "type": "nominal", "sort": order, "title": None,
         "axis": {"labelLimit": 180, "ticks": False, "domain": False}}  # fmt: skip
    top = max((row["persons"] for row in rows), default=1.0) * 1.8
    x = {"field": "persons", "type": "quantitative", "title": None, "axis": None,
         "scale": {"domain": [0, top or 1]}}  # fmt: skip
    return _spec(say, rows, 34 * len(rows), layer=[
        {"mark": {"type": "bar", "color": color, "height": {"band": 0.72}}, "encoding": {"x": x, "y": y}},
        {"mark": {"type": "text", "align": "left", "dx": 5, "fontSize": 13},
         "encoding": {"color": _tone("grey"), "x": x, "y": y, "text": {"field": "label"}}},
    ])  # fmt: skip


def stacked(rows: Rows, order: Sequence[str], title: str, currency: str, say: Language) -> Spec:
    """Bars by year, one colour a part.  rows: year, part, amount."""
    return _spec(
        say, rows, 240,
        transform=_told(say, currency, ["amount"]),
        mark={"type": "bar"},
        encoding={
            "x": {"field": "year", "type": "ordinal", "title": None,
                  "axis": {"labelAngle": 0, "labelOverlap": True}},
            "y": {"field": "amount", "type": "quantitative", "title": title, "stack": True,
                  "axis": _axis(say, "money", currency)},
            "color": {"field": "part", "type": "nominal", "sort": list(order), "title": None,
                      "scale": {"domain": list(order), "range": (PALETTE * 3)[: len(order)]},
                      "legend": {"orient": "top", "columns": 1, "labelLimit": 260}},
            "order": {"field": "place", "type": "quantitative"},
            "tooltip": [{"field": "year", "title": say("year")}, {"field": "part", "title": say("part")},
                        {"field": "amount_told", "title": say("amount")}],
        },
    )  # fmt: skip


def lines(rows: Rows, title: str, currency: str, say: Language) -> Spec:
    """Lines with bands.  rows: year, name, middle, low, high."""
    names = list(dict.fromkeys(row["name"] for row in rows))
    color = {"field": "name", "type": "nominal", "title": None, "sort": names,
             "scale": {"domain": names},
             "legend": {"orient": "top", "columns": 1, "labelLimit": 260, "symbolOpacity": 1, "symbolType": "square",
                        "symbolStrokeWidth": 0}}  # fmt: skip
    y = {"type": "quantitative", "title": title, "axis": _axis(say, "money", currency)}
    return _spec(say, rows, 230, transform=_told(say, currency, ["middle"]), layer=[
        {"mark": {"type": "area", "opacity": 0.15},
         "encoding": {"x": _year(), "y": {**y, "field": "low"}, "y2": {"field": "high"}, "color": color}},
        {"mark": {"type": "line", "strokeWidth": 2.2},
         "encoding": {"x": _year(), "y": {**y, "field": "middle"}, "color": color,
                      "strokeDash": {"field": "name", "type": "nominal", "sort": names, "legend": None},
                      "tooltip": [{"field": "year", "format": "d", "title": say("year")},
                                  {"field": "name", "title": say("part")},
                                  {"field": "middle_told", "title": say("middle future")}]}},
    ])  # fmt: skip


def intervals(rows: Rows, title: str, kind: str, say: Language) -> Spec:
    """Points with intervals about zero.  rows: name, value, low, high."""
    rows = _broken(rows)
    y = _names([row["name"] for row in rows])
    x = {"type": "quantitative", "title": title, "axis": _axis(say, kind)}
    return _spec(say, rows, 36 * max(len(rows), 1), layer=[
        {"mark": {"type": "rule", "color": GREY, "aria": False}, "encoding": {"x": {"datum": 0}}},
        {"mark": {"type": "rule", "strokeWidth": 2.5},
         "encoding": {"color": _tone("blue"), "y": y, "x": {**x, "field": "low"}, "x2": {"field": "high"}}},
        {"mark": {"type": "point", "filled": True, "size": 90, "opacity": 1},
         "encoding": {"color": _tone("blue"), "y": y, "x": {**x, "field": "value"}}},
    ])  # fmt: skip


def ranked(rows: Rows, title: str, kind: str, colors: Mapping[str, str], say: Language) -> Spec:
    """Bars, the longest first, coloured by grade.  rows: name, value, low, high, grade."""
    rows = _broken(rows)
    y = _names([row["name"] for row in rows])
    x = {"type": "quantitative", "title": title, "axis": _axis(say, kind)}
    color = {"field": "grade", "type": "nominal", "title": say("rests on"),
             "scale": {"domain": list(colors), "range": list(colors.values())},
             "legend": {"orient": "top", "columns": 1}}  # fmt: skip
    return _spec(say, rows, 34 * max(len(rows), 2), layer=[
        {"mark": "bar", "encoding": {"y": y, "x": {**x, "field": "value"}, "color": color}},
        {"mark": {"type": "rule", "color": GREY},
         "encoding": {"y": y, "x": {**x, "field": "low"}, "x2": {"field": "high"}}},
    ])  # fmt: skip


def ends(rows: Rows, centre: float, title: str, kind: str, say: Language) -> Spec:
    """A tornado.  rows: name, end (at its low, at its high), value; the low end of each first."""
    rows = _broken(rows)
    names = list(dict.fromkeys(row["name"] for row in rows))
    color = {"field": "end", "type": "nominal", "title": None,
             "scale": {"domain": list(dict.fromkeys(row["end"] for row in rows)), "range": [SKY, RED]},
             "legend": {"orient": "top", "columns": 1}}  # fmt: skip
    return _spec(say, rows, 34 * max(len(names), 2), layer=[
        {"mark": {"type": "bar", "opacity": 0.9},
         "encoding": {
             "y": _names(names),
             "x": {"field": "value", "type": "quantitative", "title": title, "axis": _axis(say, kind),
                   "scale": {"zero": False}},
             "x2": {"datum": centre}, "color": color}},
        {"mark": {"type": "rule", "color": GREY, "aria": False}, "encoding": {"x": {"datum": centre}}},
    ])  # fmt: skip


def groups(rows: Rows, title: str, say: Language) -> Spec:
    """Two bars a group, first without and then with the fund.  rows: group, who, share."""
    order, who = (list(dict.fromkeys(row[field] for row in rows)) for field in ("group", "who"))
    return _spec(
        say, rows, 36 * len(order),
        mark={"type": "bar"},
        encoding={
            "y": {"field": "group", "type": "nominal", "sort": order, "title": None, "axis": {"labelLimit": 180}},
            "yOffset": {"field": "who", "sort": who},
            "x": {"field": "share", "type": "quantitative", "title": title, "axis": _axis(say, "share")},
            "color": {"field": "who", "type": "nominal", "title": None,
                      "scale": {"domain": who, "range": [GREY, BLUE]},
                      "legend": {"orient": "top", "columns": 1}},
            "tooltip": [{"field": "group", "title": say("group")}, {"field": "who", "title": say("fund")},
                        {"field": "share", "format": ".1%", "title": say("share")}],
        },
    )  # fmt: skip
