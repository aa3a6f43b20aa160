"""plangraph: the knowledge graph of a public plan."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import os

    from plangraph.library import KnowledgeGraph

__version__ = "0.1.0"


def open(
    store: str | os.PathLike[str] | None = None, *, empty: bool = False, lang: str = "en", token: str | None = None
) -> KnowledgeGraph:
    """Open a graph: ``store`` is a folder or a server's address, and the store of the settings where it isn't given.

    A folder gets the shipped data, as ``plangraph serve`` puts them there, unless ``empty``; it belongs to this process
    until ``close()`` or the end of a ``with``. ``lang`` (``zh`` or ``en``) is the language of labels, ``token`` what a
    server asks of writers (by default the setting ``PLANGRAPH_STORE_TOKEN``)::

        with plangraph.open() as g:
            g.query("SELECT ?i { ?i a pg:MainIndicator }").to_pandas()

    Raises ``StoreLocked`` where another process has the folder, naming its server where it is one, or ``Unavailable``.
    """
    from plangraph.library import open_graph  # brings the engines: `import plangraph` alone stays quick

    return open_graph(store, empty=empty, lang=lang, token=token)
