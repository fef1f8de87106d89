"""The chat on the brand's own shop."""
