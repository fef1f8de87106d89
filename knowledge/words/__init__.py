"""What shops and shoppers call things, in five languages."""
