import { readFileSync } from "node:fs";
import { describe, expect, test } from "@jest/globals";
import { z } from "zod";
import { anAcme, cliUnderTest } from "./cli-under-test.ts";

describe("wrong use with --json", () => {
  const run = cliUnderTest();

  test.each([
    [["link", "build", "--crm-object", "nonsense"], /Type:Id/],
    [["doctor", "--deep"], /unknown option '--deep'/],
    [["connections", "check", "nobody"], /no such connection; there are: acme/],
    [["send-sample"], /missing required argument 'connection'/],
    [["send-sample", "acme", "--count", "0"], /It must be 1 to/],
    [["reps", "invite", "acme"], /missing required argument 'userId'/],
    [["salesforce", "package"], /missing required argument 'connection'/],
    [["nonsense"], /unknown command 'nonsense'/],
    [["reps"], /unknown option '--json'/],
  ])("%j is one JSON object on stdout, and exit code 2", async (args, reason) => {
    const { code, stdout } = await run([...args, "--json"], { connections: [anAcme()] });
    expect(code).toBe(2);
    expect(JSON.parse(stdout)).toEqual({ error: expect.stringMatching(reason) });
    expect(stdout).not.toMatch(/error: /);
  });

  test("without it stdout stays empty", async () => {
    const { code, stdout, stderr } = await run(["doctor", "--deep"]);
    expect([code, stdout]).toEqual([2, ""]);
    expect(stderr).toContain("error: unknown option '--deep'");
  });
});

describe("--version", () => {
  const run = cliUnderTest();

  test("is the package's, on stdout", async () => {
    const { version } = z
      .object({ version: z.string() })
      .parse(JSON.parse(readFileSync("package.json", "utf8")));
    expect(await run(["--version"])).toMatchObject({ code: 0, stdout: `${version}\n` });
  });
});
