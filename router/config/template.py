"""Would this runbook render? Syntax, variables, fields, filters; nothing is rendered or computed here."""

from jinja2 import StrictUndefined, TemplateError, TemplateSyntaxError, meta, nodes
from jinja2.sandbox import ImmutableSandboxedEnvironment

from router.config.codes import Lint
from router.config.node import Place
from router.config.report import Report
from router.config.suggest import did_you_mean
from router.config.template_fields import VARIABLES, unknown_fields

FUNCTIONS = frozenset({"range", "namespace"})
"""Jinja2's own functions that a runbook may call."""

_FORBIDDEN = (nodes.Include, nodes.Import, nodes.FromImport, nodes.Extends, nodes.Block)

_ENVIRONMENT = ImmutableSandboxedEnvironment(undefined=StrictUndefined, optimized=False)
_ENVIRONMENT.globals.clear()
# What is intercepted is not computed while a template is only looked at (see `_uncomputed`).
_ENVIRONMENT.intercepted_binops = frozenset(_ENVIRONMENT.default_binop_table)


def check_template(body: str, file: str, first_line: int, report: Report) -> None:
    """Report what would stop the body, which begins at this line of the file, from rendering."""
    try:
        tree = _ENVIRONMENT.parse(body)
        _Check(tree, body, Place(file, first_line), report).run()
    except TemplateSyntaxError as error:
        problem = str(error.message).partition(". ")[0].rstrip(".")
        place = Place(file, first_line + error.lineno - 1)
        report.add(Lint.BAD_TEMPLATE, place, f"template does not parse: {problem}")
    except (TemplateError, RecursionError) as error:
        problem = type(error).__name__
        report.add(Lint.BAD_TEMPLATE, Place(file, first_line), f"template does not parse: {problem}")


class _Check:
    """The checks of one parsed template."""

    def __init__(self, tree: nodes.Template, body: str, start: Place, report: Report) -> None:
        self._tree = tree
        self._lines = body.splitlines()
        self._start = start
        self._report = report

    def run(self) -> None:
        self._fields()
        if self._allowed() and self._filters():
            self._names()
            self._unused()

    def _place(self, line: int, word: str) -> Place:
        """Where the word, or the `.field`, first stands in this line of the body."""
        text = self._lines[line - 1] if line <= len(self._lines) else ""
        column = max(text.find(word), 0) + (2 if word.startswith(".") else 1)
        return Place(self._start.file, self._start.line + line - 1, column)

    def _allowed(self) -> bool:
        """Report what a runbook may not do; whether it does nothing of it."""
        before = self._report.errors
        for each in self._tree.find_all(_FORBIDDEN):
            message = f"{type(each).__name__.lower()} in a runbook"
            self._report.add(
                Lint.FORBIDDEN_IN_TEMPLATE, self._place(each.lineno, "{%"), message, "write the text out"
            )
        for found in self._tree.find_all(nodes.Getattr):
            if found.attr.startswith("_"):
                message = f'private attribute "{found.attr}" in a runbook'
                place = self._place(found.lineno, f".{found.attr}")
                self._report.add(Lint.FORBIDDEN_IN_TEMPLATE, place, message)

        return self._report.errors == before

    def _fields(self) -> None:
        for node, owner, known in unknown_fields(self._tree):
            if not node.attr.startswith("_"):
                place = self._place(node.lineno, f".{node.attr}")
                message = f'{owner} has no field "{node.attr}"'
                self._report.add(Lint.UNKNOWN_FIELD, place, message, did_you_mean(node.attr, known))

    def _filters(self) -> bool:
        """Report unknown filters and tests; whether there were none."""
        filters, tests = _ENVIRONMENT.filters, _ENVIRONMENT.tests
        used = [("filter", each.name, each.lineno, filters) for each in self._tree.find_all(nodes.Filter)]
        used += [("test", each.name, each.lineno, tests) for each in self._tree.find_all(nodes.Test)]
        unknown = [each for each in used if each[1] not in each[3]]
        for noun, name, line, known in unknown:
            message = f'unknown {noun} "{name}"'
            self._report.add(Lint.UNKNOWN_FILTER, self._place(line, name), message, did_you_mean(name, known))
        return not unknown

    def _names(self) -> None:
        unknown = meta.find_undeclared_variables(_uncomputed(self._tree)) - VARIABLES.keys() - FUNCTIONS
        for name in self._tree.find_all(nodes.Name):
            if name.name in unknown:
                unknown.discard(name.name)
                hint = did_you_mean(name.name, VARIABLES) or f"a runbook sees {', '.join(VARIABLES)}"
                place = self._place(name.lineno, name.name)
                self._report.add(Lint.UNDEFINED_VARIABLE, place, f'undefined variable "{name.name}"', hint)

    def _unused(self) -> None:
        """Report variables that the template sets and never reads; those of loops may be there to be skipped."""
        looped = {name.name for loop in self._tree.find_all(nodes.For) for name in _targets(loop.target)}
        names = list(self._tree.find_all(nodes.Name))
        read = {name.name for name in names if name.ctx == "load"}
        for name in names:
            if name.ctx == "store" and name.name not in read | looped:
                place = self._place(name.lineno, name.name)
                self._report.add(Lint.UNUSED_VARIABLE, place, f'variable "{name.name}" is set and never used')


def _targets(target: nodes.Node) -> list[nodes.Name]:
    """The names that a loop gives to its items."""
    return [target] if isinstance(target, nodes.Name) else list(target.find_all(nodes.Name))


def _uncomputed(tree: nodes.Template) -> nodes.Template:
    """The same template such that looking for its variables computes none of its constants.

    Whether to escape is made to depend on a variable: then Jinja leaves every filter to the rendering. Without
    this, `{{ 'a'|center(1000000000) }}` took 2.9 GB here.
    """
    undecided = nodes.Keyword("autoescape", nodes.Name(next(iter(VARIABLES)), "load"))
    body = nodes.ScopedEvalContextModifier([undecided], tree.body)
    wrapped = nodes.Template([body], lineno=1)
    wrapped.set_environment(_ENVIRONMENT)
    return wrapped
