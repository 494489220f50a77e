import { existsSync, readdirSync, readFileSync } from "node:fs";
import { dirname, join, normalize } from "node:path";
import { describe, expect, test } from "@jest/globals";
import { DOCUMENTS, headingIdsOf, linksOf } from "./documents.ts";

const LOOPBACK = new Set(["127.0.0.1", "localhost"]);
/** Where the product speaks: every document that is named there has to exist. */
const SPEAKING = ["src", "workers", "bin", "bench", "chaos"];

/** What is wrong with a link; undefined when it leads somewhere. */
function problemOf(file: string, link: string): string | undefined {
  if (/^[a-z]+:/i.test(link)) {
    return problemElsewhere(link);
  }
  const [path = "", anchor] = decodeURIComponent(link).split("#");
  const target = path === "" ? file : normalize(join(dirname(file), path));
  if (target.startsWith("..") || !existsSync(target)) {
    return "no such file";
  }
  return anchor === undefined || headingIdsOf(target).includes(anchor)
    ? undefined
    : "no such heading";
}

function problemElsewhere(link: string): string | undefined {
  if (!URL.canParse(link)) {
    return "malformed";
  }
  const { protocol, hostname, username } = new URL(link);
  const isSafe = protocol === "https:" || (protocol === "http:" && LOOPBACK.has(hostname));
  const isNamed = hostname.includes(".") || LOOPBACK.has(hostname);
  const isClean = !/[\s<>"`{}|\\^]|[.,;]$/.test(link) && username === "";
  return isSafe && isNamed && isClean ? undefined : "malformed";
}

describe("a link between the documents", () => {
  test.each(DOCUMENTS)("of %s leads to a file and a heading", (file) => {
    const problems = linksOf(file)
      .map((link) => ({ link, problem: problemOf(file, link) }))
      .filter(({ problem }) => problem !== undefined);
    expect(problems).toEqual([]);
  });

  test("is judged as GitHub would", () => {
    const judged = [
      "docs/links.md#use-it-alone",
      "docs/links.md#Use-it-alone",
      "docs/nothing.md",
      "#try-it",
      "../outside.md",
      "http://bridge.example.com/",
      "https://bridge.example.com/docs.",
    ].map((link) => problemOf("README.md", link));
    expect(judged).toEqual([
      undefined,
      "no such heading",
      "no such file",
      undefined,
      "no such file",
      "malformed",
      "malformed",
    ]);
  });
});

describe("the map of docs/architecture.md", () => {
  const [, tree = ""] =
    /^src\/\n(.*?)^workers\//ms.exec(readFileSync("docs/architecture.md", "utf8")) ?? [];
  const named = [...tree.matchAll(/(?<![\w/*-])[\w-]+(\.ts|\/)(?!\w)/g)].map(([name]) => name);
  const there = readdirSync("src", { withFileTypes: true })
    .filter(({ name }) => !name.endsWith("-settings.ts"))
    .map((entry) => (entry.isDirectory() ? `${entry.name}/` : entry.name));

  test("shows every room and every file beside them", () => {
    expect(there.filter((name) => !named.includes(name))).toEqual([]);
  });

  test("and none that is gone", () => {
    const within = readdirSync("src", { recursive: true, encoding: "utf8" });
    const isThere = (name: string) =>
      within.some(
        (path) => `${path}/`.endsWith(`/${name}`) || path === name || `${path}/` === name,
      );
    expect(named.filter((name) => !isThere(name))).toEqual([]);
  });
});

describe("a document that the product names", () => {
  test("exists", () => {
    const files = SPEAKING.flatMap((dir) =>
      readdirSync(dir, { recursive: true, encoding: "utf8" })
        .filter((name) => /\.(ts|tsx|js|mjs|html)$/.test(name))
        .map((name) => join(dir, name)),
    );
    const missing = [...files, ".env.example", "Dockerfile", "docker-compose.yml"].flatMap((file) =>
      [...readFileSync(file, "utf8").matchAll(/\bdocs\/[\w/-]+\.md/g)]
        .map(([named]) => named)
        .filter((named) => !existsSync(named))
        .map((named) => `${file}: ${named}`),
    );
    expect(missing).toEqual([]);
  });
});
