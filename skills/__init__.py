"""What may be done for a shopper."""
