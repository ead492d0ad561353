"""Reads a folder of files for analysts with DuckDB, pandas and polars: python read_files.py FOLDER

Each must find as many rows in every file as the manifest says, and together the same answers."""

import json
import sys
from pathlib import Path

import duckdb
import pandas
import polars

# What looks like a number and is none keeps its zeros, and positions that are texts in events stay so.
CODES = ["region", "parent", "county", "league"]


def of_duckdb(form, path):
    # Nothing is guessed from the first rows alone: a column may be empty for long.
    table = {
        "ndjson": f"read_json('{path}', format='newline_delimited', sample_size=-1)",
        "csv": f"read_csv('{path}', header=true, sample_size=-1)",
        "parquet": f"read_parquet('{path}')",
    }[form]
    return duckdb.sql(f"select * from {table}").pl()


def of_pandas(form, path):
    return {
        "ndjson": lambda: pandas.read_json(path, lines=True, dtype=False),
        "csv": lambda: pandas.read_csv(path, dtype={code: str for code in CODES}),
        "parquet": lambda: pandas.read_parquet(path),
    }[form]()


def of_polars(form, path):
    return {
        "ndjson": lambda: polars.read_ndjson(path, infer_schema_length=None),
        "csv": lambda: polars.read_csv(path, infer_schema_length=None),
        "parquet": lambda: polars.read_parquet(path),
    }[form]()


READERS = {"duckdb": of_duckdb, "pandas": of_pandas, "polars": of_polars}


def answers(what, form, frame):
    """What a file says, the same whoever reads it: rows, and a sum or a last position."""
    if what == "events":
        positions = frame["id" if form == "ndjson" else "position"]
        return len(frame), int(positions.iloc[-1] if hasattr(positions, "iloc") else positions[-1])
    if what == "people":
        return len(frame), int(frame["in_scope"].sum())
    return len(frame), int(frame["complete"].sum())


def main(folder):
    manifest = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
    assert manifest["isComplete"], "the export was cut off"
    form = manifest["contents"]["format"]
    of_whole = {}
    for name, read in READERS.items():
        events, head = 0, 0
        for file in manifest["files"]:
            rows, says = answers(file["what"], form, read(form, str(folder / file["name"])))
            assert rows == file["count"], (name, file["name"], rows, file["count"])
            if file["what"] == "events":
                assert says == int(file["last"]), (name, file["name"], says, file["last"])
                events, head = events + rows, says
            else:
                assert of_whole.setdefault(file["what"], says) == says, (name, file["name"], says)
        assert events == head == int(manifest["head"]), (name, events, head)
        print(f"ok: {name} reads {form}", flush=True)
    print(f"{form}: {events} events; in scope, and complete over all rows: {of_whole}", flush=True)


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit("usage: python read_files.py FOLDER")
    main(Path(sys.argv[1]))
