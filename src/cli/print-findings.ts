import { CommanderError } from "commander";
import type { Finding } from "../doctor/finding.ts";

const SYMBOLS = { ok: "✓", warn: "!", fail: "✗" } as const;

/**
 * Prints the findings to stdout, as a table or as one JSON object.
 *
 * @throws {CommanderError} with exit code 1 when any of them has to be mended.
 */
export function printFindings(findings: readonly Finding[], isJson: boolean): void {
  const failed = count(findings, "fail");
  process.stdout.write(
    isJson ? `${JSON.stringify({ ok: failed === 0, findings })}\n` : tableOf(findings),
  );
  if (failed > 0) {
    throw new CommanderError(1, "siro-bridge.checkFailed", "a check failed");
  }
}

function tableOf(findings: readonly Finding[]): string {
  const checkWidth = widest(findings.map(({ check }) => check));
  const nameWidth = widest(findings.map(({ connection = "" }) => connection));
  const indent = " ".repeat(2 + checkWidth + 2 + (nameWidth === 0 ? 0 : nameWidth + 2));
  const lines = findings.flatMap(({ check, connection = "", level, message, whatToDo }) => {
    const name = nameWidth === 0 ? "" : `${connection.padEnd(nameWidth)}  `;
    const head = `${SYMBOLS[level]} ${check.padEnd(checkWidth)}  ${name}${printable(message)}`;
    return whatToDo === undefined ? [head] : [head, `${indent}→ ${printable(whatToDo)}`];
  });
  const sum = `${count(findings, "fail")} to mend, ${count(findings, "warn")} to know, ${count(findings, "ok")} fine`;
  return `${[...lines, "", sum].join("\n")}\n`;
}

function count(findings: readonly Finding[], level: Finding["level"]): number {
  return findings.filter((finding) => finding.level === level).length;
}

function widest(texts: readonly string[]): number {
  return Math.max(0, ...texts.map((text) => text.length));
}

// What another machine says must not reach the terminal as control sequences.
function printable(text: string): string {
  return text.replace(/[\p{Cc}\p{Bidi_Control}]/gu, "?");
}
