"""Every documented name is there, takes what it is documented to take, and has a test."""

import importlib
import importlib.util
import inspect
import pathlib

import pytest

HERE = pathlib.Path(__file__).parent


def load_table():
    spec = importlib.util.spec_from_file_location("api_table", HERE / "api_table.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module.API


ROWS = [(module, *row) for module, rows in load_table().items() for row in rows]

#: Where the two generations disagree the modern one decides, and these calls of the classic one
#: do not work.
GONE = {
    ("tornado.ioloop", "IOLoop.__init__", 2): "loops that are no asyncio loops",
    ("tornado.gen", "Runner.__init__", 2): "deactivation of a stack context",
    ("tornado.stack_context", "ExceptionStackContext.__init__", 2): "a private argument",
    ("tornado.stack_context", "StackContext.__init__", 2): "a private argument",
}

#: Documented by the other generation as a class, and by this one as a function that makes them.
FACTORIES = {("tornado.gen", "Multi")}


def find(module, name):
    thing = importlib.import_module(module)
    for part in name.split("."):
        thing = getattr(thing, part)
    return thing


def parameters(signature):
    """Return names, kinds and whether they have a default, without the object itself."""
    found = [
        (each.name, each.kind, each.default is not each.empty)
        for each in signature.parameters.values()
    ]
    return found[1:] if found and found[0][0] in {"self", "cls"} else found


def documented(text):
    namespace = {}
    exec(f"def function{text}: pass", namespace)
    return parameters(inspect.signature(namespace["function"]))


@pytest.mark.parametrize(
    ("module", "name", "generation", "kind", "where"),
    ROWS,
    ids=[f"{module[8:]}.{name}-{generation}" for module, name, generation, *_ in ROWS],
)
def test_the_name_is_there_and_is_tested(module, name, generation, kind, where):
    if (module, name.partition(".")[0]) in FACTORIES and generation == 2:
        pytest.skip("made by a function, see FACTORIES")
    if (module, name, generation) in GONE:
        pytest.skip(GONE[module, name, generation])
    thing = find(module, name)
    if kind.startswith("alias "):
        home, _, original = kind[len("alias ") :].rpartition(".")
        assert thing is find(home, original)
        return
    text = (HERE / where).read_text(encoding="utf-8")
    assert name.rpartition(".")[2].strip("_") in text or "__init__" in name
    if kind == "class":
        assert inspect.isclass(thing)
    elif kind.startswith("("):
        ours = parameters(inspect.signature(thing))
        assert accepts(ours, documented(kind)), (ours, kind)


def accepts(ours, theirs):
    """Tell whether every call of the one signature is a call of the other."""
    kinds = {kind for _, kind, _ in ours}
    by_name = {name: (kind, default) for name, kind, default in ours}
    positional = [name for name, kind, _ in ours if kind is inspect.Parameter.POSITIONAL_OR_KEYWORD]
    for place, (name, kind, default) in enumerate(theirs):
        if kind in {inspect.Parameter.VAR_POSITIONAL, inspect.Parameter.VAR_KEYWORD}:
            if kind not in kinds:
                return False
        elif name in by_name:
            if default and not by_name[name][1]:
                return False
            moved = kind is inspect.Parameter.POSITIONAL_OR_KEYWORD and (
                place >= len(positional) or positional[place] != name
            )
            if moved and inspect.Parameter.VAR_POSITIONAL not in kinds and name != "io_loop":
                return False
        elif inspect.Parameter.VAR_KEYWORD not in kinds:
            return False
    extra = {name for name, *_ in theirs}
    return all(
        default or kind in {inspect.Parameter.VAR_POSITIONAL, inspect.Parameter.VAR_KEYWORD}
        for name, kind, default in ours
        if name not in extra
    )
