"""plangraph: the knowledge graph of a public plan."""

__version__ = "0.1.0"
