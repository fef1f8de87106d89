"""What wakes a conversation."""
