"""Graph files: one folder per solution, and `modules` with the subgraphs that they share."""
