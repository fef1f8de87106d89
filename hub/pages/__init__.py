"""The Hub as web pages."""
