import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "@jest/globals";

const PAGE = "src/rep-page/page";
const GUIDE = readFileSync("docs/rep-setup.md", "utf8");

/** What stands in bold and is no word of the page: names that phones and their apps use, and the guide's own. */
const NOT_OURS = new Set([
  ...["Add to Home Screen", "Notification", "Run Immediately", "Display over other apps"],
  ...["Get Contents of URL", "If", "has any value", "Open URLs", "End If"],
  ...["How sure this is.", "iPhone", "Android", "0 taps on iPhone, iOS 27", "0 taps on Android"],
  ...["Lost phone."],
]);

/** Matches the texts of the page's scripts; a part that is put together at run time may be anything. */
function pageTexts(): readonly RegExp[] {
  const scripts = readdirSync(PAGE)
    .filter((name) => name.endsWith(".js"))
    .map((name) => readFileSync(join(PAGE, name), "utf8"));
  return scripts.flatMap((script) =>
    [...script.matchAll(/"([^"\n]+)"|`((?:\$\{[^`]*?\}|[^`])+)`/g)].map(([, plain, template]) => {
      const parts = (plain ?? template ?? "").split(/\$\{.*?\}/s);
      return new RegExp(`^${parts.map(escapeRegExp).join(".+")}$`, "s");
    }),
  );
}

function escapeRegExp(text: string): string {
  return text.replaceAll(/[.*+?^${}()|[\]\\]/g, "\\$&");
}

describe("the guide to a rep's phone", () => {
  test("names buttons as the page does", () => {
    const texts = pageTexts().filter(({ source }) => !/^\^(\.\+)+\$$/.test(source));
    const named = [...GUIDE.matchAll(/\*\*([^*]+)\*\*/g)].map(([, name = ""]) => name);
    const ours = named.filter((name) => !NOT_OURS.has(name));
    expect(ours).toContain("Set up this phone");
    expect(ours.filter((name) => !texts.some((text) => text.test(name)))).toEqual([]);
  });

  test("names what the Salesforce package brings", () => {
    const names = [...GUIDE.matchAll(/`(Siro_\w+)`/g)].map(([, name]) => name);
    const buttons = readdirSync("salesforce/example", { recursive: true })
      .map((path) => /(\w+)\.(?:webLink|quickAction)-meta\.xml$/.exec(String(path))?.[1])
      .filter((name) => name !== undefined);
    expect(buttons).toHaveLength(4);
    expect(new Set(names)).toEqual(new Set(buttons));
  });
});
