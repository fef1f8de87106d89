"""The Shopify twin."""
