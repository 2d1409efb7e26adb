"""The list of models that mpgraph knows: `manifest.toml`, read by `mpgraph.model_store`.

No weights lie here; `mpgraph models fetch NAME` gets them.
"""
