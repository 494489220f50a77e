import { afterEach, beforeEach, describe, expect, jest, test } from "@jest/globals";
import { runCli } from "../../src/cli/main.ts";

let stdout = "";
let stderr = "";

beforeEach(() => {
  stdout = "";
  stderr = "";
  jest.spyOn(process.stdout, "write").mockImplementation((text) => {
    stdout += String(text);
    return true;
  });
  jest.spyOn(process.stderr, "write").mockImplementation((text) => {
    stderr += String(text);
    return true;
  });
});

afterEach(() => {
  jest.restoreAllMocks();
});

describe("siro-bridge link build", () => {
  test("prints the link alone on stdout", async () => {
    const code = await runCli([
      ...["link", "build", "--action", "start", "--title", "Jane Doe – Kitchen"],
      ...["--conversation-type", "3f2504e0-4f89-41d3-9a0c-0305e82c3301"],
      ...["--redirect-url", "https://bridge.example.com/r/n0nce"],
      ...["--connection-id", "01HABCD1234567890EFGHIJKLMN"],
      ...["--crm-object", "ServiceAppointment:08pWs0000001AbC"],
      ...["--crm-object", "Opportunity:006Ws000001XyZzIAK"],
    ]);
    expect({ code, stdout, stderr }).toEqual({
      code: 0,
      stdout:
        "https://app.siro.ai/record?action=start&title=Jane%20Doe%20%E2%80%93%20Kitchen&conversationType=3f2504e0-4f89-41d3-9a0c-0305e82c3301&redirectUrl=https%3A%2F%2Fbridge.example.com%2Fr%2Fn0nce&integrationConnectionId=01HABCD1234567890EFGHIJKLMN&crmObjects=%5B%7B%22objectType%22%3A%22ServiceAppointment%22%2C%22objectId%22%3A%2208pWs0000001AbCIAU%22%7D%2C%7B%22objectType%22%3A%22Opportunity%22%2C%22objectId%22%3A%22006Ws000001XyZzIAK%22%7D%5D\n",
      stderr: "",
    });
  });

  test("prints every issue on stderr and exits with 1", async () => {
    const code = await runCli([
      ...["link", "build", "--action", "stop", "--title", "x", "--redirect-url", "/x"],
    ]);
    expect({ code, stdout }).toEqual({ code: 1, stdout: "" });
    expect(stderr).toContain("error PARAM_NOT_ALLOWED_FOR_ACTION (title): ");
    expect(stderr).toContain("error INVALID_REDIRECT_URL (redirectUrl): ");
  });

  test("prints warnings on stderr beside the link", async () => {
    expect(await runCli(["link", "build", "--action", "start", "--opportunity-id", "o1"])).toBe(0);
    expect(stdout).toBe("https://app.siro.ai/record?action=start&opportunityId=o1\n");
    expect(stderr).toMatch(/^warning DEPRECATED \(opportunityId\): .+\n$/);
  });

  test("prints one JSON object with --json, for a link and for a refusal", async () => {
    expect(await runCli(["link", "build", "--action", "stop", "--json"])).toBe(0);
    expect(JSON.parse(stdout)).toEqual({
      kind: "built",
      url: "https://app.siro.ai/record?action=stop",
      warnings: [],
    });
    stdout = "";
    expect(await runCli(["link", "build", "--json"])).toBe(1);
    expect(JSON.parse(stdout)).toMatchObject({
      kind: "refused",
      issues: [{ code: "MISSING_ACTION", field: "action" }],
    });
    expect(stderr).toBe("");
  });

  test("passes host, schemes, undocumented values and ids on to the rules", async () => {
    const code = await runCli([
      ...["link", "build", "--action", "restart", "--host", "salespro.siro.ai"],
      ...["--redirect-url", "salesforce1://x", "--whitelisted-scheme", "salesforce1"],
      ...["--connection-id", "c", "--crm-object", "Engagement:a:b", "--allow-undocumented"],
      ...["--crm-object", "Account:001D000000IRFma", "--no-normalize-ids"],
    ]);
    expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
    expect(stdout).toContain("https://salespro.siro.ai/record?action=restart&redirectUrl=sales");
    expect(stdout).toContain("%22a%3Ab%22");
    expect(stdout).toContain("%22001D000000IRFma%22");
  });
});

describe("siro-bridge link parse", () => {
  const withOddities = "https://app.siro.ai/record?action=stop&title=a%1Bb&c=2";

  test("prints one line per value, control characters made visible", async () => {
    expect(await runCli(["link", "parse", withOddities])).toBe(0);
    expect(stdout).toBe(
      'kind: "recording-link"\naction: "stop"\ntitle: "a\\u001bb"\nextra c: "2"\n',
    );
    expect(stderr).toContain("warning UNKNOWN_PARAM (c): ");
    expect(stderr).toContain("warning PARAM_NOT_ALLOWED_FOR_ACTION (title): ");
  });

  test("never lets a parameter's name control the terminal", async () => {
    await runCli(["link", "parse", "https://app.siro.ai/record?action=stop&%1B%5B2J%E2%80%AE=1"]);
    expect(stdout).toContain("extra \\u{1b}[2J\\u{202e}:");
    expect(stdout + stderr).not.toContain("\u001B");
    expect(stdout + stderr).not.toContain("\u202E");
  });

  test("refuses with --strict what it only remarks on otherwise", async () => {
    expect(await runCli(["link", "parse", withOddities, "--strict"])).toBe(1);
    expect(stdout).toBe("");
    expect(stderr).toContain("error PARAM_NOT_ALLOWED_FOR_ACTION (title): ");
  });

  test("prints one JSON object with --json", async () => {
    const url = "siro://record?appointmentId=A1&title=Jane%20Doe";
    expect(await runCli(["link", "parse", url, "--json"])).toBe(0);
    expect(JSON.parse(stdout)).toEqual({
      kind: "legacy-app-link",
      link: { appointmentId: "A1", title: "Jane Doe" },
      extra: {},
      warnings: [],
    });
  });

  test("accepts the hosts it is given, and no other", async () => {
    const url = "https://salespro.siro.ai/record?action=stop";
    const hosts = ["--host", "app.siro.ai", "--host", "SALESPRO.siro.ai"];
    expect(await runCli(["link", "parse", url, ...hosts])).toBe(0);
    expect(await runCli(["link", "parse", url])).toBe(1);
    expect(stderr).toContain("error NOT_A_SIRO_LINK (url): ");
  });
});

describe("siro-bridge", () => {
  test.each([
    { args: [] },
    { args: ["bogus"] },
    { args: ["link"] },
    { args: ["link", "bogus"] },
    { args: ["link", "build", "--bogus"] },
    { args: ["link", "build", "--title"] },
    { args: ["link", "build", "--crm-object", "Lead"] },
    { args: ["link", "build", "--crm-object", ":1"] },
    { args: ["link", "build", "surplus"] },
    { args: ["link", "parse"] },
  ])("exits with 2 and explains itself on stderr for $args", async ({ args }) => {
    expect(await runCli(args)).toBe(2);
    expect(stdout).toBe("");
    expect(stderr).not.toBe("");
  });

  test("prints help on stdout and exits with 0", async () => {
    expect(await runCli(["link", "build", "--help"])).toBe(0);
    expect(stdout).toContain("--crm-object <type:id>");
    expect(stderr).toBe("");
  });
});
