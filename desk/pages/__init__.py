"""The Desk as web pages."""
