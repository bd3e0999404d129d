"""Decision tables: the SOP's own and small ones of every shape, with cells that nobody would write."""

from functools import cache
from random import Random
from typing import Any

from lxml import etree

from tests.attack.making import feel
from tests.attack.making.diagrams import ROOT
from tests.attack.making.texts import odd
from tests.attack.making.trees import Tree, torn
from tests.engine.decision_files import decision, file, given, grid, knowledge, literal

DMN = "https://www.omg.org/spec/DMN/20191111/MODEL/"
_TAGS = (
    *(
        "decision",
        "decisionTable",
        "input",
        "inputExpression",
        "inputValues",
        "output",
        "outputValues",
        "rule",
    ),
    *(
        "inputEntry",
        "outputEntry",
        "text",
        "literalExpression",
        "context",
        "contextEntry",
        "variable",
        "relation",
    ),
    *("column", "row", "list", "invocation", "binding", "parameter", "functionDefinition", "formalParameter"),
    *(
        "businessKnowledgeModel",
        "encapsulatedLogic",
        "informationRequirement",
        "requiredDecision",
        "requiredInput",
    ),
    *("knowledgeRequirement", "requiredKnowledge", "inputData", "itemDefinition", "itemComponent", "typeRef"),
    *(
        "allowedValues",
        "defaultOutputEntry",
        "conditional",
        "if",
        "then",
        "else",
        "filter",
        "match",
        "in",
        "for",
    ),
    *(
        "return",
        "every",
        "some",
        "satisfies",
        "decisionService",
        "import",
        "extensionElements",
        "annotationEntry",
    ),
)
_POLICIES = (
    "UNIQUE",
    "FIRST",
    "PRIORITY",
    "ANY",
    "COLLECT",
    "RULE ORDER",
    "OUTPUT ORDER",
    "C+",
    "unique",
    "",
)
_TYPES = ("string", "number", "boolean", "date", "tT", "feel:date", "Any", "context", "x" * 300, "")


def _cell(dice: Random) -> str:
    if dice.randint(0, 1):
        return dice.choice(
            ('"a"', "> 3", "[1..5]", "-", "not(1, 2)", "1, 2, 3", '"a","b"', "? > 2", "", "date(x)")
        )
    return feel.expression(dice, 2)


def _href(dice: Random) -> str:
    return dice.choice(("#a", "#b", "#rute", "#f", "a", "http://contoh.id/x#a", "#", "#tak_ada"))


_ATTRIBUTES = {
    "hitPolicy": (lambda dice: dice.choice(_POLICIES),),
    "aggregation": (lambda dice: dice.choice(("SUM", "MIN", "MAX", "COUNT", "RATA", "")),),
    "typeRef": (lambda dice: dice.choice(_TYPES),),
    "href": (_href,),
    "id": (lambda dice: dice.choice(("a", "b", "f", "rute", "", "baru_1")),),
    "name": (odd, lambda dice: dice.choice(("a", "b c", "n", "__proto__", "if"))),
    "kind": (lambda dice: dice.choice(("FEEL", "Java", "PMML", "")),),
    "isCollection": (lambda dice: dice.choice(("true", "false", "")),),
    "expressionLanguage": (
        lambda dice: dice.choice(("FEEL", "http://www.omg.org/spec/DMN/20180521/FEEL/", "groovy")),
    ),
}


@cache
def models() -> tuple[bytes, ...]:
    """The SOP's table, a table of each hit policy, and decisions that need others and call functions."""
    tables = tuple(
        file(
            decision(
                "a",
                grid(
                    ("n", "teks: string"),
                    ("y: number = 1,2 / 1",),
                    ("> 1", '"x"', "1"),
                    ("-", "-", "2"),
                    policy=policy,
                ),
            )
        )
        for policy in ("UNIQUE", "FIRST", "PRIORITY", "ANY", "COLLECT", "RULE ORDER", "OUTPUT ORDER")
    )
    graph = file(
        given("n", type="number"),
        decision("a", literal("b + f(n)"), needs="b ?n", calls="f"),
        decision("b", grid(("n",), ("y",), ("< 5", "1"), (">= 5", "n"))),
        knowledge("f", "x", literal("x * 2")),
    )
    boxed = file(decision("a", "<context><contextEntry><variable name='p'/><literalExpression><text>n + 1</text>"
        "</literalExpression></contextEntry><contextEntry><list><literalExpression><text>p</text></literalExpression>"
        "</list></contextEntry></context>"))  # fmt: skip
    shipped = tuple(path.read_bytes() for path in sorted((ROOT / "processes").glob("*.dmn")))
    return (*tables, graph, boxed, *shipped)


@cache
def _trees() -> tuple[Any, ...]:
    return tuple(etree.fromstring(content) for content in models())


def table(dice: Random) -> bytes:
    """One model with one to five things wrong."""
    root = dice.choice(_trees())
    namespace = etree.QName(root).namespace or ""
    tree = Tree(
        root,
        dice,
        namespace=namespace,
        tags=_TAGS,
        attributes=_ATTRIBUTES,
        texts=(_cell, _cell, feel.expression, odd),
    )
    for _change in range(dice.randint(1, 5)):
        tree.spoil()
    content = tree.content()
    return torn(content, dice) if dice.randint(0, 9) == 0 else content
