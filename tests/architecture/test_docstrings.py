"""Docstrings are contracts (STYLE 6), so what is public has one."""

import ast
from collections.abc import Iterator

from codebase import CORE, Function, Module, checks, product


def undocumented(module: Module) -> Iterator[str]:
    for node in module.tree.body:
        if not isinstance(node, (ast.ClassDef, *Function.__args__)) or node.name.startswith("_"):
            continue
        if not ast.get_docstring(node):
            yield f"{module.place}:{node.lineno} {node.name}"
        if isinstance(node, ast.ClassDef) and is_port(node):
            yield from undocumented_promises(module, node)


def is_port(node: ast.ClassDef) -> bool:
    return any(ast.unparse(base).startswith("Protocol") for base in node.bases)


def undocumented_promises(module: Module, port: ast.ClassDef) -> Iterator[str]:
    for node in port.body:
        if isinstance(node, Function) and not node.name.startswith("__") and not ast.get_docstring(node):
            yield f"{module.place}:{node.lineno} {port.name}.{node.name}"


def test_every_module_says_what_it_is_for() -> None:
    found = [module.place for module in (*product(), *checks()) if not ast.get_docstring(module.tree)]
    assert not found, "\n".join(found)


def test_every_public_function_class_and_port_of_the_core_has_a_contract() -> None:
    core = [module for module in product() if module.package in CORE]
    found = [where for module in core for where in undocumented(module)]
    assert not found, "\n".join(found)


def test_a_docstring_opens_with_a_line_that_stands_alone() -> None:
    open_ended = []
    for module in product():
        text = ast.get_docstring(module.tree) or ""
        first, _, rest = text.partition("\n")
        if rest and not first.rstrip().endswith((".", ":", ";", ",")) and not rest.startswith("\n"):
            continue  # one sentence over two lines
        if not text.split("\n\n")[0].rstrip().endswith((".", ":", "!", "?")):
            open_ended.append(module.place)
    found = open_ended
    assert not found, "\n".join(found)
