import { describe, expect, test } from "@jest/globals";
import { redirectUrl, returnTarget } from "../../src/deliveries/return-url.ts";
import { aConnection } from "../support/bridge-state.ts";
import { anAppointment } from "../support/builders.ts";

const VISIT = anAppointment("08p000000000001AAA", ["10:00", "11:00"]);
const PUBLIC = { publicUrl: new URL("https://bridge.example.com"), token: "t0ken" };
const LOCAL = { publicUrl: new URL("http://127.0.0.1:3000"), token: "t0ken" };

function anOrg(instanceUrl: string) {
  const auth = { kind: "client-credentials", clientId: "id", clientSecret: "secret" };
  return { salesforce: { instanceUrl, auth } };
}

describe("returnTarget", () => {
  test("the record is opened in the org's Lightning host", () => {
    const connection = aConnection(anOrg("https://acme.my.salesforce.com"));
    expect(returnTarget(connection, VISIT)).toBe(
      "https://acme.lightning.force.com/lightning/r/ServiceAppointment/08p000000000001AAA/view",
    );
  });

  test("a sandbox keeps its own host", () => {
    const connection = aConnection(anOrg("https://acme--uat.sandbox.my.salesforce.com"));
    expect(returnTarget(connection, VISIT)).toContain(
      "https://acme--uat.sandbox.lightning.force.com/",
    );
  });

  test.each([
    ["no org", {}],
    ["a stub org without https", anOrg("http://127.0.0.1:4000")],
  ])("with %s there is no record to return to", (_, own) => {
    expect(returnTarget(aConnection(own), VISIT)).toBeUndefined();
  });

  test("a template's placeholders are filled in, everywhere", () => {
    const returnTo = "https://crm.example.com/{recordType}/{recordId}?id={recordId}";
    expect(returnTarget(aConnection({ links: { returnTo } }), VISIT)).toBe(
      "https://crm.example.com/ServiceAppointment/08p000000000001AAA?id=08p000000000001AAA",
    );
  });

  test("none means none", () => {
    const connection = aConnection({
      ...anOrg("https://a.my.salesforce.com"),
      links: { returnTo: "none" },
    });
    expect(returnTarget(connection, VISIT)).toBeUndefined();
    expect(redirectUrl(connection, VISIT, PUBLIC)).toBeUndefined();
  });
});

describe("redirectUrl", () => {
  test("with a public https address it is our own page, which records the return", () => {
    expect(redirectUrl(aConnection(), VISIT, PUBLIC)).toBe("https://bridge.example.com/done/t0ken");
  });

  test("without one it is the target itself, or nothing", () => {
    const org = aConnection(anOrg("https://acme.my.salesforce.com"));
    expect(redirectUrl(org, VISIT, LOCAL)).toMatch(/^https:\/\/acme\.lightning/);
    expect(redirectUrl(aConnection(), VISIT, LOCAL)).toBeUndefined();
  });
});
