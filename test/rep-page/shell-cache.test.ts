import { createHash } from "node:crypto";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "@jest/globals";

const PAGE = "src/rep-page/page";
const WORKER = readFileSync(join(PAGE, "sw.js"), "utf8");

/** Where each file of the page is found by a browser; the icons only as far as a page shows them. */
function addressOf(file: string): string {
  switch (file) {
    case "index.html":
      return "/rep";
    case "rep.css":
      return "/rep-assets/rep.css";
    default:
      return `/rep/${file}`;
  }
}

function pageFiles(): readonly string[] {
  const files = readdirSync(PAGE).filter((name) => /\.(js|css|html)$/.test(name));
  return [...files.filter((name) => name !== "sw.js"), "icons/icon.svg", "icons/icon-192.png"];
}

describe("what the service worker keeps for when there is no network", () => {
  test("is the whole page", () => {
    const [, list = ""] = /const FILES = \[(.*?)\];/s.exec(WORKER) ?? [];
    const kept = [...list.matchAll(/"([^"]+)"/g)].map(([, path]) => path);
    expect(["/rep", ...kept].toSorted()).toEqual(pageFiles().map(addressOf).toSorted());
  });

  test("has a name that changes with every file, so that phones fetch the new page", () => {
    const hash = createHash("sha256");
    for (const file of pageFiles().toSorted()) {
      hash.update(file).update(readFileSync(join(PAGE, file)));
    }
    const name = `siro-bridge-${hash.digest("hex").slice(0, 8)}`;
    // After a change to the page: write the expected name into sw.js.
    expect(/const CACHE = "([^"]+)"/.exec(WORKER)?.[1]).toBe(name);
  });
});
