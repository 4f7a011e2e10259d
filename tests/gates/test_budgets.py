"""The size budgets: a gate, not a wish. When a file outgrows its room, move walls."""

import ast
import re

from tests.gates import source

FILE_LINES = 350
FUNCTION_LINES = 45
NESTING = 3
PARAMETERS = 5
POSITIONAL = 2
BROAD_EXCEPTS = {
    "bot/worker/__main__.py": "the worker's main: whatever happens becomes an outcome",
    "bot/bulkhead.py": "one step must not stop the others",
    "bot/kinds/installed.py": "another package's kind must not stop ours",
    "handlers/errors.py": "Bolt's error handler answers the person",
    "bot/process.py": "the process's main",
    "bot/guard/broker.py": "one run's trouble must not end the way out of the others",
    "bot/guard/template.py": "a copy of the template must never return into it",
}
PRODUCT = ("bot", "handlers")
ALL = ("bot", "handlers", "tests", "bench")


def test_files_fit_their_room() -> None:
    over = {
        module.name: lines
        for module in source.modules(*ALL)
        if (lines := module.text.count("\n")) > FILE_LINES
    }
    assert not over


def test_functions_are_short() -> None:
    over = {
        f"{module.name}:{function.name}": lines
        for module in source.modules(*ALL)
        for function in source.functions(module)
        if (lines := source.code_lines(function)) > FUNCTION_LINES
    }
    assert not over


def test_blocks_are_shallow() -> None:
    over = {
        f"{module.name}:{function.name}": deep
        for module in source.modules(*PRODUCT)
        for function in source.functions(module)
        if (deep := source.depth(function)) > NESTING
    }
    assert not over


def _parameters(function: source.Function) -> tuple[int, int]:
    arguments = function.args
    positional = [
        one.arg
        for one in (*arguments.posonlyargs, *arguments.args)
        if one.arg not in {"self", "cls"}
    ]
    return len(positional), len(positional) + len(arguments.kwonlyargs)


def _injected(module: source.Module) -> bool:
    """Bolt fills a handler's parameters by name: their order and number are its own."""
    return module.name.startswith("handlers/")


def test_parameters_are_few_and_named() -> None:
    over = {
        f"{module.name}:{function.name}": counts
        for module in source.modules(*PRODUCT)
        if not _injected(module)
        for function in source.functions(module)
        if (counts := _parameters(function))[1] > PARAMETERS + 1 * (function.name == "__init__")
        or counts[0] > POSITIONAL + 1 * (function.name.startswith("__"))
    }
    assert not over


def test_broad_excepts_stand_at_the_borders_only() -> None:
    found = {
        module.name
        for module in source.modules(*PRODUCT)
        for node in ast.walk(module.tree)
        if isinstance(node, ast.ExceptHandler)
        and (
            node.type is None
            or (isinstance(node.type, ast.Name) and node.type.id in {"Exception", "BaseException"})
        )
    }
    assert found <= set(BROAD_EXCEPTS)


def test_imports_stand_at_the_top() -> None:
    """Ours always; a heavy library may be imported by the run that needs it."""
    late = [
        f"{module.name}:{node.lineno}"
        for module in source.modules(*PRODUCT)
        for function in source.functions(module)
        for node in ast.walk(function)
        if isinstance(node, ast.ImportFrom)
        and (node.module or "").split(".")[0] in {"bot", "handlers"}
    ]
    assert not late


_ALIVE = re.compile(r"^[A-Za-z_]\w*(?:: [^=]+)? = (?:asyncio|sqlite3|aiohttp|AsyncApp|Settings)\b")


def test_nothing_lives_at_module_level() -> None:
    alive = [
        f"{module.name}:{number}"
        for module in source.modules(*PRODUCT)
        for number, line in enumerate(module.text.splitlines(), 1)
        if _ALIVE.match(line)
    ]
    assert not alive


def test_waivers_are_rare() -> None:
    lines = sum(module.text.count("\n") for module in source.modules(*PRODUCT))
    text = "\n".join(module.text for module in source.modules(*PRODUCT))
    ignores = len(re.findall(r"#\s*(?:type|pyright): ignore", text))
    loose = len(re.findall(r"\bAny\b(?!\w)", "\n".join(_annotations())))
    assert ignores <= max(lines / 1000, 3)
    assert loose <= max(lines / 1000, 3)


def _annotations() -> list[str]:
    return [
        ast.unparse(node.annotation)
        for module in source.modules(*PRODUCT)
        for node in ast.walk(module.tree)
        if isinstance(node, (ast.arg, ast.AnnAssign)) and node.annotation is not None
    ]


def test_file_names_are_one_word() -> None:
    names = [
        module.name
        for module in source.modules(*PRODUCT)
        if not re.fullmatch(r"(?:__\w+__|[a-z0-9]+)\.py", module.name.rsplit("/", 1)[-1])
    ]
    assert not names


def test_mocks_are_rare() -> None:
    suite = [module for module in source.modules("tests") if "gates" not in module.name]
    mocks = sum(
        len(re.findall(r"\b(?:Mock|MagicMock|AsyncMock|patch|create_autospec)\(", module.text))
        for module in suite
    )
    tests = sum(
        function.name.startswith("test_")
        for module in suite
        for function in source.functions(module)
    )
    assert mocks <= tests * 2 / 100
