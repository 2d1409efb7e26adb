"""Graphs of the package."""
