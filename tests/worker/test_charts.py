import struct

import pytest

from bot import errors
from bot.domain import delivery
from bot.worker import charts


@pytest.mark.parametrize(
    ("labels", "values"),
    [
        ((), ()),
        (("16 Nov",), (0.0,)),
        (("9 Nov", "16 Nov"), (-3.5, 1e12)),
        (tuple(f"{day} Nov" for day in range(1, 31)), tuple(float(day) for day in range(30))),
        (("<b>&amp;</b>", "\u202e16 Nov"), (1.0, 2.0)),
    ],
)
def test_a_trend_is_a_png_of_double_size(
    labels: tuple[str, ...], values: tuple[float, ...]
) -> None:
    trend = delivery.Trend(title="Revenue, k€ <&>", labels=labels, values=values, alt="Revenue")
    png = charts.draw(trend)
    assert png.startswith(b"\x89PNG\r\n\x1a\n")
    assert struct.unpack(">II", png[16:24]) == (1400, 680)
    assert len(png) < 200_000


def test_without_fonts_there_is_no_chart_rather_than_one_without_figures() -> None:
    trend = delivery.Trend(title="Revenue", labels=("16 Nov",), values=(1.0,), alt="Revenue")
    with pytest.raises(errors.RunError) as caught:
        charts.draw(trend, system_fonts=False)
    assert "no fonts" in caught.value.failure.params["fault"]
