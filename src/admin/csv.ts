/** What a spreadsheet would take for a formula at the beginning of a cell; in some countries also in full width. */
const FORMULA = /^[=+\-@\t\r\n＝＋－＠]/;
const QUOTED = /[",\r\n]/;

/**
 * Writes rows as CSV with CRLF at the end of every line. Pure.
 *
 * Names come from the CRM, so whoever can write there could put a formula into a cell; such text gets an
 * apostrophe in front. Numbers are left as they are.
 *
 * @see https://www.rfc-editor.org/rfc/rfc4180
 */
export function writeCsv(rows: readonly (readonly (string | number)[])[]): string {
  return rows.map((row) => `${row.map(cellOf).join(",")}\r\n`).join("");
}

function cellOf(value: string | number): string {
  const text = typeof value === "string" && FORMULA.test(value) ? `'${value}` : String(value);
  return QUOTED.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
