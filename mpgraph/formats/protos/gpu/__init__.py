"""Enums of what runs on the GPU."""
