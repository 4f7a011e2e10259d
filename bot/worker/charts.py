"""One trend → a PNG that reads on a phone: bars from zero, every value written, the last strong.

The letters are the machine's own. Where it has none the renderer leaves them out and says nothing,
and bars without figures are no chart: then there is none, and the post says it in words.
"""

import sys
from importlib import import_module
from typing import Protocol, cast

import resvg_py

from bot import errors
from bot.domain import delivery, run

_WIDTH, _HEIGHT = 700, 340
_ZOOM = 2
"""Twice the pixels, for screens that show them."""
_MOST_VALUES = 13
"""Beyond so many points the written values would touch; the axis tells them then."""
_MOST_LABELS = 9
_INK, _PAPER, _FAINT, _LINE = "#1d1c1d", "#ffffff", "#d9d9dc", "#1264a3"
_PALE = "#9dc3e0"
_FONT = "DejaVu Sans, Liberation Sans, Noto Sans, Arial, sans-serif"


class _Chart(Protocol):
    """What we use of pygal's charts, which are not typed."""

    x_labels: list[str]

    def add(self, title: str, values: list[dict[str, object]], /) -> object:
        """Add a series."""
        ...

    def render(self, *, is_unicode: bool) -> str:
        """Draw it as SVG."""
        ...


class _MakeChart(Protocol):
    def __call__(self, **options: object) -> _Chart: ...


class _MakeStyle(Protocol):
    def __call__(self, **options: object) -> object: ...


_LETTER = (
    '<svg xmlns="http://www.w3.org/2000/svg" width="20" height="20">'
    f'<text x="2" y="16" font-family="{_FONT}" font-size="15">{{}}</text></svg>'
)


def draw(trend: delivery.Trend, *, system_fonts: bool = True) -> bytes:
    """Return the PNG of a trend, 1400 pixels wide; raises RunError where there are no fonts."""
    if not _writes(system_fonts=system_fonts):
        raise errors.RunError(
            run.Failure(
                code=run.FailureCode.CONFIGURATION,
                params={"fault": "this machine has no fonts to write with"},
            )
        )
    written = len(trend.values) <= _MOST_VALUES
    bar, style = _pygal()
    chart = bar(
        width=_WIDTH,
        height=_HEIGHT,
        title=trend.title,
        style=_styled(style),
        show_legend=False,
        show_y_guides=not written,
        show_y_labels=not written,
        print_values=written,
        print_values_position="top",
        formatter=_figure,
        max_scale=5,
        truncate_label=-1,
        margin=18,
        spacing=14,
        range=_range(trend.values),
        js=(),
        pretty_print=False,
        disable_xml_declaration=True,
    )
    chart.x_labels = _thinned(trend.labels)
    last = len(trend.values) - 1
    shades = (_LINE if index == last else _PALE for index in range(last + 1))
    chart.add("", [{"value": v, "color": c} for v, c in zip(trend.values, shades, strict=True)])
    return resvg_py.svg_to_bytes(
        svg_string=chart.render(is_unicode=True), zoom=_ZOOM, background=_PAPER
    )


def _writes(*, system_fonts: bool) -> bool:
    """Whether a letter leaves a trace."""
    seen, blank = (
        resvg_py.svg_to_bytes(svg_string=_LETTER.format(letter), skip_system_fonts=not system_fonts)
        for letter in ("8", "")
    )
    return seen != blank


def _thinned(labels: tuple[str, ...]) -> list[str]:
    """Every label, or every second, third, … counted from the last, so that none touch."""
    step = -(-len(labels) // _MOST_LABELS)
    last = len(labels) - 1
    return [label if (last - index) % step == 0 else "" for index, label in enumerate(labels)]


def _figure(value: float) -> str:
    return f"{value:,.4g}" if abs(value) < 1_000_000 else f"{value:,.0f}"  # noqa: PLR2004


def _range(values: tuple[float, ...]) -> tuple[float, float]:
    """From zero, so that bars are as long as they mean; room above for the written values."""
    low, high = min(0.0, *values, 0.0), max(0.0, *values, 0.0)
    room = (high - low) or 1.0
    return (low - (room * 0.1 if low else 0), high + room * 0.12)


def _pygal() -> tuple[_MakeChart, _MakeStyle]:
    """Import it without the hook it leaves in ``sys.meta_path``, which no Python calls any more."""
    library, styles = import_module("pygal"), import_module("pygal.style")
    sys.meta_path[:] = [hook for hook in sys.meta_path if hasattr(hook, "find_spec")]
    return cast("_MakeChart", library.Bar), cast("_MakeStyle", styles.Style)


def _styled(make: _MakeStyle) -> object:
    return make(
        background=_PAPER,
        plot_background=_PAPER,
        foreground=_INK,
        foreground_strong=_INK,
        foreground_subtle=_FAINT,
        colors=(_LINE,),
        guide_stroke_color=_FAINT,
        guide_stroke_dasharray="1,0",
        major_guide_stroke_dasharray="1,0",
        font_family=_FONT,
        value_font_family=_FONT,
        label_font_family=_FONT,
        title_font_family=_FONT,
        title_font_size=20,
        label_font_size=15,
        major_label_font_size=15,
        value_font_size=15,
        value_colors=(_INK,),
        opacity="1",
    )
