import { API_VERSION } from "./names.ts";
import { type Component, type PackageFile, sideFile } from "./package-file.ts";
import { metadataXml, type XmlElement } from "./xml.ts";

/** The manifest that deploys every component of these files. */
export function packageManifestFile(files: readonly PackageFile[]): PackageFile {
  return sideFile("manifest/package.xml", manifest(componentsOf(files)));
}

/**
 * What takes everything out again, in the order that Salesforce allows: an active flow cannot be deleted, and
 * an outbound message cannot while a flow names it. The app comes last, so that a refusal there holds up nothing.
 */
export function removalFiles(files: readonly PackageFile[]): readonly PackageFile[] {
  const all = componentsOf(files);
  const flows = all.filter(({ type }) => type === "Flow");
  const app = all.filter(({ type }) => /^Ext(ernalClient|lClntApp)/.test(type));
  // Deleting the Workflow of an object would take the org's own rules on it along.
  const kept = all.filter(({ type }) => type === "Workflow");
  const apart = new Set([...flows, ...app, ...kept]);
  const rest = all.filter((component) => !apart.has(component));
  return [
    ...deactivationFiles(flows),
    ...deletionFiles("2-delete-flows", flows.map(firstVersion)),
    ...deletionFiles("3-delete-the-rest", rest),
    ...deletionFiles("4-delete-the-app", app),
  ];
}

function deactivationFiles(flows: readonly Component[]): readonly PackageFile[] {
  const dir = "removal/1-deactivate-flows";
  const definitions = flows.map(({ fullName }) => ({ type: "FlowDefinition", fullName }));
  const off = metadataXml("FlowDefinition", [["activeVersionNumber", "0"]]);
  return [
    sideFile(`${dir}/package.xml`, manifest(definitions)),
    ...definitions.map(({ fullName }) =>
      sideFile(`${dir}/flowDefinitions/${fullName}.flowDefinition`, off),
    ),
  ];
}

function deletionFiles(name: string, components: readonly Component[]): readonly PackageFile[] {
  return [
    sideFile(`removal/${name}/package.xml`, manifest([])),
    sideFile(`removal/${name}/destructiveChanges.xml`, manifest(components)),
  ];
}

/** A flow is deleted version by version. */
function firstVersion({ type, fullName }: Component): Component {
  return { type, fullName: `${fullName}-1` };
}

function componentsOf(files: readonly PackageFile[]): readonly Component[] {
  return files.flatMap(({ components }) => components);
}

function manifest(components: readonly Component[]): string {
  const types = [...new Set(components.map(({ type }) => type))].toSorted();
  return metadataXml("Package", [
    ...types.map((type) => typeElement(type, components)),
    ["version", API_VERSION],
  ]);
}

function typeElement(type: string, components: readonly Component[]): XmlElement {
  const members = components
    .filter((component) => component.type === type)
    .map(({ fullName }) => fullName)
    .toSorted();
  return ["types", [...members.map((member) => ["members", member] as const), ["name", type]]];
}
