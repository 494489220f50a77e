import { readFileSync } from "node:fs";

/** The ids of this Linux distribution and of those it derives from, like `["ubuntu", "debian"]`. */
export function distributionIds() {
  let text = "";
  try {
    text = readFileSync("/etc/os-release", "utf8");
  } catch {
    return [];
  }
  const field = (name) => new RegExp(`^${name}="?([^"\\n]*)`, "m").exec(text)?.[1] ?? "";
  return `${field("ID")} ${field("ID_LIKE")}`.split(" ").filter((id) => id !== "");
}
