"""The brand's store at Shopify, read over GraphQL."""
