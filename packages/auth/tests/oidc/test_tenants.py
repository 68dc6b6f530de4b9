"""A provider for several tenants, as Microsoft's `common` is: a local server that behaves so."""

from __future__ import annotations

import json

import pytest

from tornado.auth import AuthError, OpenIDConnectClient
from tornado.auth._oidc._metadata import ProviderMetadata
from tornado.auth._oidc._tenants import is_template_of, is_tenant_of

OURS = "11111111-2222-3333-4444-555555555555"
OTHER = "99999999-8888-7777-6666-555555555555"
PERSONAL = "9188040d-6c67-4c5b-b112-36a304b66dad"


def members_of(page):
    assert page.status == 200, page.text
    return json.loads(page.text)


@pytest.fixture
def common(provider):
    """A provider whose document is that of all tenants; ``tenant`` signs in by default."""
    site = provider.issuer
    plain = provider.documents

    def documents():
        found = plain()
        document = found.pop("/.well-known/openid-configuration")
        return {"/common/v2.0/.well-known/openid-configuration": document, **found}

    def of_tenant(tenant, **claims):
        provider.claims = {"iss": f"{site}/{tenant}/v2.0", "tid": tenant, **claims}

    provider.documents = documents
    provider.metadata = {
        "issuer": f"{site}/{{tenantid}}/v2.0",
        "authorization_endpoint": f"{site}/authorize",
        "token_endpoint": f"{site}/token",
        "jwks_uri": f"{site}/keys",
        "userinfo_endpoint": f"{site}/userinfo",
    }
    provider.asked_issuer = f"{site}/common/v2.0"
    provider.of_tenant = of_tenant
    of_tenant(OURS)
    return provider


@pytest.fixture
def sign_in(common, application, browser, login_handler):
    """Sign in, and return the page."""

    def run(tenants=(OURS,), **options):
        options = {"issuer": common.asked_issuer, "tenants": tenants, **options}
        running = application(login_handler, **options)
        return browser.open(f"{running.url}/login")

    return run


def test_a_user_of_an_allowed_tenant_signs_in(sign_in, common):
    user = members_of(sign_in())["user"]
    assert user["iss"] == common.claims["iss"]
    assert (user["tid"], user["sub"]) == (OURS, "user-1")


def test_s19_a_user_of_another_tenant_does_not(sign_in, common, caplog):
    common.of_tenant(OTHER)
    page = sign_in((OURS, PERSONAL))
    assert page.status == 403
    assert f"of the tenant '{OTHER}', which is not allowed" in page.text + caplog.text


def test_all_tenants_may_be_allowed(sign_in, common):
    common.of_tenant(PERSONAL)
    assert members_of(sign_in(["*"]))["user"]["tid"] == PERSONAL


@pytest.mark.parametrize(
    ("claims", "complaint"),
    [
        ({"tid": OTHER}, "which is not allowed"),
        ({"tid": None}, "which is not allowed"),
        ({"tid": 5}, "which is not allowed"),
        ({"tid": "{tenantid}"}, "which is not allowed"),
        ({"tid": "../x"}, "which is not allowed"),
        ({"tid": OURS.replace("1", "A")}, "which is not allowed"),
        ({"iss": "{site}/" + OTHER + "/v2.0"}, "the id token is by"),
        ({"iss": "{site}/common/v2.0"}, "the id token is by"),
        ({"iss": "{site}/{tenantid}/v2.0"}, "the id token is by"),
        ({"iss": "https://elsewhere.example/" + OURS + "/v2.0"}, "the id token is by"),
    ],
)
def test_s19_the_issuer_is_that_of_the_tenant(sign_in, common, claims, complaint, caplog):
    site = common.site.url
    common.claims.update(
        {
            name: value.replace("{site}", site) if isinstance(value, str) else value
            for name, value in claims.items()
        }
    )
    page = sign_in()
    assert page.status == 403
    assert complaint in page.text + caplog.text


def test_s19_any_tenant_is_still_an_id(sign_in, common, caplog):
    common.of_tenant("everybody")
    page = sign_in(["*"])
    assert page.status == 403
    assert "which is not allowed" in page.text + caplog.text


@pytest.mark.parametrize(
    ("owner", "status"),
    [("{site}/{tenantid}/v2.0", 200), ("{site}/" + OURS + "/v2.0", 200), (OTHER, 403)],
)
def test_s19_a_key_of_another_tenant_does_not_sign_for_this_one(
    sign_in, common, signer, owner, status, caplog
):
    owner = owner.replace("{site}", common.site.url)
    common.keys = [signer.jwk(issuer=owner)]
    page = sign_in()
    assert page.status == status
    if status == 403:
        assert "is signed with a key of" in page.text + caplog.text


def test_s19_tenants_have_to_be_named(sign_in, common, browser, application, modern_login_handler):
    running = application(modern_login_handler, issuer=common.asked_issuer)
    page = browser.open(f"{running.url}/login")
    assert page.status == 403
    assert "is for several tenants: set tenants" in page.text


def test_a_provider_with_one_issuer_has_no_tenants(application, browser, modern_login_handler):
    running = application(modern_login_handler, tenants=[OURS])
    page = browser.open(f"{running.url}/login")
    assert page.status == 403
    assert "is not for several tenants" in page.text


def test_a_refreshed_token_is_of_the_same_tenant(common, site, browser):
    from tornado.auth import OpenIDConnectMixin
    from tornado.web import RequestHandler

    class RefreshHandler(RequestHandler, OpenIDConnectMixin):
        async def get(self):
            user = {"iss": f"{common.site.url}/{OURS}/v2.0", "sub": "user-1", "aud": "client-1"}
            try:
                self.write(await self.refresh_oauth2_tokens("refresh-1", user=user))
            except AuthError as error:
                self.set_status(403)
                self.finish(str(error))

    client = {"issuer": common.asked_issuer, "key": "client-1", "secret": "s", "tenants": ["*"]}
    running = site([("/", RefreshHandler)], cookie_secret="s", oidc=client)
    assert members_of(browser.open(running.url))["access_token"]
    common.of_tenant(OTHER)
    running.application.settings.pop("auth_refreshes")
    page = browser.open(running.url)
    assert page.status == 403
    assert "another iss" in page.text


@pytest.mark.parametrize("tenants", [["contoso.example"], [OURS.replace("1", "A")], [5], [""]])
def test_tenants_are_ids(tenants):
    with pytest.raises(AuthError, match="not the id of a tenant"):
        OpenIDConnectClient(issuer="https://a.example", key="k", tenants=tenants)
    with pytest.raises(AuthError, match="must be a list"):
        OpenIDConnectClient(issuer="https://a.example", key="k", tenants=OURS)


ASKED = "https://login.example.com/common/v2.0"


def test_a_template_differs_in_one_segment_of_the_path():
    assert is_template_of("https://login.example.com/{tenantid}/v2.0", ASKED)
    for found in (
        "https://{tenantid}/common/v2.0",
        "https://elsewhere.example.com/{tenantid}/v2.0",
        "http://login.example.com/{tenantid}/v2.0",
        "https://login.example.com/{tenantid}/{tenantid}",
        "https://login.example.com/{tenantid}",
        "https://login.example.com/{tenantid}/v2.0/",
        "https://login.example.com/x{tenantid}/v2.0",
        ASKED,
        None,
    ):
        assert not is_template_of(found, ASKED)
        if found != ASKED:
            with pytest.raises(AuthError, match="is that of"):
                ProviderMetadata.parse({"issuer": found}, ASKED)


def test_a_tenant_is_one_of_those_allowed():
    issuer = f"https://login.example.com/{OURS}/v2.0"
    assert is_tenant_of(issuer, ASKED, (OURS,))
    assert is_tenant_of(issuer, ASKED, ("*",))
    assert not is_tenant_of(issuer, ASKED, (OTHER,))
    assert not is_tenant_of(issuer, ASKED, ())
    assert not is_tenant_of("https://login.example.com/x/v2.0", ASKED, ("*",))
