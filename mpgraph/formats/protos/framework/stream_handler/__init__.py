"""Options of input policies."""
