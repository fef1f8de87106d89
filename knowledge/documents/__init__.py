"""Reading what a brand has written: files and Shopify's own policies become documents of citable clauses."""
