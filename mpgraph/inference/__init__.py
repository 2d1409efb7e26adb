"""Runs TensorFlow Lite models: one protocol, `mpgraph.inference.protocol`, over the runtimes there are."""
