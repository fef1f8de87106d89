"""Sending something back, or swapping what has arrived."""
