"""Runs TensorFlow Lite models: one protocol, `mpgraph.inference.protocol`, over the runtimes there are."""

from .threads import default_threads, set_default_threads

__all__ = ["default_threads", "set_default_threads"]
