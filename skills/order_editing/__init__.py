"""Changing or cancelling an order that has been placed."""
