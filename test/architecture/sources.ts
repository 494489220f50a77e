import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";

/** One thing that a source file exports, and whether a docstring stands right above it. */
export interface SourceExport {
  readonly file: string;
  readonly name: string;
  readonly statement: string;
  readonly hasDocstring: boolean;
}

const EXPORT =
  /^export (?:declare )?(?:abstract )?(?:async )?(?:function\*?|class|const|let|interface|type) (\w+)/;

/** Every TypeScript file of these folders; `ending` says which files instead. */
export function sourceFiles(dirs: readonly string[], ending = /\.ts$/): readonly string[] {
  return dirs.flatMap((dir) =>
    readdirSync(dir, { recursive: true, encoding: "utf8" })
      .filter((name) => ending.test(name))
      .map((name) => join(dir, name)),
  );
}

/** The declarations that this text exports. */
export function exportsIn(file: string, text: string): readonly SourceExport[] {
  const lines = text.split("\n");
  return lines.flatMap((line, at) => {
    const name = EXPORT.exec(line)?.[1];
    return name === undefined
      ? []
      : [{ file, name, statement: line, hasDocstring: endsDocstring(lines, at - 1) }];
  });
}

/** The exports of every source file of these folders. */
export function exportsUnder(dirs: readonly string[], ending?: RegExp): readonly SourceExport[] {
  return sourceFiles(dirs, ending).flatMap((file) => exportsIn(file, readFileSync(file, "utf8")));
}

function endsDocstring(lines: readonly string[], last: number): boolean {
  if (!lines[last]?.trimEnd().endsWith("*/")) {
    return false;
  }
  const first = lines.slice(0, last + 1).findLastIndex((line) => line.includes("/*"));
  return lines[first]?.trimStart().startsWith("/**") ?? false;
}
