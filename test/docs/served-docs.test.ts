import { once } from "node:events";
import { readdirSync, readFileSync } from "node:fs";
import { createServer, request, type Server } from "node:http";
import { resolve } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import express from "express";
import type { Browser } from "playwright-core";
import { createDocsRouter } from "../../src/docs/docs-router.ts";
import { startBrowser } from "../support/browser.ts";
import {
  lookAtScreens,
  type OperatorScreen,
  openOperatorScreen,
} from "../support/operator-screen.ts";

const SITE = resolve("dist/src/docs/site");
const PAGES = readdirSync(SITE, { recursive: true, encoding: "utf8" })
  .filter((name) => name.endsWith(".html") && name !== "not-found.html")
  .map((name) => name.replace(/\.html$/, ""));

let server: Server;
let url: string;
let browser: Browser;
let screen: OperatorScreen;

beforeAll(async () => {
  const app = express();
  app.use(createDocsRouter({ publicUrl: new URL("https://bridge.example.com"), dir: SITE }));
  server = createServer(app).listen(0, "127.0.0.1");
  [browser] = await Promise.all([startBrowser(), once(server, "listening")]);
  const address = server.address();
  url = `http://127.0.0.1:${typeof address === "object" && address !== null ? address.port : 0}`;
  screen = await openOperatorScreen(browser);
}, 60_000);

afterAll(async () => {
  await browser?.close();
  server?.close();
});

const addressOf = (page: string) => (page === "index" ? "/docs" : `/docs/${page}`);
const htmlOf = (page: string) => readFileSync(`${SITE}/${page}.html`, "utf8");
const idsOf = (html: string) => [...html.matchAll(/ id="([^"]*)"/g)].map(([, id = ""]) => id);

describe("the served documentation", () => {
  test("has a page for every document", () => {
    const documents = readdirSync("docs", { recursive: true, encoding: "utf8" })
      .filter((name) => name.endsWith(".md"))
      .map((name) => name.replace(/\.md$/, ""));
    expect(PAGES).toEqual(
      expect.arrayContaining([...documents, "index", "contributing", "changelog", "settings"]),
    );
  });

  test("has no link that leads nowhere, no id twice, nothing inline", () => {
    const known = new Map(PAGES.map((page) => [addressOf(page), page]));
    expect(PAGES.flatMap((page) => linksThatLeadNowhere(page, known))).toEqual([]);
    const assets = readdirSync(`${SITE}/assets`);
    for (const page of PAGES) {
      const shown = [...htmlOf(page).matchAll(/ src="([^"]*)"/g)].map(([, src = ""]) => src);
      expect(shown.filter((src) => !assets.includes(src.replace("/docs/assets/", "")))).toEqual([]);
      const ids = idsOf(htmlOf(page));
      expect(ids.length).toBe(new Set(ids).size);
      expect(htmlOf(page)).not.toMatch(/<script|<style|<[^>]* style="|<[^>]* on\w+="/);
    }
  });

  test("is served to everybody, without anything from elsewhere, and asked about each time", async () => {
    const page = await fetch(`${url}/docs/failures`);
    expect(page.status).toBe(200);
    expect(page.headers.get("content-type")).toBe("text/html; charset=utf-8");
    expect(page.headers.get("content-security-policy")).toMatch(/^default-src 'none'/);
    expect(page.headers.get("cache-control")).toBe("no-cache");
    expect(await statusWithTag("/docs/failures", page.headers.get("etag") ?? "")).toBe(304);
    const style = /href="(\/docs\/assets\/[^"]+\.css)"/.exec(await page.text())?.[1];
    const asset = await fetch(`${url}${style}`);
    expect(asset.headers.get("cache-control")).toBe("public, max-age=31536000, immutable");
  });

  test("answers an address without a page with one that leads on, and nothing outside", async () => {
    const missing = await fetch(`${url}/docs/nothing`);
    expect([missing.status, await missing.text()]).toEqual([
      404,
      expect.stringContaining("Begin at the overview"),
    ]);
    for (const path of ["..%2fdocs-router.js%00", "%2e%2e/%2e%2e/package", ".hidden", "a%00b"]) {
      expect((await fetch(`${url}/docs/${path}`)).status).toBeGreaterThanOrEqual(400);
    }
    const markdown = await fetch(`${url}/docs/failures.md`, { redirect: "manual" });
    expect([markdown.status, markdown.headers.get("location")]).toEqual([301, "/docs/failures"]);
  });

  test("looks right on every screen", async () => {
    await screen.page.goto(`${url}/docs/deployment`);
    expect(await lookAtScreens(screen.page, "docs")).toEqual([]);
    expect(screen.complaints).toEqual([]);
  });

  test("is found by its contents, on a phone behind a menu, by the keyboard alone", async () => {
    const { page } = screen;
    await page.setViewportSize({ width: 1280, height: 800 });
    await page.goto(`${url}/docs`);
    await page.keyboard.press("Tab");
    await page.getByRole("link", { name: "Skip to the text" }).press("Enter");
    expect(await page.evaluate("document.activeElement.id")).toBe("text");
    await page.getByRole("link", { name: "Next Salesforce" }).click();
    await page.getByRole("heading", { level: 1 }).waitFor();
    expect(page.url()).toBe(`${url}/docs/salesforce-setup`);
    await page.setViewportSize({ width: 390, height: 844 });
    await page.getByText("Contents", { exact: true }).press("Enter");
    await page
      .getByRole("navigation", { name: "Contents" })
      .getByRole("link", { name: "Failures" })
      .press("Enter");
    await page.waitForURL(`${url}/docs/failures`);
    await page.goto(`${url}/docs/failures#work_parked`);
    const heading = page.getByRole("heading", { name: "WORK_PARKED" });
    const { y = 0 } = (await heading.boundingBox()) ?? {};
    expect(y).toBeGreaterThan(56);
    expect(y).toBeLessThan(300);
  });
});

function linksThatLeadNowhere(page: string, known: ReadonlyMap<string, string>): string[] {
  const links = [...htmlOf(page).matchAll(/<a[^>]* href="([^"]*)"/g)].map(([, href = ""]) => href);
  return links
    .filter((href) => {
      const [path = "", anchor] = href.split("#");
      const target = path === "" ? page : known.get(path);
      const isOurs = path === "" || path.startsWith("/docs");
      return isOurs && (target === undefined || !hasAnchor(target, anchor));
    })
    .map((href) => `${page}: ${href}`);
}

function hasAnchor(page: string, anchor: string | undefined): boolean {
  return anchor === undefined || idsOf(htmlOf(page)).includes(anchor);
}

/** By hand: `fetch` would forbid the cache when it is given a tag. */
async function statusWithTag(path: string, tag: string): Promise<number | undefined> {
  const asked = request(url + path, { headers: { "if-none-match": tag } }).end();
  const [answer] = await once(asked, "response");
  answer.resume();
  return answer.statusCode;
}
