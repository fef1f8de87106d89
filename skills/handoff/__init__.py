"""When a person takes over."""
