"""Where a person takes over."""
