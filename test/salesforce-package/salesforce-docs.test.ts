import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, relative } from "node:path";
import { afterAll, describe, expect, jest, test } from "@jest/globals";
import { runCli } from "../../src/cli/main.ts";
import { aPackage } from "./acme-package.ts";

const GUIDE = readFileSync("docs/salesforce-setup.md", "utf8");
const README = readFileSync("salesforce/README.md", "utf8");
const FRONT_PAGE = readFileSync("README.md", "utf8");

const dir = mkdtempSync(join(tmpdir(), "siro-bridge-example-"));

afterAll(() => rmSync(dir, { recursive: true, force: true }));

function textsUnder(root: string): ReadonlyMap<string, string> {
  const files = readdirSync(root, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name));
  return new Map(files.map((file) => [relative(root, file), readFileSync(file, "utf8")]));
}

/** Runs a command of a page, with the settings before it, but for the folder it writes. */
async function runShown(
  shell: string,
  { out, env }: { readonly out: string; readonly env: Readonly<Record<string, string>> },
): Promise<number> {
  const words = shell.split(/[\s\\]+/);
  const start = words.indexOf("siro-bridge");
  const settings = words.slice(0, start).filter((word) => word.includes("="));
  const environment = { ...process.env };
  const silence = jest.spyOn(process.stdout, "write").mockReturnValue(true);
  try {
    delete process.env["PUBLIC_URL"];
    Object.assign(process.env, Object.fromEntries(settings.map((word) => word.split("="))), env);
    return await runCli([...words.slice(start + 1), "--out", out]);
  } finally {
    process.env = environment;
    silence.mockRestore();
  }
}

async function writeExample(out: string): Promise<number> {
  const shell = README.match(/PUBLIC_URL=[\s\S]*?(?=\n```)/)?.[0] ?? "";
  return runShown(shell, { out, env: { DATA_DIR: dir } });
}

describe("the example in salesforce/", () => {
  test("is what the command of its README writes", async () => {
    const out = join(dir, "example");
    expect(await writeExample(out)).toBe(0);
    const written = textsUnder(out);
    const kept = textsUnder("salesforce/example");
    expect([...kept.keys()].toSorted()).toEqual([...written.keys()].toSorted());
    for (const [path, text] of written) {
      expect({ path, text: kept.get(path) }).toEqual({ path, text });
    }
  });
});

describe("the front page", () => {
  /** Its connection, with the Salesforce settings that it adds in the next step. */
  function shownConnection(): Readonly<Record<string, unknown>> {
    const [whole = "", added = ""] = [...FRONT_PAGE.matchAll(/```json\n([\s\S]*?)```/g)].map(
      ([, text]) => text ?? "",
    );
    return { ...JSON.parse(whole).connections[0], ...JSON.parse(`{${added}}`) };
  }

  /** A value for each name that it exports, as its own command would draw one. */
  function exportedValues(): Readonly<Record<string, string>> {
    const lines = [...FRONT_PAGE.matchAll(/^export (.*)$/gm)].map(([, line]) => line ?? "");
    const names = lines.flatMap((line) => [...line.matchAll(/\b([A-Z][A-Z_]+)=/g)]);
    return Object.fromEntries(
      names.map(([, name = ""]) => [
        name,
        name.includes("SIGNING") ? `whsec_${"A".repeat(32)}` : "v".repeat(48),
      ]),
    );
  }

  test("shows a command that writes the package of the connection it shows", async () => {
    const file = join(dir, "front-page.json");
    writeFileSync(file, JSON.stringify({ connections: [shownConnection()] }));
    const [shell = ""] =
      FRONT_PAGE.match(/^PUBLIC_URL=.*salesforce package[\s\S]*?(?=\n```)/m) ?? [];
    const out = join(dir, "front-page");
    const env = { ...exportedValues(), CONNECTIONS_FILE: file, DATA_DIR: dir };
    expect(await runShown(shell, { out, env })).toBe(0);
    expect(readdirSync(out)).toContain("force-app");
  });
});

describe("the guide", () => {
  const files = aPackage();
  const members = [...files.values()].flatMap(({ components }) =>
    components.map(({ fullName }) => fullName.replace(/^.*\./, "")),
  );
  const extensions: readonly { AppExtensionName: string }[] = JSON.parse(
    files.get("data/AppExtension.json")?.text ?? "",
  ).records;
  const names = new Set([
    ...members,
    ...extensions.map(({ AppExtensionName }) => AppExtensionName),
  ]);

  test("names everything that is deployed", () => {
    const unnamed = [...names].filter(
      (name) => !(GUIDE.includes(`\`${name}\``) || GUIDE.includes(`'${name}'`)),
    );
    expect(unnamed).toEqual(["Event", "Lead", "Opportunity"]);
  });

  test("names nothing that is not deployed", () => {
    const said = [...GUIDE.matchAll(/\bSiro_\w+/g)].map(([name]) => name);
    expect(said.length).toBeGreaterThan(30);
    expect(said.filter((name) => !names.has(name))).toEqual([]);
  });

  test("points at folders and files that are written", () => {
    const paths = [...GUIDE.matchAll(/\b(?:removal|manifest|data|force-app)\/[\w./-]+/g)].map(
      ([path]) => path.replace(/\.$/, ""),
    );
    expect(paths.length).toBeGreaterThan(8);
    const written = [...files.keys()];
    expect(
      paths.filter((path) => !written.some((one) => one === path || one.startsWith(`${path}/`))),
    ).toEqual([]);
  });

  test("shows commands and flags that exist", async () => {
    let help = "";
    const spy = jest.spyOn(process.stdout, "write").mockImplementation((text) => {
      help += String(text);
      return true;
    });
    await runCli(["salesforce", "package", "--help"]);
    spy.mockRestore();
    const flags = [
      ...GUIDE.matchAll(
        /`?(--(?:with|force|more-fields|no-[\w-]+|integration-user|contact-email|out))\b/g,
      ),
    ];
    expect(flags.length).toBeGreaterThan(5);
    expect(flags.map(([, flag]) => flag ?? "").filter((flag) => !help.includes(flag))).toEqual([]);
  });
});
