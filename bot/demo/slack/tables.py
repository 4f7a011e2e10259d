"""The blocks that hold data: table, data_table, data_visualization."""

from bot.demo.slack import shapes
from bot.demo.slack.check import Check
from bot.demo.slack.shapes import Json

TABLE_ROWS, TABLE_CELLS, TABLE_CHARS = 100, 20, 10_000
DATA_ROWS, DATA_CHARS = 201, 20_000
CHARTS, SERIES, SEGMENTS, POINTS = 2, 6, 12, 20
_ALIGN = ("left", "center", "right")


def table(check: Check, block: Json, *, at: str) -> None:
    """A table: at most 100 rows of 20 cells, 10,000 characters over all tables."""
    if not check.rules.tables:
        check.say(f"{at}/type", "unsupported type: table")
        return
    check.keys(block, at, needed=("rows",), allowed=("block_id", "column_settings"))
    if "column_settings" in block:
        place = f"{at}/column_settings"
        settings = check.count(block["column_settings"], place, low=1, high=TABLE_CELLS)
        for index, one in enumerate(settings):
            if one is None:
                continue
            value = shapes.obj(one)
            allowed = ("align", "is_wrapped")
            check.keys(value, f"{place}/{index}", needed=(), allowed=allowed)
            check.choice(value, "align", at=f"{place}/{index}", among=_ALIGN)
            check.flag(value, "is_wrapped", at=f"{place}/{index}")
    check.table_chars += _rows(check, block, at=at, high=TABLE_ROWS)
    if check.table_chars > TABLE_CHARS:
        check.say(f"{at}/rows", f"tables hold more than {TABLE_CHARS} characters together")


def data_table(check: Check, block: Json, *, at: str) -> None:
    """A data table: a header and 1–200 rows, 20 columns, 20,000 characters in a message."""
    if not check.rules.native_data_blocks or check.surface == "modal":
        check.say(f"{at}/type", "unsupported type: data_table")
        return
    allowed = ("block_id", "page_size", "row_header_column_index")
    check.keys(block, at, needed=("rows", "caption"), allowed=allowed)
    check.string(block, "caption", at=at, high=3000)
    size = block.get("page_size", 5)
    if not isinstance(size, int) or not 1 <= size <= 100:  # noqa: PLR2004
        check.say(f"{at}/page_size", "must be between 1 and 100")
    check.data_chars += _rows(check, block, at=at, high=DATA_ROWS)
    rows = shapes.items(block.get("rows"))
    if len(rows) == 1:
        check.say(f"{at}/rows", "no fewer than 2 items allowed")
    if len({len(shapes.items(row)) for row in rows}) > 1:
        check.say(f"{at}/rows", "all rows must have the same number of cells")
    for index, cell in enumerate(shapes.objects(rows[0] if rows else [])):
        if cell.get("type") == "rich_text":
            check.say(f"{at}/rows/0/{index}/type", "rich_text is not allowed in a header")
    if check.data_chars > DATA_CHARS:
        check.say(f"{at}/rows", f"data tables hold more than {DATA_CHARS} characters")


def _rows(check: Check, block: Json, *, at: str, high: int) -> int:
    """Check rows and cells; returns the characters in them."""
    chars = 0
    for index, row in enumerate(check.count(block.get("rows"), f"{at}/rows", low=1, high=high)):
        place = f"{at}/rows/{index}"
        for number, cell in enumerate(check.count(row, place, low=1, high=TABLE_CELLS)):
            chars += _cell(check, cell, at=f"{place}/{number}")
    return chars


def _cell(check: Check, value: object, *, at: str) -> int:
    cell = shapes.obj(value)
    match cell.get("type"):
        case "raw_text":
            check.keys(cell, at, needed=("text",), allowed=())
            check.string(cell, "text", at=at, high=TABLE_CHARS)
            return len(shapes.text(cell, "text"))
        case "raw_number":
            check.keys(cell, at, needed=("value",), allowed=("text",))
            if not shapes.is_number(cell.get("value")):
                check.say(f"{at}/value", "must be a number")
            return len(shapes.text(cell, "text")) or len(str(cell.get("value")))
        case "rich_text":
            check.keys(cell, at, needed=("elements",), allowed=("block_id",))
            check.count(cell.get("elements"), f"{at}/elements", low=1, high=1000)
            return sum(len(shapes.text(part, "text")) for part in shapes.walk(cell))
        case other:
            check.say(f"{at}/type", f"unsupported type: {other}")
            return 0


def chart(check: Check, block: Json, *, at: str) -> None:
    """A native chart: messages only, two of them, every series with every category."""
    if not check.rules.native_data_blocks or check.surface != "message":
        check.say(f"{at}/type", "unsupported type: data_visualization")
        return
    check.charts += 1
    if check.charts > CHARTS:
        check.say(at, f"no more than {CHARTS} data_visualization blocks allowed")
    check.keys(block, at, needed=("title", "chart"), allowed=("block_id",))
    check.string(block, "title", at=at, high=50)
    drawn = shapes.obj(block.get("chart"))
    place = f"{at}/chart"
    match drawn.get("type"):
        case "pie":
            _pie(check, drawn, at=place)
        case "line" | "bar" | "area":
            _series(check, drawn, at=place)
        case other:
            check.say(f"{place}/type", f"unsupported type: {other}")


def _pie(check: Check, drawn: Json, *, at: str) -> None:
    check.keys(drawn, at, needed=("segments",), allowed=())
    found = check.count(drawn.get("segments"), f"{at}/segments", low=1, high=SEGMENTS)
    for index, value in enumerate(found):
        segment, place = shapes.obj(value), f"{at}/segments/{index}"
        check.keys(segment, place, needed=("label", "value"), allowed=())
        check.string(segment, "label", at=place, high=20)
        size = segment.get("value")
        if not shapes.is_number(size) or size <= 0:
            check.say(f"{place}/value", "must be a number greater than 0")


def _series(check: Check, drawn: Json, *, at: str) -> None:
    check.keys(drawn, at, needed=("series", "axis_config"), allowed=())
    axis, place = shapes.obj(drawn.get("axis_config")), f"{at}/axis_config"
    check.keys(axis, place, needed=("categories",), allowed=("x_label", "y_label"))
    for key in ("x_label", "y_label"):
        check.string(axis, key, at=place, high=50)
    categories = check.count(axis.get("categories"), f"{place}/categories", low=1, high=POINTS)
    for index, label in enumerate(categories):
        check.length(len(str(label)), f"{place}/categories/{index}", low=1, high=20)
    names: list[str] = []
    found = check.count(drawn.get("series"), f"{at}/series", low=1, high=SERIES)
    for index, value in enumerate(found):
        one = shapes.obj(value)
        names.append(shapes.text(one, "name"))
        _one_series(check, one, at=f"{at}/series/{index}", categories=categories)
    if len(set(names)) != len(names):
        check.say(f"{at}/series", "series names must be unique")


def _one_series(check: Check, one: Json, *, at: str, categories: list[object]) -> None:
    check.keys(one, at, needed=("name", "data"), allowed=())
    check.string(one, "name", at=at, high=20)
    labels: list[object] = []
    for index, value in enumerate(check.count(one.get("data"), f"{at}/data", low=1, high=POINTS)):
        point, place = shapes.obj(value), f"{at}/data/{index}"
        check.keys(point, place, needed=("label", "value"), allowed=())
        check.string(point, "label", at=place, high=20)
        if not shapes.is_number(point.get("value")):
            check.say(f"{place}/value", "must be a number")
        labels.append(point.get("label"))
    if labels and labels != categories:
        check.say(f"{at}/data", "labels must match axis_config.categories, each exactly once")
