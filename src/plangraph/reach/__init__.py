"""How far each shape looks from its focus node, read off the shapes graph; see ``store.reaching``.

Where that can't be told (a pattern that isn't connected to ``$this``, a constraint component of somebody's own), the
shape is listed as unbounded with the reason, and is always run on the whole data.
"""

from plangraph.reach.registry import Registry, Root, Unbounded, registry

__all__ = ["Registry", "Root", "Unbounded", "registry"]
