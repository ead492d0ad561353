"""Draws how far each league and city is, month by month, its counties behind it:
python progress_chart.py FOLDER PICTURE

The folder is one of `sigeyi export --format csv`. Needs a font with Chinese, such as Debian's fonts-wqy-microhei."""

import json
import sys
from pathlib import Path

import matplotlib

matplotlib.use("Agg")
import matplotlib.pyplot as plot
import pandas
from matplotlib import font_manager
from PIL import Image

PLAN = "nmg-2022-2024"
FONTS = ["WenQuanYi Micro Hei", "Noto Sans CJK SC", "Source Han Sans SC"]
COLUMNS, ROWS = 4, 3


def share(rows):
    """Percent of those in scope; nothing where a figure is withheld or nobody is in scope."""
    return rows["complete"] / rows["in_scope"].where(rows["in_scope"] > 0) * 100


def main(folder, picture):
    manifest = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
    codes = {"region": str, "parent": str}
    rows = pandas.read_csv(folder / "progress.csv", dtype=codes, parse_dates=["as_of"])
    rows = rows[rows["plan"] == PLAN]
    rows = rows.assign(share=share(rows))
    leagues = rows[rows["level"] == "prefecture"][["region", "region_name"]].drop_duplicates()

    there = {font.name for font in font_manager.fontManager.ttflist}
    fonts = [font for font in FONTS if font in there] or ["sans-serif"]
    plot.rcParams.update({"font.family": fonts, "font.size": 9, "axes.unicode_minus": False})
    figure, panels = plot.subplots(ROWS, COLUMNS, figsize=(11, 7), sharex=True, sharey=True)
    whole = rows[rows["level"] == "province"]
    for panel, (code, name) in zip(panels.flat, leagues.itertuples(index=False), strict=True):
        for _, county in rows[rows["parent"] == code].groupby("region"):
            panel.plot(county["as_of"], county["share"], color="#c3cbd6", linewidth=0.7)
        panel.plot(whole["as_of"], whole["share"], color="#6b7280", linewidth=1, linestyle="--")
        league = rows[rows["region"] == code]
        panel.plot(league["as_of"], league["share"], color="#0b6e4f", linewidth=2)
        panel.set_title(f"{name}  {league['share'].iloc[-1]:.0f}%", fontsize=10, loc="left")
        panel.set_ylim(0, 100)
        panel.grid(alpha=0.25)
        panel.xaxis.set_major_locator(matplotlib.dates.YearLocator())
        panel.xaxis.set_major_formatter(matplotlib.dates.DateFormatter("%Y"))
    note = "合成数据，人员均为虚构 · synthetic data, every person is invented" if manifest["contents"]["isSynthetic"] else ""
    figure.suptitle(
        "四项服务全部完成的比例（占在范围人员，%）· share of those in scope with all four services\n"
        f"绿：盟市 league or city · 灰：旗县 its counties · 虚线：全区 the whole region        {note}",
        fontsize=10,
    )
    figure.tight_layout()
    figure.savefig(picture, dpi=90)
    # A few colours are enough, in a third of the bytes.
    Image.open(picture).convert("RGB").quantize(64).save(picture, optimize=True)


if __name__ == "__main__":
    if len(sys.argv) != 3:
        sys.exit("usage: python progress_chart.py FOLDER PICTURE")
    main(Path(sys.argv[1]), Path(sys.argv[2]))
