"""`help` shows what the stubs say: there is one text, in two places."""

import ast
import importlib
import inspect
import pkgutil
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType

import pytest

import heap_identity

PACKAGE = Path(heap_identity.__file__).parent
STUBS = sorted((PACKAGE / "_core").rglob("*.pyi"))


def part_of(stub: Path) -> str:
    names = stub.relative_to(PACKAGE).with_suffix("").parts
    return ".".join(("heap_identity", *(name for name in names if name != "__init__")))


def documented(body: list[ast.stmt], within: object, name: str) -> Iterator[tuple[str, object, str]]:
    """What is public in a stub: its name, what it is, and its text. What makes an object is part of the text of its class."""
    for node in body:
        match node:
            case ast.ClassDef():
                initialisers = [part for part in node.body if isinstance(part, ast.FunctionDef) and part.name == "__new__"]
                texts = [ast.get_docstring(node), *map(ast.get_docstring, initialisers)]
                made = getattr(within, node.name)
                yield f"{name}.{node.name}", made, "\n\n".join(text for text in texts if text)
                yield from documented(node.body, made, f"{name}.{node.name}")
            case ast.FunctionDef() if not node.name.startswith("__"):
                yield f"{name}.{node.name}", inspect.getattr_static(within, node.name), ast.get_docstring(node) or ""


def is_property(member: object) -> bool:
    return inspect.isdatadescriptor(member)


@pytest.mark.parametrize("stub", STUBS, ids=part_of)
def test_what_help_shows_is_what_the_stub_says(stub: Path) -> None:
    part = part_of(stub)
    module = importlib.import_module(part)
    for name, member, text in documented(ast.parse(stub.read_text(encoding="utf-8")).body, module, part):
        shown = inspect.getdoc(member.__func__ if isinstance(member, staticmethod) else member) or ""
        assert shown == text, name
        assert text or is_property(member), f"{name} says nothing of itself"


def modules() -> Iterator[str]:
    yield "heap_identity"
    for found in pkgutil.walk_packages(heap_identity.__path__, "heap_identity."):
        if not any(part.startswith("_") for part in found.name.split(".")):
            yield found.name


def own(module: ModuleType) -> Iterator[tuple[str, object]]:
    for name, value in vars(module).items():
        is_public = not name.startswith("_") and (inspect.isclass(value) or inspect.isfunction(value))
        if is_public and value.__module__ == module.__name__:
            yield name, value


@pytest.mark.parametrize("name", list(modules()))
def test_every_module_class_and_function_says_what_it_is(name: str) -> None:
    module = importlib.import_module(name)
    silent = [what for what, value in own(module) if not inspect.getdoc(value)]
    assert module.__doc__ and not silent
