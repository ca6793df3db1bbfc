"""The door to Parquet: tables to bytes and back, the same bytes for the same table."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from fundsim.scenario.assumption import Floats

KINDS = {
    "text": pa.string(), "label": pa.dictionary(pa.int32(), pa.string()), "year": pa.int16(), "whole": pa.int32(),
    "number": pa.float64(), "numbers": pa.list_(pa.float64()), "flag": pa.bool_(),
}  # fmt: skip
NOTE = b"fundsim"


def schema(kinds: Mapping[str, str]) -> pa.Schema:
    """Columns and what is in them, by name: one of KINDS (label: a text that occurs often)."""
    return pa.schema([pa.field(name, KINDS[kind]) for name, kind in kinds.items()])


def write_groups(
    where: Path | pa.NativeFile, kinds: Mapping[str, str], groups: Iterable[Sequence[Any]], **how: Any
) -> None:  # fmt: skip
    """Write a table, a row group at a time: each a sequence of columns, in the order of `kinds`.

    None is an empty cell.  Every page has a checksum.
    """
    columns = schema(kinds)
    with pq.ParquetWriter(where, columns, write_page_checksum=True, **how) as writer:
        for group in groups:
            arrays = [
                pa.array(values, field.type) for values, field in zip(group, columns, strict=True)
            ]
            writer.write_table(pa.table(arrays, schema=columns))


def numbers_to_bytes(names: Sequence[str], table: Floats, note: Mapping[str, Any]) -> bytes:
    """A table of numbers as Parquet.  table [column, row]; note: what it is of, as JSON."""
    columns = pa.schema([(name, pa.float64()) for name in names])
    columns = columns.with_metadata({NOTE: json.dumps(note, sort_keys=True).encode()})
    sink = pa.BufferOutputStream()
    pq.write_table(
        pa.table([pa.array(row) for row in table], schema=columns), sink, compression="zstd",
        use_dictionary=False, write_statistics=False, write_page_checksum=True,
    )  # fmt: skip
    return bytes(sink.getvalue())


def numbers_from_bytes(
    data: bytes, names: Sequence[str] | None = None
) -> tuple[tuple[str, ...], Floats]:
    """Names and numbers of a table, all or some columns of it.  [column, row]"""
    source = pq.ParquetFile(pa.BufferReader(data), page_checksum_verification=True)
    here = source.schema_arrow.names
    wanted = here if names is None else [name for name in names if name in here]
    table = source.read(columns=wanted, use_threads=False)
    rows = [table.column(name).to_numpy() for name in wanted]
    return tuple(wanted), np.stack(rows) if rows else np.zeros((0, table.num_rows))


def note_of(data: bytes) -> dict[str, Any]:
    """What is noted in a table of numbers."""
    found = pq.read_schema(pa.BufferReader(data)).metadata[NOTE]
    return dict(json.loads(found))


def read_numbers(paths: Sequence[Path], names: Sequence[str]) -> dict[str, Floats]:
    """Some columns of numbers of a dataset of several files, one after the other; NaN for an empty cell."""
    found: dict[str, list[Floats]] = {name: [] for name in names}
    for path in paths:
        table = pq.ParquetFile(path, page_checksum_verification=True).read(columns=list(names))
        for name in names:
            found[name].append(table.column(name).to_numpy().astype(np.float64))
    return {name: np.concatenate(columns) for name, columns in found.items()}


def read_lists(paths: Sequence[Path], name: str) -> Floats:
    """A column of equally long lists of numbers, of a dataset of several files.  [row, place]"""
    files = [pq.ParquetFile(path, page_checksum_verification=True) for path in paths]
    lists = pa.concat_tables([f.read([name]) for f in files]).column(name).combine_chunks()
    return np.asarray(lists.flatten().to_numpy().reshape(len(lists), -1))
