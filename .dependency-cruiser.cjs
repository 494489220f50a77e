const ROOM =
  "admin|alerts|appointments|deliveries|devices|docs|doctor|intake|links|local-mode|process-tree|rep-page|salesforce|salesforce-package|siro|transfer|write-back";
const pkg = (name) => `(^|node_modules/)${name}(/|$)`;

/** @type {import('dependency-cruiser').IConfiguration} */
module.exports = {
  forbidden: [
    { name: "no-circles", severity: "error", from: {}, to: { circular: true } },
    {
      name: "domain-knows-only-zod",
      severity: "error",
      from: { path: "^src/domain/" },
      to: { pathNot: ["^src/domain/", pkg("zod")] },
    },
    {
      name: "links-know-only-zod",
      severity: "error",
      from: { path: "^src/links/" },
      to: { pathNot: ["^src/links/", pkg("zod")] },
    },
    {
      name: "rooms-do-not-enter-rooms",
      severity: "error",
      from: { path: `^src/(${ROOM})/` },
      to: { path: `^src/(${ROOM})/`, pathNot: "^src/$1/" },
    },
    {
      name: "operators-page-stands-alone",
      severity: "error",
      from: { path: "^src/admin/app/" },
      to: { pathNot: ["^src/admin/app/", "^docs/failures\\.md$", pkg("preact"), pkg("uplot")] },
    },
    {
      name: "servers-do-not-import-pages",
      severity: "error",
      from: { pathNot: "^src/admin/app/" },
      to: { path: "^src/admin/app/" },
    },
    {
      name: "workers-have-no-web",
      severity: "error",
      from: { path: "^workers/" },
      to: { path: "^src/(http|intake|admin|docs|rep-page|local-mode)/" },
    },
    {
      name: "src-never-imports-workers",
      severity: "error",
      from: { path: "^src/" },
      to: { path: "^workers/" },
    },
    {
      name: "no-test-code-in-production",
      severity: "error",
      from: { path: "^(src|workers|bench|chaos)/" },
      to: { path: "^test/" },
    },
    {
      name: "express-lives-in-web-rooms",
      severity: "error",
      from: {
        pathNot:
          "^(src/(http|intake|admin|docs|rep-page|local-mode)/|src/(app|web-server|local-mode-app)\\.ts|bench/|test/)",
      },
      to: { path: pkg("express") },
    },
    {
      name: "jsforce-lives-in-salesforce",
      severity: "error",
      from: { pathNot: "^(src/salesforce/|test/)" },
      to: { path: pkg("jsforce") },
    },
    {
      name: "bullmq-lives-in-queues-and-workers",
      severity: "error",
      from: { pathNot: "^(src/queues/|workers/|bench/|chaos/|test/)" },
      to: { path: pkg("bullmq") },
    },
  ],
  options: {
    doNotFollow: { path: "node_modules" },
    exclude: { path: "node_modules/.*/node_modules" },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: "tsconfig.json" },
    enhancedResolveOptions: {
      exportsFields: ["exports"],
      conditionNames: ["import", "require", "node", "default", "types"],
    },
  },
};
