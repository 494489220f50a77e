import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join, resolve } from "node:path";
import { z } from "zod";

const packedSchema = z
  .array(z.object({ filename: z.string(), files: z.array(z.object({ path: z.string() })) }))
  .length(1);
const lockSchema = z.object({
  packages: z.record(z.string(), z.object({ dev: z.boolean().optional() })),
});

/** The package as its users get it, in a project of theirs. */
export interface PackedBridge {
  /** The paths inside the package. */
  readonly files: readonly string[];
  /** An empty project that has the package installed, and nothing that only builds or tests it. */
  readonly project: string;
  /** Where the package lies in it. */
  readonly home: string;
  remove(): void;
}

/** Packs what `dist` holds now and unpacks it into a project; needs no network. */
export function packBridge(): PackedBridge {
  const dir = mkdtempSync(join(tmpdir(), "siro-bridge-package-"));
  const args = ["pack", "--json", "--ignore-scripts", "--pack-destination", dir];
  const said = execFileSync("npm", args, { encoding: "utf8", stdio: ["ignore", "pipe", "ignore"] });
  const [packed] = packedSchema.parse(JSON.parse(said));
  const project = join(dir, "project");
  const modules = join(project, "node_modules");
  const home = join(modules, "siro-bridge");
  mkdirSync(join(modules, ".bin"), { recursive: true });
  execFileSync("tar", ["-xzf", join(dir, packed?.filename ?? ""), "-C", modules]);
  execFileSync("mv", [join(modules, "package"), home]);
  symlinkSync("../siro-bridge/bin/siro-bridge.mjs", join(modules, ".bin", "siro-bridge"));
  for (const name of shippedDependencies()) {
    mkdirSync(dirname(join(modules, name)), { recursive: true });
    symlinkSync(resolve("node_modules", name), join(modules, name));
  }
  return {
    files: packed?.files.map(({ path }) => path) ?? [],
    project,
    home,
    remove: () => rmSync(dir, { recursive: true, force: true }),
  };
}

/** What an installation brings along: everything that is locked, but what only builds and tests. */
export function shippedDependencies(): readonly string[] {
  const { packages } = lockSchema.parse(JSON.parse(readFileSync("package-lock.json", "utf8")));
  return Object.entries(packages)
    .filter(([path, { dev }]) => /^node_modules\/(@[^/]+\/)?[^/]+$/.test(path) && dev !== true)
    .map(([path]) => path.replace("node_modules/", ""));
}
