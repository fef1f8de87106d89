"""The shop's customer accounts: sign-in by a code sent by mail, as an OpenID Connect provider with PKCE."""
