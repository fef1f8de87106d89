"""A whole brand to try Deskbell on. Imports nothing of the house."""
