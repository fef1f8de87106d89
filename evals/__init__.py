"""Judging the whole from outside."""
