import { dirname } from "node:path";
import { fileURLToPath } from "node:url";
import { buildSources } from "./steps/build-sources.mjs";

const root = dirname(dirname(fileURLToPath(import.meta.url)));
process.exitCode = buildSources(root) ? 0 : 1;
