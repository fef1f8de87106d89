"""Policy text becomes proposed rules."""
