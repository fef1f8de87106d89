"""The brand's shop, as a shopper sees it: a page with the chat on it, and Shopify's app proxy behind it."""
