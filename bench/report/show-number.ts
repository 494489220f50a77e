/** Writes a number with three digits that count, and commas in large ones. */
export function showNumber(value: number): string {
  const isLarge = Math.abs(value) >= 100;
  return isLarge ? Math.round(value).toLocaleString("en") : String(Number(value.toPrecision(3)));
}
