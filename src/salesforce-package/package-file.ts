/** One thing the org will have: a metadata type, and its full name in that type. */
export interface Component {
  readonly type: string;
  readonly fullName: string;
}

/** One file of the package, and what it brings to the org. */
export interface PackageFile {
  /** Path inside the package, with `/`. */
  readonly path: string;
  readonly text: string;
  readonly components: readonly Component[];
  /** The text holds the webhook secret. */
  readonly holdsSecret: boolean;
}

const SOURCE_DIR = "force-app/main/default";

/** A file of the source folder that brings one component. */
export function sourceFile(path: string, component: Component, text: string): PackageFile {
  return { path: `${SOURCE_DIR}/${path}`, text, components: [component], holdsSecret: false };
}

/** A file beside the source folder; it brings nothing to the org by itself. */
export function sideFile(path: string, text: string): PackageFile {
  return { path, text, components: [], holdsSecret: false };
}
