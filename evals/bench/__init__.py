"""Figures, measured and printed."""
