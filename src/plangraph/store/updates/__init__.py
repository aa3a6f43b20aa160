"""What a SPARQL 1.1 Update request would change, as exact quads.

Oxigraph's own ``update`` can't say what it changed, has no union as default graph in ``WHERE``, and knows nothing of
the dataset that the protocol gives. So a request is evaluated here, operation by operation; patterns and templates are
Oxigraph's work all the same.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any, Final, Literal

import pyoxigraph as ox
from rdflib import BNode, URIRef
from rdflib.namespace import RDF

from plangraph.errors import BadInput, Refused, SyntaxFault
from plangraph.namespaces import PREFIXES, SD, STATE_GRAPH
from plangraph.store.base import Changeset, Quad
from plangraph.store.embedded import EmbeddedStore
from plangraph.store.screening import screen_update
from plangraph.store.terms import from_oxigraph
from plangraph.store.updates.syntax import Block, Data, Manage, Modify, Operation, Transfer, fault_at, read_update

Row = tuple[Any, ...]
"""Oxigraph's terms for the variables of a template, None where a variable is unbound."""

Dataset = tuple[Sequence[str], Sequence[str]]
"""The graphs that make up the default graph, and the named graphs."""

_TYPE: Final = ox.NamedNode(str(RDF.type))
_NAMED_GRAPH: Final = ox.NamedNode(str(SD.NamedGraph))
_STATE: Final = ox.NamedNode(str(STATE_GRAPH))


def changes_of(
    store: EmbeddedStore,
    text: str,
    *,
    local: URIRef,
    own: Sequence[URIRef] = (),
    services: Sequence[str] = (),
    union: bool = True,
    using: Sequence[str] | None = None,
    using_named: Sequence[str] | None = None,
    base: str | None = None,
) -> Changeset:
    """The net change that the request ``text`` would make: what is added was absent, what is removed was there.

    ``store`` is a private copy: what later operations rest on is applied to it. ``local`` is the graph of quads without
    one. ``own`` are graphs that no request may write, ``services`` the
    endpoints that it may call. ``union`` says that ``WHERE`` finds all graphs in the default
    graph, else it finds ``local`` there. ``using`` and ``using_named`` are the dataset from the protocol,
    ``base`` is what relative IRIs are resolved against.

    Raises ``SyntaxFault`` with the place, ``Refused`` for ``LOAD``, ``SERVICE`` and writing to an ``own`` graph,
    ``BadInput`` where a graph isn't there (or there already) or where the request names a dataset twice.
    """
    screen_update(text, services)
    operations = read_update(text, base)
    protocol = (tuple(using or ()), tuple(using_named or ())) if using or using_named else None
    if protocol:
        _refuse_second_dataset(operations)
    staged = _Staged(store, local, frozenset(own), union)
    for operation in operations:
        try:
            _run(staged, operation, protocol)
        except (SyntaxFault, SyntaxError):  # it was read before as a whole
            raise fault_at(
                text,
                operation.offset,
                "无法分解此操作，请在作比较的“<”“>”两侧加空格",
                "this operation can't be taken apart: put spaces around < and > where they compare",
            ) from None
    return staged.changeset()


def _run(staged: _Staged, operation: Operation, protocol: Dataset | None) -> None:
    match operation.does:
        case Data() as data:
            _data(staged, operation, data)
        case Modify() as modify:
            _modify(staged, operation, modify, protocol)
        case Manage() as manage:
            _manage(staged, manage)
        case Transfer() as transfer:
            _transfer(staged, transfer)


def _refuse_second_dataset(operations: Iterable[Operation]) -> None:
    """SPARQL 1.1 Protocol, 2.2.3."""
    for operation in operations:
        does = operation.does
        if isinstance(does, Modify) and (does.graph or does.using or does.using_named):
            raise BadInput(
                "请求参数 using-graph-uri、using-named-graph-uri 不能与文本中的 WITH、USING 并用，请去掉其一。",
                "The parameters using-graph-uri and using-named-graph-uri can't be used with WITH or USING in the "
                "text: leave out one of them.",
            )


# --- The state of the request -----------------------------------------------------------------------------------------


@dataclass
class _Difference:
    """Quads that one state has and another hasn't; doing and undoing leaves nothing."""

    added: dict[ox.Quad, None] = field(default_factory=dict)
    removed: dict[ox.Quad, None] = field(default_factory=dict)

    def add(self, quad: ox.Quad) -> None:
        if quad in self.removed:
            del self.removed[quad]
        else:
            self.added[quad] = None

    def remove(self, quad: ox.Quad) -> None:
        if quad in self.added:
            del self.added[quad]
        else:
            self.removed[quad] = None

    def changeset(self) -> Changeset:
        return Changeset(added=tuple(map(_from_quad, self.added)), removed=tuple(map(_from_quad, self.removed)))


class _Staged:
    """The store as the operations so far have left it."""

    def __init__(self, store: EmbeddedStore, local: URIRef, own: frozenset[URIRef], union: bool) -> None:
        self._store = store
        self.union = union
        self._engine = store._engine
        self._own = {ox.NamedNode(str(graph)) for graph in own}
        self.local = ox.NamedNode(str(local))
        self._whole = _Difference()
        self._unapplied = _Difference()

    def changeset(self) -> Changeset:
        return self._whole.changeset()

    def settled(self) -> EmbeddedStore:
        """The store itself, with all that was changed."""
        if self._unapplied.added or self._unapplied.removed:
            self._store.apply(self._unapplied.changeset())
            self._unapplied = _Difference()
        return self._store

    def has(self, quad: ox.Quad) -> bool:
        if quad in self._unapplied.added:
            return True
        return quad not in self._unapplied.removed and quad in self._engine

    def change(self, removed: Iterable[ox.Quad], added: Iterable[ox.Quad]) -> None:
        """One operation: removing comes before adding (SPARQL 1.1 Update, 4.2.4). Raises ``Refused``."""
        gained = dict.fromkeys(added)
        for quad in removed:
            self._refuse_own(quad.graph_name)
            if self.has(quad):
                self._put(quad, False)
        for quad in gained:
            self._refuse_own(quad.graph_name)
            if not self.has(quad):
                self._put(quad, True)
        for graph in {quad.graph_name for quad in gained}:
            assert isinstance(graph, ox.NamedNode)
            self.mark_empty(graph, False)

    def _put(self, quad: ox.Quad, present: bool) -> None:
        for difference in (self._whole, self._unapplied):
            (difference.add if present else difference.remove)(quad)

    def mark_empty(self, graph: ox.NamedNode, wanted: bool) -> None:
        """Have the statement that ``graph`` exists though it is empty, or not; no quad of its own can say so."""
        marker = ox.Quad(graph, _TYPE, _NAMED_GRAPH, _STATE)
        if self.has(marker) != wanted:
            self._put(marker, wanted)

    def refuse_own(self, graphs: Iterable[URIRef]) -> None:
        for graph in graphs:
            self._refuse_own(ox.NamedNode(str(graph)))

    def _refuse_own(self, graph: Any) -> None:
        if graph in self._own:
            raise Refused(
                f"图 {graph.value} 由程序自用，不能写入。若由变量匹配到，请用 FILTER 排除它。",
                f"The graph {graph.value} is the program's own and can't be written. Where a variable matches it, "
                "leave it out by a FILTER.",
            )

    def graph(self, name: ox.NamedNode) -> list[ox.Quad]:
        self.settled()
        return list(self._engine.quads_for_pattern(None, None, None, name))

    def exists(self, name: ox.NamedNode) -> bool:
        """Whether it holds a quad or is marked as empty. The default graph is always there."""
        self.settled()
        holds = next(iter(self._engine.quads_for_pattern(None, None, None, name)), None) is not None
        return name == self.local or holds or self.has(ox.Quad(name, _TYPE, _NAMED_GRAPH, _STATE))

    def named(self) -> list[ox.NamedNode]:
        """All graphs that a request may write, except the default graph."""
        found = {ox.NamedNode(str(graph)) for graph in self.settled().graphs()}
        marked = self._engine.quads_for_pattern(None, _TYPE, _NAMED_GRAPH, _STATE)
        found |= {quad.subject for quad in marked if isinstance(quad.subject, ox.NamedNode)}
        return sorted(found - self._own - {self.local}, key=str)

    def knows(self, node: ox.BlankNode) -> bool:
        """Whether a blank node stands in the data."""
        self.settled()
        patterns = ((node, None, None, None), (None, None, node, None))
        return any(next(iter(self._engine.quads_for_pattern(*pattern)), None) is not None for pattern in patterns)


def _from_quad(quad: ox.Quad) -> Quad:
    subject = from_oxigraph(quad.subject)
    assert isinstance(subject, URIRef | BNode)
    assert isinstance(quad.graph_name, ox.NamedNode)
    if isinstance(quad.object, ox.Triple) or (isinstance(quad.object, ox.Literal) and quad.object.direction):
        raise BadInput(
            f"{quad.object} 是 RDF 1.2 的三元组项或带书写方向的文字，此处存储 RDF 1.1，请改用普通的项。",
            f"{quad.object} is a triple term or a literal with a direction, of RDF 1.2; RDF 1.1 is stored here. Use a "
            "plain term.",
        )
    return subject, _iri(quad.predicate.value), from_oxigraph(quad.object), _iri(quad.graph_name.value)


@lru_cache(maxsize=1024)
def _iri(text: str) -> URIRef:
    """Predicates and graphs come again and again, and rdflib looks at each character of an IRI."""
    return URIRef(text)


# --- INSERT DATA, DELETE DATA -----------------------------------------------------------------------------------------


def _data(staged: _Staged, operation: Operation, data: Data) -> None:
    staged.refuse_own(data.quads.graphs)
    scratch = ox.Store()
    _update(scratch, operation, f"INSERT DATA {data.quads.text}")
    quads = _placed(scratch, staged.local)
    if data.verb == "INSERT":
        staged.change((), _with_fresh_nodes(quads, set()))
    else:
        staged.change(quads, ())


def _update(scratch: ox.Store, operation: Operation, text: str) -> None:
    scratch.update(text, base_iri=operation.base, prefixes={**PREFIXES, **operation.prefixes})


def _placed(quads: Iterable[ox.Quad], default: ox.NamedNode) -> Iterator[ox.Quad]:
    """Quads with a graph's name; those whose graph is no IRI aren't inserted (SPARQL 1.1 Update, 4.2.4)."""
    for quad in quads:
        if isinstance(quad.graph_name, ox.NamedNode):
            yield quad
        elif isinstance(quad.graph_name, ox.DefaultGraph):
            yield ox.Quad(quad.subject, quad.predicate, quad.object, default)


def _with_fresh_nodes(quads: Iterable[ox.Quad], known: set[ox.BlankNode]) -> Iterator[ox.Quad]:
    """New names for blank nodes that aren't ``known``: processes forked from one may draw the same ones."""
    names: dict[ox.BlankNode, ox.BlankNode] = {node: node for node in known}

    def named(term: Any) -> Any:
        if not isinstance(term, ox.BlankNode):
            return term
        return names.setdefault(term, ox.BlankNode(uuid.uuid4().hex)) if term not in names else names[term]

    for quad in quads:
        if isinstance(quad.subject, ox.BlankNode) or isinstance(quad.object, ox.BlankNode):
            yield ox.Quad(named(quad.subject), quad.predicate, named(quad.object), quad.graph_name)
        else:
            yield quad


# --- DELETE and INSERT with WHERE -------------------------------------------------------------------------------------


def _modify(staged: _Staged, operation: Operation, modify: Modify, protocol: Dataset | None) -> None:
    templates = [block for block in (modify.delete, modify.insert) if block]
    staged.refuse_own([graph for block in templates for graph in block.graphs])
    default = ox.NamedNode(str(modify.graph)) if modify.graph else staged.local
    staged.refuse_own([URIRef(default.value)])
    variables = tuple(dict.fromkeys(name for block in templates for name in block.variables))
    rows = _solutions(staged, operation, modify, variables, protocol)
    removed, added = (
        list(_placed(_instances(operation, block, variables, rows), default)) if block and rows else []
        for block in (modify.delete, modify.insert)
    )
    bound = {term for row in rows for term in row if isinstance(term, ox.BlankNode)}
    staged.change(removed, _with_fresh_nodes(added, {node for node in bound if staged.knows(node)}))


def _solutions(
    staged: _Staged, operation: Operation, modify: Modify, variables: tuple[str, ...], protocol: Dataset | None
) -> list[Row]:
    """The solutions of ``WHERE``, only for the variables that the templates use.

    Each as often as there is, where blank nodes are made for it; once, where one more time makes no difference.
    """
    if modify.using or modify.using_named:
        default_graphs, named_graphs = list(modify.using), list(modify.using_named)
        dataset: dict[str, Any] = {"default_graphs": default_graphs, "named_graphs": named_graphs}
    elif protocol:
        dataset = {"default_graphs": protocol[0], "named_graphs": protocol[1]}
    else:
        default = modify.graph or (None if staged.union else staged.local.value)
        dataset = {"default_graphs": [default]} if default else {}
    often = modify.insert is not None and modify.insert.blank
    form = ("" if often else "DISTINCT ") + " ".join(f"?{name}" for name in variables) if variables else "*"
    prologue = "".join(f"PREFIX {name}: <{iri}> " for name, iri in operation.prefixes.items())
    text = f"{prologue}SELECT {form} WHERE {modify.where.text}" + ("" if often or variables else " LIMIT 1")
    result = staged.settled().run(text, base=operation.base, **dataset)
    assert isinstance(result, ox.QuerySolutions)
    return [tuple(row) for row in result] if variables else [() for _ in result]


def _instances(
    operation: Operation, template: Block, variables: tuple[str, ...], rows: Sequence[Row]
) -> Iterator[ox.Quad]:
    """The quads of a template for all solutions, which Oxigraph reads from a graph of a scratch store."""
    scratch = ox.Store()
    unique = f"urn:uuid:{uuid.uuid4()}"
    graph = ox.NamedNode(unique)
    places = [ox.NamedNode(f"{unique}:{n}") for n in range(len(variables))]
    for number, row in enumerate(rows):
        node = ox.NamedNode(f"{unique}/{number}")
        terms = [(_TYPE, graph), *zip(places, row, strict=True)]
        scratch.extend([ox.Quad(node, place, term, graph) for place, term in terms if term is not None])
    solution = "s" + uuid.uuid4().hex
    bound = " ".join(f"OPTIONAL {{ ?{solution} {p} ?{name} }}" for p, name in zip(places, variables, strict=True))
    _update(scratch, operation, f"INSERT {template.text} WHERE {{ GRAPH {graph} {{ ?{solution} a {graph} {bound} }} }}")
    return (quad for quad in scratch if quad.graph_name != graph)


# --- Graphs -----------------------------------------------------------------------------------------------------------


def _manage(staged: _Staged, manage: Manage) -> None:
    verb, target = manage.verb, manage.target
    if target is None or isinstance(target, URIRef):
        graphs = [_one(staged, target)]
        if staged.exists(graphs[0]) == (verb == "CREATE"):
            # To clear a graph that isn't there leaves what was wanted; the W3C's tests of the protocol begin so.
            silent = manage.silent or verb == "CLEAR"
            return _complain(graphs[0], "there" if verb == "CREATE" else "absent", silent)
    else:
        graphs = staged.named() + ([staged.local] if target == "ALL" else [])
    for graph in graphs:
        quads = staged.graph(graph)
        staged.change(quads, ())
        if verb != "CLEAR" or quads:
            staged.mark_empty(graph, verb != "DROP")
    return None


def _transfer(staged: _Staged, transfer: Transfer) -> None:
    source = ox.NamedNode(str(transfer.source)) if transfer.source else staged.local
    target = _one(staged, transfer.target)
    if transfer.verb == "MOVE":
        staged.refuse_own([URIRef(source.value)])
    if not staged.exists(source):
        return _complain(source, "absent", transfer.silent)
    if source == target:
        return None
    quads = staged.graph(source)
    present = staged.graph(target)
    replaced = present if transfer.verb != "ADD" else []
    staged.change(replaced, [ox.Quad(q.subject, q.predicate, q.object, target) for q in quads])
    if not quads and len(replaced) == len(present):
        staged.mark_empty(target, True)
    if transfer.verb == "MOVE":
        staged.change(quads, ())
        staged.mark_empty(source, False)
    return None


def _one(staged: _Staged, target: URIRef | None) -> ox.NamedNode:
    if target is None:
        return staged.local
    staged.refuse_own([target])
    return ox.NamedNode(str(target))


def _complain(graph: ox.NamedNode, why: Literal["there", "absent"], silent: bool) -> None:
    if silent:
        return
    zh, en = ("已经存在", "is there already") if why == "there" else ("不存在", "doesn't exist")
    raise BadInput(
        f"图 {graph.value} {zh}，整个请求未执行。若可忽略，请在操作后加 SILENT。",
        f"The graph {graph.value} {en}; nothing of the request was done. Where that may be, write SILENT after the "
        "operation's name.",
    )
