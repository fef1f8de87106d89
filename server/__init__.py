"""Assembly, storage, engine, web edge and commands."""
