"""Files as they are committed: their bytes, their names, and the syntax that their names mean."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from rdflib import URIRef

from plangraph.errors import BadInput
from plangraph.mediatypes import INPUT_FORMATS, N_QUADS
from plangraph.namespaces import ID
from plangraph.requests import Payload
from plangraph.store.guarding import unpack
from plangraph.store.lines import write_lines
from plangraph.store.parsing import format_of_file, is_rdf_name, read_file


def payloads_of(paths: Iterable[Path], graph: URIRef) -> tuple[Payload, ...]:
    """The payloads of files, and of all RDF files in folders, for a commit to ``graph``; ``.gz`` is unpacked.

    Raises ``BadInput`` for a file that isn't there or can't be read, or whose name doesn't tell its syntax.
    """
    return tuple(_payload(file, graph) for path in paths for file in _files(path))


def _files(path: Path) -> list[Path]:
    if not path.is_dir():
        return [path]
    found = [p for p in sorted(path.rglob("*")) if p.is_file() and not p.name.startswith(".") and is_rdf_name(p.name)]
    if not found:
        raise BadInput(f"文件夹 {path} 中没有 RDF 文件。", f"The folder {path} has no RDF files.")
    return found


def _payload(path: Path, graph: URIRef) -> Payload:
    try:
        data = path.read_bytes()
        name = path.name
        if name.lower().endswith(".gz"):
            name, data = name[:-3], unpack(data, name)
    except FileNotFoundError:
        raise BadInput(f"没有文件 {path}。", f"There is no file {path}.") from None
    except OSError as fault:
        raise BadInput(f"无法读取 {path}：{fault}。", f"{path} can't be read: {fault}.") from None
    fmt = format_of_file(name)
    if fmt not in INPUT_FORMATS:  # what rdflib alone reads, from local files only
        quads = read_file(path, default_graph=graph)
        fmt, data = N_QUADS, "".join(f"{line} .\n" for line in write_lines(quads)).encode()
    return Payload(data, fmt.media_type, base=str(ID), name=path.name)
