"""Ready-made pipelines by upstream's names: ``mpgraph.solutions.selfie_segmentation`` and its helpers."""
