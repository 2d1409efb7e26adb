"""Payloads that travel in packets: images, tensors, rectangles, models."""
