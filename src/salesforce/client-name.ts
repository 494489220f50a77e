/**
 * How the bridge names itself to an org in every call, so that change events tell its own writes from all others.
 *
 * @see https://developer.salesforce.com/docs/atlas.en-us.api_rest.meta/api_rest/headers_calloptions.htm
 */
export const CLIENT_NAME = "siro-bridge";
