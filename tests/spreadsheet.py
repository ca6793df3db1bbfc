"""An Excel workbook, opened again as what it is: a zip file of XML."""

from __future__ import annotations

import io
import zipfile
from typing import Any
from xml.etree import ElementTree

NS = {"m": "http://schemas.openxmlformats.org/spreadsheetml/2006/main"}
Cells = dict[str, tuple[str, Any, str]]
Sheets = dict[str, Cells]


def opened(data: bytes) -> tuple[Sheets, dict[str, str]]:
    """Sheets as name -> cell -> (type, value, number format), and the text of each part."""
    with zipfile.ZipFile(io.BytesIO(data)) as file:
        assert file.testzip() is None
        parts = {n: file.read(n).decode("utf-8") for n in file.namelist()}
    texts = []
    if "xl/sharedStrings.xml" in parts:
        shared = ElementTree.fromstring(parts["xl/sharedStrings.xml"])
        texts = ["".join(t.text or "" for t in si.iter(f"{{{NS['m']}}}t")) for si in shared]
    styles = ElementTree.fromstring(parts["xl/styles.xml"])
    custom = {
        f.get("numFmtId", ""): f.get("formatCode", "") for f in styles.iterfind(".//m:numFmt", NS)
    }
    built_in = {
        "0": "General",
        "1": "0",
        "3": "#,##0",
        "4": "#,##0.00",
        "10": "0.00%",
        "11": "0.00E+00",
    }
    forms = [
        (custom | built_in)[x.get("numFmtId", "0")] for x in styles.iterfind("m:cellXfs/m:xf", NS)
    ]
    sheets: Sheets = {}
    book = ElementTree.fromstring(parts["xl/workbook.xml"])
    for number, entry in enumerate(book.iterfind("m:sheets/m:sheet", NS), 1):
        sheet = ElementTree.fromstring(parts[f"xl/worksheets/sheet{number}.xml"])
        cells = sheets.setdefault(str(entry.get("name")), {})
        for cell in sheet.iterfind(".//m:c", NS):
            kind, value = cell.get("t", "n"), cell.findtext("m:v", namespaces=NS)
            assert cell.find("m:f", NS) is None, "a formula"
            found = texts[int(value or 0)] if kind == "s" else value
            cells[str(cell.get("r"))] = (kind, found, forms[int(cell.get("s", 0))])
    return sheets, parts


def row_of(cells: Cells, line: int) -> dict[str, Any]:
    """A row's values by their columns' letters, numbers as numbers."""
    found = {}
    for name, (kind, value, _) in cells.items():
        letters = name.rstrip("0123456789")
        if name == f"{letters}{line}":
            found[letters] = float(value) if kind == "n" else value
    return found


def table_of(cells: Cells, head: int = 1) -> list[dict[str, Any]]:
    """The rows below a head, by the names of their columns, down to the first empty line."""
    names, rows = row_of(cells, head), list[dict[str, Any]]()
    while row := row_of(cells, head + 1 + len(rows)):
        rows.append({names[letters]: value for letters, value in row.items()})
    return rows
