"""A store elsewhere, by the SPARQL 1.1 Protocol: a plangraph server, or any engine that speaks it.

What a remote engine can't do for plangraph, whatever the adapter does:

- Blank nodes have labels for one answer only. ``triples`` with one gives nothing, a change with one is refused; what
  plangraph writes has IRIs in their place.
- One page, or several reads, may see two revisions, where somebody writes in between.
- Who writes past plangraph, without its revision, isn't noticed before the revision changes, and isn't stopped by it.
- Writers that know the revision take turns by claims that they state in the data. That holds where everybody who reads
  after an insertion was answered sees it; on a cluster whose replicas lag behind, two may get through. It is found
  afterwards, where two revisions stand side by side.
- Where the answer to a change is lost, the revision is read again: it tells whether the change was made so far, not
  whether an engine that still works on it will make it later.
"""

from plangraph.errors import Conflict
from plangraph.store.remote.asked import answered
from plangraph.store.remote.claiming import REVISION
from plangraph.store.remote.results import read_results
from plangraph.store.remote.store import RemoteStore

__all__ = ["REVISION", "Conflict", "RemoteStore", "answered", "read_results"]
