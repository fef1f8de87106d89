"""Who is writing."""
