"""Where an order is."""
