"""What the brand has promised."""
