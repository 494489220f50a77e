import { API_VERSION } from "./names.ts";
import { type PackageFile, sideFile } from "./package-file.ts";
import type { PackagePlan } from "./package-plan.ts";

/** What the Salesforce CLI looks for in the folder it is called in. */
export function projectFile(): PackageFile {
  const project = {
    packageDirectories: [{ path: "force-app", default: true }],
    name: "siro-bridge",
    namespace: "",
    sourceApiVersion: API_VERSION,
  };
  return sideFile("sfdx-project.json", `${JSON.stringify(project, null, 2)}\n`);
}

/** What to do with the folder, for whoever finds it. */
export function readmeFile(plan: PackagePlan): PackageFile {
  const text = `# Siro bridge: Salesforce package of the connection ${plan.connectionName}

Reports changes of: ${plan.objects.join(", ")}.

The files in \`force-app/main/default/workflows\` hold the connection's webhook secret. Keep this folder out of
version control and mail, and delete it when it is deployed; it can be written again at any time.

    sf org login web --alias siro-target
    sf project deploy start --manifest manifest/package.xml --target-org siro-target --dry-run
    sf project deploy start --manifest manifest/package.xml --target-org siro-target

Every step before and after, and how to take it all out again: docs/salesforce-setup.md of siro-bridge.
`;
  return sideFile("README.md", text);
}
