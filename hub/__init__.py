"""Where the shopper makes the change."""
