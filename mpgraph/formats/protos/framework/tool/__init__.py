"""Options of subgraphs and graph tools, and templates."""
