"""The questions that the graph answers: ``queries/*.rq``, each a plain SPARQL query with a header of comments.

A header line is ``# key: value``::

    # title-zh: …            # title-en: …
    # question-zh: …         # question-en: …
    # theme: places
    # param: place iri pg:Place | 街道或地区 | subdistrict or area

A parameter is a variable that the query fixes with ``VALUES ?place { … }``; what stands there is its default, so that
every file runs as it is, in any SPARQL engine.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import date
from decimal import Decimal
from functools import lru_cache
from pathlib import Path
from typing import Final, Literal

from rdflib import Literal as Term
from rdflib.namespace import XSD

from plangraph.errors import BadInput, NotFound
from plangraph.namespaces import expand
from plangraph.shipped import shipped

Kind = Literal["iri", "string", "integer", "decimal", "date"]
_KINDS: Final = ("iri", "string", "integer", "decimal", "date")

THEMES: Final[dict[str, tuple[str, str]]] = {
    "indicators": ("指标", "Indicators"),
    "tasks": ("任务与项目", "Tasks and projects"),
    "places": ("地点", "Places"),
    "goals": ("目标与问题", "Goals and problems"),
    "provenance": ("来源与质量", "Provenance and quality"),
}
"""The themes, in the order in which they are shown, with their names in Chinese and English."""

_HEADER = re.compile(r"^#\s*([a-z-]+):\s*(.*?)\s*$")
_PARAMETER = re.compile(r"(\w+)\s+(\w+)(?:\s+(\S+))?\s*\|\s*([^|]+?)\s*\|\s*([^|]+)")
_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_DECIMAL = re.compile(r"[+-]?(?:[0-9]{1,40}(?:\.[0-9]{0,40})?|\.[0-9]{1,40})")
_ESCAPES: Final = {"\\": "\\\\", '"': '\\"', "\n": "\\n", "\r": "\\r"}


@dataclass(frozen=True)
class Parameter:
    """One parameter of a question; ``default`` is a SPARQL term, ``choices`` a class whose members may be chosen."""

    name: str
    kind: Kind
    label: dict[str, str]
    default: str
    choices: str | None = None


@dataclass(frozen=True)
class Question:
    """One shipped query. ``title`` and ``question`` are by language, ``form`` is the SPARQL query form."""

    name: str
    theme: str
    title: dict[str, str]
    question: dict[str, str]
    parameters: tuple[Parameter, ...]
    text: str
    form: str

    def to_json(self) -> dict[str, object]:
        """The question with its parameters, for programs; texts in both languages."""
        return asdict(self)


def read_question(path: Path) -> Question:
    """Read one ``.rq`` file. Raises ``BadInput`` naming what its header lacks."""
    text = path.read_text(encoding="utf-8")
    header: dict[str, str] = {}
    parameters = []
    for line in text.splitlines():
        match = _HEADER.match(line)
        if not match:
            break
        if match[1] == "param":
            parameters.append(_read_parameter(path.name, match[2], text))
        else:
            header[match[1]] = match[2]
    wanted = ("title-zh", "title-en", "question-zh", "question-en", "theme")
    missing = [key for key in wanted if not header.get(key)]
    if missing or header["theme"] not in THEMES:
        raise BadInput(
            f"{path.name} 的开头缺少或写错了：{'、'.join(missing) or 'theme'}。",
            f"The header of {path.name} lacks or misspells: {', '.join(missing) or 'theme'}.",
        )
    body = re.sub(r"(?m)^\s*#.*$|^\s*(?:PREFIX|BASE)\b.*$", "", text)
    form = re.search(r"\b(SELECT|ASK|CONSTRUCT|DESCRIBE)\b", body, re.IGNORECASE)
    return Question(
        name=path.stem,
        theme=header["theme"],
        title={"zh": header["title-zh"], "en": header["title-en"]},
        question={"zh": header["question-zh"], "en": header["question-en"]},
        parameters=tuple(parameters),
        text=text,
        form=form[1].lower() if form else "select",
    )


def _read_parameter(filename: str, line: str, text: str) -> Parameter:
    match = _PARAMETER.fullmatch(line)
    slot = _slot(match[1]).search(text) if match else None
    if not match or match[2] not in _KINDS or not slot:
        raise BadInput(
            f"{filename}：参数行“{line}”应为“名称 类型 [类] | 中文 | English”，且查询中须有 VALUES ?名称 {{ … }}。",
            f"{filename}: the parameter line “{line}” should read “name kind [class] | 中文 | English”, and the query "
            "needs VALUES ?name { … }.",
        )
    kind: Kind = match[2]  # type: ignore[assignment]
    return Parameter(match[1], kind, {"zh": match[4], "en": match[5].strip()}, slot[3].strip(), match[3])


def _slot(name: str) -> re.Pattern[str]:
    return re.compile(rf"(VALUES\s+\?({name})\s*\{{)([^{{}}]*)(\}})")


@lru_cache(maxsize=1)
def questions() -> tuple[Question, ...]:
    """All shipped questions, by theme and name."""
    order = list(THEMES)
    found = [read_question(path) for path in sorted(shipped("queries").glob("*.rq"))]
    return tuple(sorted(found, key=lambda q: (order.index(q.theme), q.name)))


def question(name: str) -> Question:
    """The question of that name (its file's name, with or without ``.rq``). Raises ``NotFound``."""
    wanted = name.removesuffix(".rq")
    for candidate in questions():
        if candidate.name == wanted:
            return candidate
    names = ", ".join(q.name for q in questions())
    raise NotFound(f"没有名为“{name}”的问题。现有：{names}。", f"There is no question “{name}”. There are: {names}.")


def bind(asked: Question, values: Mapping[str, str]) -> str:
    """The query text with ``values`` in place of the defaults; an empty value leaves the default.

    Every value becomes one well-formed term of its parameter's kind, so none can change the query's structure.
    Raises ``BadInput`` for an unknown parameter or a value that isn't of its kind.
    """
    known = {p.name: p for p in asked.parameters}
    terms = {}
    for name, value in values.items():
        if name not in known:
            names = "、".join(known) or "（无）"
            raise BadInput(
                f"“{asked.name}”没有参数“{name}”，它的参数：{names}。",
                f"“{asked.name}” has no parameter “{name}”. Its parameters: {', '.join(known) or 'none'}.",
            )
        if value.strip():
            terms[name] = to_term(known[name], value.strip())
    # In one pass, so that no value is looked through for the slot of another.
    return _slot("|".join(known)).sub(lambda m: f"{m[1]} {terms[m[2]]} {m[4]}" if m[2] in terms else m[0], asked.text)


def to_term(parameter: Parameter, value: str) -> str:
    """``value`` as one SPARQL term of the parameter's kind. Raises ``BadInput`` where it isn't one."""
    try:
        match parameter.kind:
            case "iri":
                return f"<{expand(value)}>"
            case "string":
                return '"' + re.sub(r'[\\"\n\r]', lambda m: _ESCAPES[m[0]], value) + '"'
            case "integer":
                return str(int(value))
            case "decimal":
                # Without exponents: 1e999999999 would be a text of a gigabyte.
                if _DECIMAL.fullmatch(value):
                    return Term(Decimal(value), datatype=XSD.decimal).n3()
            case "date":
                if _DATE.fullmatch(value) and date.fromisoformat(value):
                    return Term(value, datatype=XSD.date).n3()
    except ValueError:
        pass
    shapes = {
        "integer": ("整数", "a whole number"),
        "decimal": ("数", "a number"),
        "date": ("日期（2023-06-30）", "a date (2023-06-30)"),
    }
    zh, en = shapes.get(parameter.kind, ("IRI", "an IRI"))
    raise BadInput(
        f"参数“{parameter.label['zh']}”应为{zh}，而不是“{value}”。",
        f"The parameter “{parameter.label['en']}” takes {en}, not “{value}”.",
    )
