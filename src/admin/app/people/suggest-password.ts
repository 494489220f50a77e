/** Letters and digits that nobody mistakes for another. */
const LETTERS = "abcdefghjkmnpqrstuvwxyz23456789";
const GROUPS = 4;
const GROUP = 5;

/** A password that nobody guesses and that can be read out: four groups of five. */
export function suggestPassword(): string {
  const drawn = crypto.getRandomValues(new Uint32Array(GROUPS * GROUP));
  const letters = [...drawn].map((number) => LETTERS[number % LETTERS.length]).join("");
  return (letters.match(/.{5}/g) ?? []).join("-");
}
