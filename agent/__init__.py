"""One turn: what a shopper said becomes one reply."""
