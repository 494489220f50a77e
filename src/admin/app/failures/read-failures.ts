import text from "../../../../docs/failures.md";

/** One code, explained: what happened, what the bridge does, what to do. */
export interface Failure {
  readonly code: string;
  readonly paragraphs: readonly string[];
}

/** Codes that belong together. */
export interface FailureGroup {
  readonly title: string;
  readonly intro: readonly string[];
  readonly failures: readonly Failure[];
}

/** The explanations of the documentation, as they were when the page was built. */
export const FAILURES = readFailures(text);

/** Finds the explanation of a code. */
export function findFailure(code: string): Failure | undefined {
  return FAILURES.flatMap(({ failures }) => failures).find((failure) => failure.code === code);
}

/** Reads the headings and paragraphs of the documentation; sections without codes stay out. */
function readFailures(markdown: string): readonly FailureGroup[] {
  return markdown
    .split(/^## /m)
    .slice(1)
    .map((section) => {
      const [head = "", ...bodies] = section.split(/^### /m);
      const [title = "", ...intro] = paragraphsOf(head);
      return { title, intro, failures: bodies.map(readFailure) };
    })
    .filter(({ failures }) => failures.length > 0);
}

function readFailure(body: string): Failure {
  const [code = "", ...lines] = body.split("\n");
  return { code: code.trim(), paragraphs: paragraphsOf(lines.join("\n")) };
}

function paragraphsOf(markdown: string): readonly string[] {
  return markdown
    .split(/\n\s*\n/)
    .map((paragraph) => paragraph.replaceAll(/\s*\n\s*/g, " ").trim())
    .filter((paragraph) => paragraph !== "");
}
