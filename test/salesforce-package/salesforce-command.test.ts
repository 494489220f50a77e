import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, jest, test } from "@jest/globals";
import { runCli } from "../../src/cli/main.ts";

const SECRET = `<&"'/ ${"s".repeat(32)}`;
const USER = ["--integration-user", "siro.bridge@acme.example"];

let dir: string;
let out: string;
let stdout: string;
let stderr: string;
let environment: NodeJS.ProcessEnv;

beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), "siro-bridge-salesforce-"));
  out = join(dir, "made", "package");
  stdout = "";
  stderr = "";
  environment = { ...process.env };
  Object.assign(process.env, {
    DATA_DIR: join(dir, "data"),
    CONNECTIONS_FILE: join(dir, "connections.json"),
    PUBLIC_URL: "https://bridge.example.com",
  });
  jest.spyOn(process.stdout, "write").mockImplementation((text) => {
    stdout += String(text);
    return true;
  });
  jest.spyOn(process.stderr, "write").mockImplementation((text) => {
    stderr += String(text);
    return true;
  });
  configure({});
});

afterEach(() => {
  jest.restoreAllMocks();
  process.env = environment;
  rmSync(dir, { recursive: true, force: true });
});

function configure(own: Readonly<Record<string, unknown>>): void {
  const acme = { name: "acme", organizationId: "00D5f000004XyZaEAK", webhookSecrets: [SECRET] };
  const other = { ...acme, name: "other" };
  const connections = [{ ...acme, ...own }, other];
  writeFileSync(join(dir, "connections.json"), JSON.stringify({ connections }));
}

function run(...args: readonly string[]): Promise<number> {
  return runCli(["salesforce", "package", ...args]);
}

function filesOf(path: string): readonly string[] {
  return readdirSync(path, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name));
}

function expectNoSecretPrinted(): void {
  for (const secret of [SECRET, encodeURIComponent(SECRET), "s".repeat(32)]) {
    expect(stdout + stderr).not.toContain(secret);
  }
}

describe("siro-bridge salesforce package", () => {
  test("writes files for their owner alone, and says what they hold without showing it", async () => {
    expect(await run("acme", "--out", out, ...USER)).toBe(0);
    const files = filesOf(out);
    expect(files.length).toBeGreaterThan(30);
    expect(
      files.map((file) => statSync(file).mode & 0o777).filter((mode) => mode !== 0o600),
    ).toEqual([]);
    expect(statSync(out).mode & 0o777).toBe(0o700);
    const workflow = "force-app/main/default/workflows/ServiceAppointment.workflow-meta.xml";
    expect(readFileSync(join(out, workflow), "utf8")).toContain(
      `/webhooks/salesforce/acme/${encodeURIComponent(SECRET).replaceAll("'", "&apos;")}</endpointUrl>`,
    );
    expect(stdout).toContain(`The webhook secret of acme is in ${workflow}:`);
    expect(stdout).toContain("sf project deploy start --manifest manifest/package.xml");
    expect(stderr).toContain("warning: the webhook secret of acme is percent-encoded");
    expectNoSecretPrinted();
  });

  test("prints one JSON object with --json", async () => {
    expect(await run("acme", "--out", out, ...USER, "--with", "Event", "--json")).toBe(0);
    const printed = JSON.parse(stdout);
    expect(printed).toMatchObject({
      kind: "written",
      connection: "acme",
      out,
      objects: ["ServiceAppointment", "Event"],
    });
    expect(printed.files.toSorted()).toEqual(
      filesOf(out)
        .map((file) => file.slice(out.length + 1))
        .toSorted(),
    );
    expect(printed.secretFiles).toHaveLength(2);
    expect(stderr).toBe("");
    expectNoSecretPrinted();
  });

  test("takes the user of jwt-bearer, and every object asked for", async () => {
    const auth = {
      ...{ kind: "jwt-bearer", clientId: "3MVG9", username: "jwt@acme.example" },
      ...{ privateKeyFile: "key.pem", loginUrl: "https://acme.my.salesforce.com" },
    };
    configure({
      salesforce: { instanceUrl: "https://acme.my.salesforce.com", auth },
      mapping: { lead: { startField: "Start__c" }, opportunity: { startField: "Start__c" } },
    });
    expect(await run("acme", "--out", out, "--with", "opportunity, lead,event")).toBe(0);
    const workflows = join(out, "force-app/main/default/workflows");
    expect(readdirSync(workflows).toSorted()).toEqual([
      ...["Event.workflow-meta.xml", "Lead.workflow-meta.xml"],
      ...["Opportunity.workflow-meta.xml", "ServiceAppointment.workflow-meta.xml"],
    ]);
    expect(readFileSync(join(workflows, "Lead.workflow-meta.xml"), "utf8")).toContain(
      "<integrationUser>jwt@acme.example</integrationUser>",
    );
  });

  test("leaves a folder with something in it alone, unless it is forced", async () => {
    expect(await run("acme", "--out", out, ...USER)).toBe(0);
    const project = join(out, "sfdx-project.json");
    writeFileSync(project, "mine");
    chmodSync(project, 0o644);
    expect(await run("acme", "--out", out, ...USER)).toBe(1);
    expect(stderr).toContain(`error: ${out} is not empty`);
    expect(readFileSync(project, "utf8")).toBe("mine");
    expect(await run("acme", "--out", out, ...USER, "--force")).toBe(0);
    expect(JSON.parse(readFileSync(project, "utf8"))).toMatchObject({ namespace: "" });
    expect(statSync(project).mode & 0o777).toBe(0o600);
  });

  test("writes into an empty folder", async () => {
    mkdirSync(out, { recursive: true });
    expect(await run("acme", "--out", out, ...USER)).toBe(0);
  });

  test("says when it cannot write", async () => {
    writeFileSync(join(dir, "file"), "");
    expect(await run("acme", "--out", join(dir, "file"), ...USER)).toBe(1);
    expect(stderr).toContain("cannot be written (ENOTDIR)");
  });
});

describe("siro-bridge salesforce package refuses, and writes nothing", () => {
  afterEach(() => {
    expect(existsSync(out)).toBe(false);
    expectNoSecretPrinted();
  });

  test("a connection that is not there, with the names there are", async () => {
    expect(await run("acm", "--out", out, ...USER)).toBe(1);
    expect(stderr).toBe('error: there is no connection "acm"; there is: acme, other\n');
  });

  test("the demo connection of local mode", async () => {
    writeFileSync(join(dir, "connections.json"), '{"connections":[]}');
    expect(await run("demo", "--out", out, ...USER)).toBe(1);
    expect(stderr).toContain("no connection is configured");
  });

  test("a bridge without an https address", async () => {
    delete process.env["PUBLIC_URL"];
    expect(await run("acme", "--out", out, ...USER)).toBe(1);
    expect(stderr).toContain("error: PUBLIC_URL: must be https; set PUBLIC_URL=https://");
  });

  test("a configuration that cannot be used", async () => {
    configure({ webhookSecrets: ["short"] });
    expect(await run("acme", "--out", out, ...USER, "--json")).toBe(1);
    expect(JSON.parse(stdout)).toEqual({
      kind: "refused",
      problems: [expect.stringContaining("webhookSecrets")],
      exitCode: 1,
    });
  });

  test("leads of a connection that has no date field for them", async () => {
    expect(await run("acme", "--out", out, ...USER, "--with", "lead")).toBe(1);
    expect(stderr).toContain("mapping.lead names no startField");
  });

  test.each([
    ["no connection", []],
    ["no integration user", ["acme"]],
    ["a user that is no username", ["acme", "--integration-user", "siro bridge"]],
    ["an unknown object", ["acme", ...USER, "--with", "case"]],
    ["nothing to report", ["acme", ...USER, "--no-service-appointments"]],
    ["an unknown flag", ["acme", ...USER, "--deploy"]],
  ])("wrong use: %s", async (_what, args) => {
    expect(await run(...args, "--out", out)).toBe(2);
    expect(stderr).not.toBe("");
  });
});
