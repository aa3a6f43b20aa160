"""The form for new observations of an indicator: checked as one types, with what was observed before beside it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

from flask import Blueprint, Response, render_template, request

from plangraph.attached import source_folder
from plangraph.conflicts import Overtaken
from plangraph.errors import BadInput, DoesNotConform, PlangraphError
from plangraph.figures import Figure, figures_of, number, with_unit
from plangraph.mediatypes import HTML
from plangraph.namespaces import PG, is_safe_iri
from plangraph.observing import Entry, FieldFault, Form
from plangraph.ontology import vocabulary
from plangraph.quantities import read_quantity
from plangraph.requests import Exact
from plangraph.search import search
from plangraph.web import answers, i18n, writing
from plangraph.web.answers import Fault
from plangraph.web.committing import answered
from plangraph.web.service import current_service

blueprint = Blueprint("observing", __name__)

_CODE: Final = "https://w3id.org/plangraph/code/"
_DEFAULTS: Final = {"pg:valueType": f"{_CODE}value-type-actual", "how": "inferred"}
_FIRST_USUAL: Final = ("pg:statistic", "pg:refArea")
_DRAWN: Final = ("actual", "baseline", "target")
_SHOWN: Final = 12
_WIDTH, _HEIGHT = 320.0, 90.0


@dataclass(frozen=True)
class Point:
    """A value in the small picture of what was observed: where it is, and how it is said."""

    x: float
    y: float
    label: str
    target: bool


@blueprint.get("/contribute/observation")
def form() -> Response:
    """The form for one indicator; without one, the choice of it."""
    indicator = request.args.get("indicator", "").strip()
    if not indicator:
        return _choice()
    made = _form(indicator)
    values = dict(_DEFAULTS)
    values |= {f.key: f.usual[0].value for f in made.fields if f.key in _FIRST_USUAL and f.usual}
    return _page(made, values | dict(request.args.items()), None)


@blueprint.post("/contribute/observation")
def submit() -> Response:
    """The same without scripts: what is wrong stands beside the fields; what is right is committed where that is asked.

    Raises 403 or 429 for a commit by who may not write.
    """
    wanted = request.form.get("action", "check")
    unknown = _unknown_writer() if wanted == "commit" else None
    made = _form(request.form.get("indicator", ""))
    values = {key: text for key, text in request.form.items() if key != "token"}
    entry = _entry(made.indicator.iri, values)
    if unknown is not None:
        return _page(made, values, entry, unknown.status, unknown)
    if wanted != "commit" or entry.unread or not entry.conforms:
        return _page(made, values, entry, 422 if wanted == "commit" else 200)
    note = writing.note_of(values)
    if not note.message:
        note = replace(note, message=i18n.t("新增观测：", "New observation: ") + made.indicator.text(i18n.current()))
    base = values.get("base", "") or str(entry.base)
    try:
        done = writing.change(Exact(entry.changeset, allow_warnings=True), base=base, note=note)
    except (DoesNotConform, Overtaken, BadInput) as refusal:
        return _page(made, values, entry, 409 if isinstance(refusal, Overtaken) else 422, refusal)
    return answered(done, HTML) if done.id else _page(made, values, entry, 200, _UNCHANGED)


def _unknown_writer() -> Fault | None:
    """Why this request may not write where it only lacks the right token: then the page keeps what was put in."""
    try:
        writing.authorize(form=True)
    except Fault as fault:
        if fault.status != 401:
            raise
        return fault
    return None


@blueprint.post("/api/observation")
def check() -> Response:
    """What was put into the form so far: the observation that it makes, what follows from it, what is wrong where."""
    indicator = request.form.get("indicator", "")
    if not indicator:
        raise BadInput("请用 indicator 指明指标。", "Name the indicator in indicator.")
    response = answers.json_data(_told(_entry(_known(indicator), dict(request.form.items()))))
    response.headers["Cache-Control"] = "no-store"
    return response


@blueprint.get("/api/quantity")
def quantity() -> Response:
    """What a printed figure means: its value, bounds, comparator and unit; ``value`` is None where it isn't one."""
    try:
        read = read_quantity(request.args.get("text", ""))
    except BadInput as fault:  # an answer too: one types it letter by letter
        messages = {"zh": fault.zh, "en": fault.en}
        return answers.json_data({"value": None, "detail": fault.text(i18n.current()), "messages": messages})
    told: dict[str, Any] = {
        "value": _plain(read.value),
        "valueHigh": None if read.value_high is None else _plain(read.value_high),
        "low": None if read.low is None else _plain(read.low),
        "high": None if read.high is None else _plain(read.high),
        "unit": read.unit,
        "comparator": read.comparator,
    }
    return answers.json_data(told)


_UNCHANGED: Final = PlangraphError(
    "图谱中已有同样的观测，没有改动。", "The graph has this very observation already: nothing was changed."
)


def _plain(value: Any) -> str:
    text = f"{value:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def _known(indicator: str) -> str:
    if not is_safe_iri(indicator):
        raise BadInput(f"“{indicator}”不是完整的 IRI。", f"“{indicator}” isn't an absolute IRI.")
    return indicator


def _form(indicator: str) -> Form:
    made: Form = current_service().readers.run("plangraph.observing:make_form", _known(indicator))
    return made


def _entry(indicator: str, values: Mapping[str, str]) -> Entry:
    service = current_service()
    entry: Entry = service.readers.run(
        "plangraph.observing:read_entry", indicator, dict(values), str(source_folder(service.settings))
    )
    return entry


def _told(entry: Entry) -> dict[str, Any]:
    """An entry as JSON, with the labels of codes and units that were filled in."""
    told = entry.to_json()
    told["shown"] = {key: _in_words(key, text) for key, text in entry.derived.items()}
    return told


def _in_words(key: str, text: str) -> dict[str, str]:
    if text.startswith(("http://", "https://")):
        return {lang: vocabulary().label(text, lang) for lang in i18n.LANGUAGES}
    return dict.fromkeys(i18n.LANGUAGES, text)


def _choice() -> Response:
    text = request.args.get("q", "").strip()[:200]
    service = current_service()
    hits = (
        [hit for hit in search(service.store, text, limit=200) if str(PG.Indicator) in hit.thing.types] if text else []
    )
    html = render_template(
        "observation_of.html", text=text, hits=hits, groups=service.overview().groups if not text else ()
    )
    return Response(html, mimetype="text/html")


def _page(
    made: Form, values: Mapping[str, str], entry: Entry | None, status: int = 200, refusal: PlangraphError | None = None
) -> Response:
    figures = figures_of(current_service().store, made.indicator.iri)
    by_field: dict[str, list[FieldFault]] = {}
    for fault in entry.faults if entry else ():
        by_field.setdefault(fault.key, []).append(fault)
    parts: dict[str, list[Any]] = {}
    for field in made.fields:
        parts.setdefault(field.part, []).append(field)
    html = render_template(
        "observation.html",
        form=made,
        parts=parts,
        values=values,
        entry=entry,
        faults=by_field,
        shown=_told(entry)["shown"] if entry else {},
        refusal=refusal,
        figures=figures[:_SHOWN],
        more=max(0, len(figures) - _SHOWN),
        points=points_of(figures),
        access=writing.access(),
    )
    response = Response(html, status, mimetype="text/html", headers={"Cache-Control": "no-store"})
    if isinstance(refusal, Fault):
        response.headers.extend(refusal.headers)
    return response


def points_of(figures: Sequence[Figure]) -> tuple[Point, ...]:
    """The actual values over time, and the targets, of the sort that most of them are; none where fewer than two."""
    dated = [f for f in figures if f.value is not None and (f.end or f.due) and f.value_type in _DRAWN]
    sorts = [(f.statistic, f.unit) for f in dated]
    if not sorts:
        return ()
    usual = max(set(sorts), key=lambda sort: (sorts.count(sort), sort))
    chosen = sorted((f for f in dated if (f.statistic, f.unit) == usual), key=lambda f: f.end or f.due or "")
    if len(chosen) < 2:
        return ()
    times = [_year(f.end or f.due or "") for f in chosen]
    values = [float(f.value or 0) for f in chosen]
    spread_x, spread_y = (max(times) - min(times)) or 1.0, (max(values) - min(values)) or 1.0
    lang = i18n.current()
    return tuple(
        Point(
            round(12 + (time - min(times)) / spread_x * (_WIDTH - 24), 1),
            round(_HEIGHT - 12 - (value - min(values)) / spread_y * (_HEIGHT - 24), 1),
            f"{(f.end or f.due or '')[:4]}: {with_unit(number(f.value), f.unit, lang)}",
            f.value_type == "target",
        )
        for f, time, value in zip(chosen, times, values, strict=True)
    )


def _year(day: str) -> float:
    try:
        return int(day[:4]) + int(day[5:7] or 1) / 12
    except ValueError:
        return 0.0
