import { describe, expect, test } from "@jest/globals";
import { connectionSchema } from "../../src/domain/connection.ts";

const ACME = {
  name: "acme",
  organizationId: "00D5f000004XyZaEAK",
  webhookSecrets: ["an-invented-webhook-secret-of-40-letters!"],
};
const TOKEN = { apiToken: "token" };
const APP = { userApp: { clientId: "a", clientSecret: "b" } };

function problemsOf(siro: object, own: object = {}): readonly string[] {
  const parsed = connectionSchema.safeParse({ ...ACME, ...own, siro });
  return parsed.success
    ? []
    : parsed.error.issues.map(({ path, message }) => `${path.join(".")}: ${message}`);
}

describe("what may be changed in Siro", () => {
  test("is off unless it is asked for", () => {
    expect(connectionSchema.parse({ ...ACME, siro: TOKEN }).siro).toMatchObject({
      ...{ repair: "off", repairAfterMinutes: 15, titleRestarts: false, syncEngagements: false },
    });
  });

  test("needs what it is done with, all of it said at once", () => {
    expect(problemsOf({ repair: "on" })).toEqual([
      "siro: repair needs apiToken",
      "siro: repair needs integrationConnectionId",
      "siro: repair on needs userApp",
    ]);
    expect(problemsOf({ ...TOKEN, repair: "dry-run" }, { integrationConnectionId: "C" })).toEqual(
      [],
    );
    expect(problemsOf({ ...TOKEN, titleRestarts: true })).toEqual([
      "siro: titleRestarts needs userApp",
    ]);
    expect(problemsOf({ syncEngagements: true })).toEqual(["siro: syncEngagements needs apiToken"]);
    const all = { repair: "on", titleRestarts: true, syncEngagements: true };
    expect(problemsOf({ ...TOKEN, ...APP, ...all }, { integrationConnectionId: "C" })).toEqual([]);
  });
});
