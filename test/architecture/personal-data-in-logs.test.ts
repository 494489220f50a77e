import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, describe, expect, test } from "@jest/globals";
import { DANA } from "../support/builders.ts";
import { lookThroughLogs } from "../support/logs/look-through-logs.ts";

const dirs: string[] = [];

afterEach(() => {
  for (const dir of dirs.splice(0)) {
    rmSync(dir, { recursive: true, force: true });
  }
});

/** The kinds found in one log, by line. */
function foundIn(lines: readonly string[], name = "some.bridge-1.log"): readonly string[] {
  const dir = mkdtempSync(join(tmpdir(), "siro-bridge-logs-"));
  dirs.push(dir);
  writeFileSync(join(dir, name), lines.join("\n"));
  writeFileSync(join(dir, "secrets.ndjson"), `${JSON.stringify("made-up-just-now")}\n`);
  return lookThroughLogs(dir).findings.map(({ line, kind }) => `${line} ${kind}`);
}

describe("the look through the logs of a run", () => {
  test.each([
    ["e-mail address", `{"event":"x","rep":"${DANA.email}"}`],
    ["e-mail address", "somebody.we+do_not@know.example"],
    ["rep's name", `{"name":"${DANA.name.toUpperCase()}"}`],
    ["customer's name", "for M%C3%BCller"],
    ["visit's title", '{"title":"Gutter quote"}'],
    ["phone number", '{"to":"+1 202 555 0143"}'],
    ["recording link", "https://app.siro.ai/record?title=x"],
    ["link of one prompt or person", "GET /go/0123456789abcdefghij 200"],
    ["address of a push service", "https://push.example/wpush/v2/gAAAAABk"],
    ["signed token (JWT)", '{"assertion":"eyJhbGciOiJSUzI1NiJ9.eyJpc3MiOiJhcHAi"}'],
    ["Authorization header", "Authorization: Bearer abcdef-0123456789"],
    ["signing secret", "whsec_c2lnbmluZ3Npbg"],
    ["Salesforce access token", "00D5f000004XyZa!AQEAQabc.def123"],
    ["value of a secret setting", '{"clientSecret":"whatever"}'],
    ["password in a URL", "redis://:pass-word@redis.internal:6379"],
    ["secret of one test", "it said made-up-just-now"],
    ["random token", '{"x":"q83vEjRWeJCrze8SNFZ4kKvN7xI0Vnic"}'],
  ])("finds: %s", (kind, line) => {
    expect(foundIn(["all is well", line])).toContain(`2 ${kind}`);
  });

  test("finds nothing in what the bridge says of its work", () => {
    const said = [
      '{"event":"job.settled","queue":"crm-events","jobId":"acme-xN1CoQTYb2BIvUBDzsAo3IAA4QB","tookMs":4}',
      '{"event":"rep.sign-in-ended","connection":"acme","userId":"0055f00000AbCdEAAV"}',
      "    at openRedis (file:///srv/node_modules/@scope/pkg@1.2.3/index.js:1:2)",
      "            http://127.0.0.1:3000/webhooks/salesforce/acme/<secret>",
      "  operator password  c29tZXRoaW5nIHJhbmRvbQ",
    ];
    expect(foundIn(said)).toEqual([]);
  });

  test("an answer of a command may name people to who asked, and no secret", () => {
    const said = [DANA.email, "whsec_c2lnbmluZ3Npbg"];
    expect(foundIn(said, "some.command-reps-1.log")).toEqual(["2 signing secret"]);
  });
});
