"""The Jinja environment for templates from the network: no attribute, call or operator that was not thought
of, and a budget of work. It runs on the event loop, so nothing in it may take long.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import date
from functools import wraps
from itertools import islice
from typing import Any, ClassVar

from jinja2 import TemplateError, Undefined, nodes, pass_context
from jinja2.runtime import Context
from jinja2.sandbox import ImmutableSandboxedEnvironment
from jinja2.utils import Namespace, _PassArg
from jinja2.visitor import NodeTransformer

from .allowed import BUILT_IN, METHODS
from .bounded import MOST_VALUES, Budget, Refused, fitting, matching, narrow
from .functions import FILTERS, FUNCTIONS, REGEX, TESTS, replaced, strftime, text_format

LONGEST = 4 * 1024
"""Characters of a template; the longest seen has two thousand."""
DEEPEST = 60
WRONG = (TemplateError, SyntaxError, ValueError, RecursionError, OverflowError, MemoryError, TypeError)
"""What compiling a text that is no template can raise."""
NO_STATEMENTS = (
    nodes.Macro, nodes.CallBlock, nodes.FilterBlock, nodes.AssignBlock, nodes.Block, nodes.Extends,
    nodes.Include, nodes.Import, nodes.FromImport,
)  # fmt: skip


class Weighing(NodeTransformer):
    """Sends what could grow or take long through the environment's own filters."""

    def visit_List(self, node: nodes.Node) -> nodes.Node:
        """New lists are weighed, so that none holds another a million times."""
        self.generic_visit(node)
        return _filtered(node, "_weighed") if getattr(node, "ctx", "load") == "load" else node

    visit_Tuple = visit_Dict = visit_List

    def visit_Compare(self, node: nodes.Compare) -> nodes.Node:
        """Comparing takes as long as its sides are large."""
        self.generic_visit(node)
        node.expr = _filtered(node.expr, "_weighed")
        for operand in node.ops:
            operand.expr = _filtered(operand.expr, "_weighed")
        return node

    def visit_Concat(self, node: nodes.Concat) -> nodes.Node:
        """``~`` has no hook of its own."""
        self.generic_visit(node)
        return _filtered(nodes.List(node.nodes, lineno=node.lineno), "_joined")

    def visit_For(self, node: nodes.For) -> nodes.Node:
        """Every round counts."""
        self.generic_visit(node)
        if node.recursive:
            raise Refused("it has a recursive loop")
        node.iter = _filtered(node.iter, "_counted")
        return node


def _filtered(node: Any, name: str) -> nodes.Filter:
    return nodes.Filter(node, name, [], [], None, None, lineno=node.lineno)


class Sandbox(ImmutableSandboxedEnvironment):
    """Compiles and runs templates within a budget; the loop is never held for more than some milliseconds."""

    intercepted_binops: ClassVar[frozenset[str]] = frozenset(["+", "-", "*", "/", "//", "%", "**"])  # type: ignore[misc]

    def __init__(self) -> None:
        self.budget = Budget()
        super().__init__(
            extensions=["jinja2.ext.do", "jinja2.ext.loopcontrols"],
            optimized=False,
            finalize=self._shown,
            cache_size=0,
        )
        own = {name: self._metered(self.filters[name]) for name in BUILT_IN}
        own |= {name: self._metered(function, name in REGEX) for name, function in FILTERS.items()}
        own |= {"_weighed": self._metered(lambda value: value), "_joined": self._metered(_joined)}
        own["_counted"] = self._counted
        self.filters = own
        tests: dict[str, Any] = {**self.tests, **TESTS}
        self.tests = {name: self._metered(test, name in REGEX) for name, test in tests.items()}
        # A filter named like a test would be a way around the list.
        del self.tests["filter"], self.tests["test"]
        self.globals = {**FUNCTIONS, "namespace": Namespace}

    def compiled(self, source: str) -> Callable[[Mapping[str, Any]], str]:
        """A template as a function of its variables.

        Raises:
            Refused: it is no template, or one that may not run here; the function raises it, too, and
                what the template's own mistakes raise.
        """
        _short(source)
        try:
            tree = self.parse(source)
            if found := next(tree.find_all(NO_STATEMENTS), None):
                raise Refused(f"it has a {type(found).__name__}")
            if _depth(tree) > DEEPEST:
                raise Refused("it is nested too deep")
            template = self.template_class.from_code(
                self, self.compile(Weighing().visit(tree)), self.make_globals(None), None
            )
        except Refused:
            raise
        except WRONG as error:
            raise Refused(f"it is no template: {str(error)[:80]}") from error

        def render(variables: Mapping[str, Any]) -> str:
            self.budget.renew()
            pieces, length = [], 0
            for piece in template.root_render_func(template.new_context(dict(variables))):
                pieces.append(piece)
                length += len(piece)
                fitting(length)
            return "".join(pieces).strip()

        return render

    def _metered(self, function: Callable[..., Any], matches: bool = False) -> Callable[..., Any]:
        passed = _PassArg.from_obj(function)

        @pass_context
        @wraps(function, assigned=("__name__",), updated=())
        def run(context: Context, *args: Any, **named: Any) -> Any:
            self.budget.weigh(*args, *named.values())
            if matches:
                find = named.get("find", args[1] if len(args) > 1 else "")
                self.budget.spend(matching(str(find), str(args[0])))
            first = {
                _PassArg.context: (context,),
                _PassArg.eval_context: (context.eval_ctx,),
                _PassArg.environment: (self,),
                None: (),
            }[passed]
            return self._taken(function(*first, *args, **named))

        return run

    def _taken(self, result: Any) -> Any:
        """A result, its generators used up, weighed."""
        if inspect.isgenerator(result) or type(result).__name__ in ITERATORS:
            result = list(islice(result, MOST_VALUES + 1))
        self.budget.weigh(result)
        return result

    @pass_context
    def _counted(self, _context: Context, values: Iterable[Any]) -> Iterator[Any]:
        for value in values:
            self.budget.spend(4)
            yield value

    @pass_context
    def _shown(self, _context: Context, value: Any) -> Any:
        self.budget.weigh(value)
        return value

    def call_binop(self, context: Context, operator: str, left: Any, right: Any) -> Any:
        """Operators whose result could be large look first."""
        self.budget.weigh(left, right)
        if operator == "*":
            for many, times in ((left, right), (right, left)):
                if isinstance(many, str | list | tuple) and isinstance(times, int):
                    fitting(len(many) * times)
        elif operator == "**" and abs(right) > 64:
            raise Refused("a power is too high")
        elif operator == "%" and isinstance(left, str):
            narrow(left)
        result = super().call_binop(context, operator, left, right)
        self.budget.weigh(result)
        return result

    def getattr(self, obj: Any, attribute: str) -> Any:
        """Keys of objects, and methods from the list."""
        if isinstance(obj, Namespace):
            return Undefined(name=attribute) if attribute.startswith("_") else getattr(obj, attribute)
        if isinstance(obj, Undefined):
            return getattr(obj, attribute)
        for kind, names in METHODS.items():
            if isinstance(obj, kind) and attribute in names:
                return _method(obj, attribute)
        if isinstance(obj, dict) and attribute in obj:
            return obj[attribute]
        return Undefined(obj=obj, name=attribute)

    def getitem(self, obj: Any, argument: Any) -> Any:
        """Keys and indices, never attributes."""
        if isinstance(obj, Undefined):
            return obj[argument]
        if isinstance(obj, dict | list | tuple | str):
            try:
                return obj[argument]
            except (LookupError, TypeError):
                pass
        return Undefined(obj=obj, name=str(argument)[:80])

    def call(__self, __context: Context, __obj: Any, *args: Any, **named: Any) -> Any:
        """Only what ``getattr`` or the list of functions gave out can be called."""
        named = {name: value for name, value in named.items() if name not in ("_loop_vars", "_block_vars")}
        __self.budget.weigh(*args, *named.values())
        if __obj is Namespace:
            return Namespace(*args, **named)
        return __self._taken(__obj(*args, **named))


ITERATORS = frozenset(["dict_keys", "dict_values", "dict_items", "reversed", "map", "filter", "zip"])


def _method(obj: Any, name: str) -> Any:
    match obj, name:
        case str(), "replace":
            return lambda old, new, count=-1: replaced(obj, old, new, count)
        case str(), "format":
            return text_format(obj)
        case str(), "join":
            return lambda values: _joined([obj if at % 2 else v for v in values for at in (0, 1)][:-1])
        case date(), "strftime":
            return strftime(obj)
    return getattr(obj, name)


def _joined(values: Iterable[Any]) -> str:
    texts = [str(value) for value in values]
    fitting(sum(map(len, texts)))
    return "".join(texts)


def _short(source: str) -> None:
    if len(source) > LONGEST:
        raise Refused(f"it is longer than {LONGEST} characters")
    deep = 0
    for char in source:
        deep += (char in "([{") - (char in ")]}")
        if deep > DEEPEST:
            raise Refused("it is nested too deep")


def _depth(tree: nodes.Node) -> int:
    deepest, level = 0, [tree]
    while level:
        deepest += 1
        level = [child for node in level for child in node.iter_child_nodes()]
    return deepest
