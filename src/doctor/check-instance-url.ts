import type { Connection } from "../domain/connection.ts";
import { type Finding, fail, ok, warn } from "./finding.ts";

type Settings = NonNullable<Connection["salesforce"]>;

const MY_DOMAIN = /\.my\.(salesforce\.(com|mil)|sfcrmproducts\.cn)$/;
const PAGE_HOST = /\.(lightning\.force|visual\.force|visualforce|salesforce-setup|my\.site)\.com$/;
const SHARED_LOGIN = /^(login|test|www)\.salesforce\.com$/;
const USE_MY_DOMAIN =
  "Use the My Domain URL, https://<domain>.my.salesforce.com (Setup, My Domain)";

/**
 * Looks at the form of the org's addresses. Pure.
 *
 * @see https://help.salesforce.com/s/articleView?id=sf.domain_name_url_formats.htm
 */
export function checkInstanceUrl({ instanceUrl, auth }: Settings): readonly Finding[] {
  return [
    instanceFinding(new URL(instanceUrl)),
    ...(auth.kind === "jwt-bearer" ? loginFindings(new URL(auth.loginUrl)) : []),
  ];
}

function instanceFinding(url: URL): Finding {
  const { hostname } = url;
  const hasMore = url.pathname !== "/" || url.search !== "" || url.hash !== "";
  if (hasMore) {
    return fail("instance-url", {
      message: "instanceUrl has a path: every call would go astray",
      whatToDo: `Leave only ${url.origin}`,
    });
  }
  if (PAGE_HOST.test(hostname) || SHARED_LOGIN.test(hostname)) {
    return fail("instance-url", {
      message: `instanceUrl names ${hostname}, where pages are, not the API of this org`,
      whatToDo: USE_MY_DOMAIN,
    });
  }
  if (isOnThisMachine(hostname)) {
    return ok("instance-url", "instanceUrl is on this machine: a stub org, not a Salesforce org");
  }
  return MY_DOMAIN.test(hostname)
    ? ok("instance-url", `${hostname} is a My Domain address`)
    : warn("instance-url", {
        message: `${hostname} is not a My Domain address; Salesforce may move or retire it`,
        whatToDo: USE_MY_DOMAIN,
      });
}

function loginFindings({ hostname }: URL): readonly Finding[] {
  return SHARED_LOGIN.test(hostname)
    ? [
        warn("instance-url", {
          message: `loginUrl is ${hostname}, which External Client Apps may answer with app_not_found`,
          whatToDo: USE_MY_DOMAIN,
        }),
      ]
    : [];
}

function isOnThisMachine(hostname: string): boolean {
  return hostname === "127.0.0.1" || hostname === "localhost";
}
