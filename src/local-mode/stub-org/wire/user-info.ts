import { idOf, type StubRecord, textOf } from "../store/record.ts";

/**
 * Writes who a user is, as `/services/oauth2/userinfo` answers it.
 *
 * @see https://help.salesforce.com/s/articleView?id=sf.remoteaccess_using_userinfo_endpoint.htm
 */
export function userInfo(user: StubRecord, organizationId: string, orgUrl: string): object {
  return {
    sub: `${orgUrl}/id/${organizationId}/${idOf(user)}`,
    user_id: idOf(user),
    organization_id: organizationId,
    preferred_username: textOf(user, "Username"),
    name: textOf(user, "Name"),
    email: textOf(user, "Email"),
    email_verified: true,
    given_name: textOf(user, "FirstName"),
    family_name: textOf(user, "LastName"),
    zoneinfo: textOf(user, "TimeZoneSidKey"),
    active: user["IsActive"] === true,
    user_type: "STANDARD",
    language: "en_US",
    locale: "en_US",
    utcOffset: -18_000_000,
    is_app_installed: true,
  };
}

/**
 * Writes who a user is, as the identity URL `/id/<org>/<user>` answers it.
 *
 * @see https://developer.salesforce.com/docs/platform/mobile-sdk/guide/oauth-using-identity-urls.html
 */
export function identityOf(user: StubRecord, organizationId: string, orgUrl: string): object {
  return {
    id: `${orgUrl}/id/${organizationId}/${idOf(user)}`,
    asserted_user: true,
    user_id: idOf(user),
    organization_id: organizationId,
    username: textOf(user, "Username"),
    display_name: textOf(user, "Name"),
    email: textOf(user, "Email"),
    timezone: textOf(user, "TimeZoneSidKey"),
    active: user["IsActive"] === true,
  };
}
