import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join, relative } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import { ComponentSet, MetadataConverter } from "@salesforce/source-deploy-retrieve";
import type { PackageFile } from "../../src/salesforce-package/package-file.ts";
import { AWKWARD_SECRET, aConnection, aPackage, aPlan } from "./acme-package.ts";
import { elementsAt, readXml, textsAt } from "./read-xml.ts";

const SOURCE = "force-app/main/default/";

let dir: string;

beforeAll(() => {
  dir = mkdtempSync(join(tmpdir(), "siro-bridge-package-"));
});

afterAll(() => rmSync(dir, { recursive: true, force: true }));

function unpack(name: string, files: ReadonlyMap<string, PackageFile>): string {
  for (const [path, { text }] of files) {
    mkdirSync(dirname(join(dir, name, path)), { recursive: true });
    writeFileSync(join(dir, name, path), text);
  }
  return join(dir, name);
}

function membersOf(path: string): readonly string[] {
  return elementsAt(readXml(readFileSync(path, "utf8")), "types")
    .flatMap((type) =>
      textsAt(type, "members").map((member) => `${textsAt(type, "name")[0]}:${member}`),
    )
    .toSorted(byText);
}

function namesOf(set: ComponentSet): readonly string[] {
  return [...set].map(({ type, fullName }) => `${type.name}:${fullName}`).toSorted(byText);
}

async function convert(set: ComponentSet, outputDirectory: string): Promise<string> {
  const { packagePath = "" } = await new MetadataConverter().convert(set, "metadata", {
    type: "directory",
    outputDirectory,
    genUniqueDir: false,
  });
  return packagePath;
}

describe.each([
  ["all", aPlan()],
  ["awkward", aPlan(aConnection({ name: "0-a--b", webhookSecrets: [AWKWARD_SECRET] }))],
  ["leads", aPlan(aConnection(), { objects: ["Lead"] })],
])("Salesforce's own library, for the package of %s", (name, plan) => {
  const files = aPackage(plan);
  let root: string;

  beforeAll(() => {
    root = unpack(name, files);
  });

  test("finds every component of the manifest in the source folder", async () => {
    const set = await ComponentSet.fromManifest({
      manifestPath: join(root, "manifest/package.xml"),
      resolveSourcePaths: [join(root, "force-app")],
    });
    const resolved = set
      .getSourceComponents()
      .toArray()
      .flatMap((component) => [component, ...component.getChildren()]);
    expect(
      resolved.map(({ type, fullName }) => `${type.name}:${fullName}`).toSorted(byText),
    ).toEqual(membersOf(join(root, "manifest/package.xml")));
    expect(resolved.filter(({ xml }) => xml === undefined)).toEqual([]);
  });

  test("converts it to the metadata format, with every file where the org looks for it", async () => {
    const set = await ComponentSet.fromManifest({
      manifestPath: join(root, "manifest/package.xml"),
      resolveSourcePaths: [join(root, "force-app")],
    });
    const out = await convert(set, join(root, "converted"));
    expect(membersOf(join(out, "package.xml"))).toEqual(
      membersOf(join(root, "manifest/package.xml")),
    );

    const converted = filesUnder(out).filter((path) => path !== "package.xml");
    expect(converted).toEqual(metadataPaths(files));
    const leaves = converted.flatMap((path) =>
      partsOf(path, readFileSync(join(out, path), "utf8")),
    );
    const expected = [...files.values()]
      .filter(({ path }) => path.startsWith(SOURCE))
      .flatMap(({ path, text }) => partsOf(path, text));
    expect(leaves.toSorted(byText)).toEqual(expected.toSorted(byText));
  });

  test("reads the removal folders", async () => {
    const steps = ["2-delete-flows", "3-delete-the-rest", "4-delete-the-app"];
    const deleted = await Promise.all(
      steps.map((step) =>
        ComponentSet.fromManifest({
          manifestPath: join(root, "removal", step, "package.xml"),
          destructivePost: join(root, "removal", step, "destructiveChanges.xml"),
        }),
      ),
    );
    expect(deleted.flatMap((set) => set.destructiveChangesPost.size)).not.toContain(0);
    const definitions = ComponentSet.fromSource(join(root, "removal/1-deactivate-flows"));
    expect(namesOf(definitions)).toEqual(
      membersOf(join(root, "removal/1-deactivate-flows/package.xml")),
    );
  });
});

function filesUnder(root: string): readonly string[] {
  return readdirSync(root, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => relative(root, join(entry.parentPath, entry.name)))
    .toSorted(byText);
}

/** Where the parts of the source folder belong in the metadata format: fields and links in their object's file. */
function metadataPaths(files: ReadonlyMap<string, PackageFile>): readonly string[] {
  const paths = [...files.keys()]
    .filter((path) => path.startsWith(SOURCE))
    .map((path) => path.slice(SOURCE.length))
    .map((path) => (path.startsWith("lwc/") ? path : path.replace(/-meta\.xml$/, "")))
    .map((path) => path.replace(/^objects\/(\w+)\/.*$/, "objects/$1.object"));
  return [...new Set(paths)].toSorted(byText);
}

function byText(one: string, other: string): number {
  return one < other ? -1 : Number(one > other);
}

/** What a file says: the leaves of its XML, or the whole of a component's source. */
function partsOf(path: string, text: string): readonly string[] {
  return /\.(js|html)$/.test(path) ? [text] : leavesOf(readXml(text));
}

function leavesOf(element: ReturnType<typeof readXml>): readonly string[] {
  return element.children.length === 0
    ? [`${element.name}=${element.text}`]
    : element.children.flatMap(leavesOf);
}
