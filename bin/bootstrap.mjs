// Makes `npm start`, `npm test` and the other commands work in a fresh clone. Imports nothing that
// must be installed first; quiet when there is nothing to do.
import { existsSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { bringApprise } from "./steps/bring-apprise.mjs";
import { bringBrowser } from "./steps/bring-browser.mjs";
import { bringRedis } from "./steps/bring-redis.mjs";
import { buildSources, isBuildStale } from "./steps/build-sources.mjs";
import { installPackages } from "./steps/install-packages.mjs";
import { refuse } from "./steps/refuse.mjs";
import { requireNode } from "./steps/require-node.mjs";
import { say } from "./steps/say.mjs";

const NEEDS = {
  start: ["build", "redis-unless-configured"],
  test: ["build", "redis", "browser", "apprise"],
  check: [],
  bench: ["build", "redis"],
  chaos: ["build", "redis"],
  fuzz: [],
};

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const command = process.argv[2];
const needs = NEEDS[command];

if (needs === undefined) {
  refuse(`bootstrap knows ${Object.keys(NEEDS).join(", ")}; it was asked for ${command}.`);
}
requireNode();
installPackages(root);
if (needs.includes("build")) {
  build();
}
// The tests configure themselves: a developer's .env must not change what they find.
if (command !== "test" && existsSync(".env")) {
  process.loadEnvFile(".env");
}
const isConfigured = (process.env.REDIS_URL ?? "") !== "";
if (needs.includes("redis") || (needs.includes("redis-unless-configured") && !isConfigured)) {
  bringRedis(resolve(process.env.DATA_DIR || ".data"));
}
if (needs.includes("browser")) {
  bringBrowser();
}
if (needs.includes("apprise")) {
  bringApprise();
}

function build() {
  // An installed package comes built, without its sources.
  if (!(existsSync(join(root, "src")) && isBuildStale(root))) {
    return;
  }
  say("building ...");
  if (!buildSources(root)) {
    refuse("the build failed; the compiler's reasons are above.");
  }
}
