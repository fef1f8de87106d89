"""Where passages are found by meaning and by letters. A hit is only an id; the index is a cache, never the record."""
