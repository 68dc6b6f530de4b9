"""The names that OpenID 2.0 and its extensions fixed."""

from __future__ import annotations

#: The namespace of the protocol (OpenID Authentication 2.0 section 4.1.2).
OPENID_2 = "http://specs.openid.net/auth/2.0"

#: Instead of an identifier: the user chooses one at the provider (section 7.3.1).
IDENTIFIER_SELECT = f"{OPENID_2}/identifier_select"

#: The type of a service that answers for an identifier (section 7.3.2.1.2).
SIGNON = f"{OPENID_2}/signon"

#: The namespace of attribute exchange (OpenID Attribute Exchange 1.0).
ATTRIBUTE_EXCHANGE = "http://openid.net/srv/ax/1.0"

#: The namespace of the hybrid with OAuth (OpenID OAuth Extension 1.0, draft).
OAUTH_EXTENSION = "http://specs.openid.net/extensions/oauth/1.0"
