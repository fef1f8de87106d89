"""What the brand has promised, in its own words."""
