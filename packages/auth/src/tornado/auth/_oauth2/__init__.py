"""OAuth 2: the authorization code flow, refreshing, revocation, pushed requests and DPoP."""
