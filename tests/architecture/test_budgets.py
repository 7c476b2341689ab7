"""Everything is small enough to hold in the head (STYLE 9)."""

import ast
from collections import Counter
from collections.abc import Iterator

import pytest
from codebase import ROOT, Function, Module, checks, product

FILE_LINES_MAX = 400
FUNCTION_LINES_MAX = 70
PARAMETERS_MAX = 5
OF_A_KIND_MAX = 2

WRITTEN_BY_MACHINE = "cdp/migrations/versions/"
BY_NAME = {"command", "callback", "get", "post", "put", "patch", "delete"}
"""Decorators of Typer and FastAPI, which read options and requests from parameters and pass them by name."""


def everywhere() -> list[Module]:
    return [module for module in (*product(), *checks()) if not module.place.startswith(WRITTEN_BY_MACHINE)]


def too_long(modules: list[Module], lines_max: int) -> list[str]:
    return [f"{module.place}: {lines} lines" for module in modules if (lines := module.text.count("\n")) > lines_max]


def long_functions(module: Module) -> list[str]:
    return [
        f"{module.place}:{function.lineno} {function.name}: {length} lines"
        for function in module.functions()
        if (length := (function.end_lineno or function.lineno) - function.lineno + 1) > FUNCTION_LINES_MAX
    ]


def positional(function: Function) -> list[ast.arg]:
    arguments = [*function.args.posonlyargs, *function.args.args]
    return arguments[1:] if arguments and arguments[0].arg in {"self", "cls"} else arguments


def passed_by_name(function: Function) -> bool:
    calls = [node.func for node in function.decorator_list if isinstance(node, ast.Call)]
    return any(isinstance(called, ast.Attribute) and called.attr in BY_NAME for called in calls)


def overloaded(module: Module) -> Iterator[str]:
    for function in module.functions():
        if passed_by_name(function):
            continue
        arguments = positional(function)
        kinds = Counter(ast.unparse(argument.annotation) for argument in arguments if argument.annotation)
        where = f"{module.place}:{function.lineno} {function.name}"
        if len(arguments) > PARAMETERS_MAX:
            yield f"{where}: {len(arguments)} positional parameters"
        for kind, count in kinds.items():
            if count > OF_A_KIND_MAX and not function.name.startswith("_"):
                yield f"{where}: {count} positional parameters of the kind {kind}; make them keyword-only"


def test_no_file_is_longer_than_400_lines() -> None:
    found = too_long(everywhere(), FILE_LINES_MAX)
    assert not found, "\n".join(found)


def test_no_function_is_longer_than_70_lines() -> None:
    found = [where for module in everywhere() for where in long_functions(module)]
    assert not found, "\n".join(found)


def test_no_function_takes_parameters_that_can_be_swapped_unseen() -> None:
    found = [where for module in product() for where in overloaded(module)]
    assert not found, "\n".join(found)


@pytest.mark.parametrize(
    "source",
    [
        "def f(a, b, c, d, e, f): ...",
        "def f(a: str, b: str, c: str): ...",
        "class A:\n    def f(self, a: int, b: int, c: int): ...",
    ],
)
def test_the_rule_on_parameters_bites(source: str) -> None:
    module = Module(ROOT / "identity/rule.py", source, ast.parse(source))
    assert list(overloaded(module))


@pytest.mark.parametrize(
    "source", ["def f(a, b, c, d, e, *, f, g): ...", "def f(a: str, b: str, *, c: str): ...", "f = lambda a: a"]
)
def test_the_rule_on_parameters_lets_keywords_pass(source: str) -> None:
    module = Module(ROOT / "identity/rule.py", source, ast.parse(source))
    assert list(overloaded(module)) == []
