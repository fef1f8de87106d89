"""The store as we need to see it."""
