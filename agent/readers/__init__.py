"""Readers: words in, a Reading out."""
