/**
 * Puts a section of a document in place of what stands between its two marks.
 *
 * @throws {Error} when the document has no such marks.
 */
export function replaceSection(document: string, name: string, section: string): string {
  const [begin, end] = [`<!-- bench ${name}: begin -->`, `<!-- bench ${name}: end -->`];
  const from = document.indexOf(begin);
  const to = document.indexOf(end);
  if (from < 0 || to < from) {
    throw new Error(`the document has no section for ${name}`);
  }
  return `${document.slice(0, from)}${begin}\n${section.trim()}\n${document.slice(to)}`;
}
