"""From text to a checked plan: parsing, the schema, subgraphs, validation. Pure functions."""
