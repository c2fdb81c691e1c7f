"""How a function becomes a verb of the command line; in which module each verb stands says the table of `cli`."""

from collections.abc import Callable
from importlib import import_module
from typing import NamedTuple, TypeVar

F = TypeVar("F", bound=Callable[..., None])


class Verb(NamedTuple):
    """A function that typer runs, and its help, which ends with an example."""

    function: Callable[..., None]
    help: str


_VERBS: dict[tuple[str, str], Verb] = {}  # by module and verb


def verb(help: str, module: str = "") -> Callable[[F], F]:
    """Make a function a verb: its name is the verb's, `return_` → return, `goods_back` → goods-back.

    `module` is the verb's own, if another one defines the function.
    """

    def register(function: F) -> F:
        place = module or function.__module__.rpartition(".")[2]
        _VERBS[place, function.__name__.rstrip("_").replace("_", "-")] = Verb(function, help)
        return function

    return register


def verb_of(module: str, name: str) -> Verb:
    """The verb `name` of a module of commands, which is imported now."""
    import_module(f"crmkit.commands.{module}")
    return _VERBS[module, name]


def verbs_of(module: str) -> dict[str, Verb]:
    """Every verb of a module of commands, in the order of the file."""
    import_module(f"crmkit.commands.{module}")
    return {name: one for (place, name), one in _VERBS.items() if place == module}
