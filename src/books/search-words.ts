import type { Appointment } from "../domain/appointment.ts";

/** More words than this in a question add nothing. */
const MOST_WORDS = 10;

/** The words of a text as they are searched: lower case, without accents, at every sign that is neither letter nor digit a new one. */
function wordsOf(text: string): readonly string[] {
  const plain = text
    .toWellFormed()
    .normalize("NFKD")
    .toLowerCase()
    .replaceAll(/\p{M}+/gu, "");
  return plain.match(/[\p{L}\p{N}]+/gu) ?? [];
}

/**
 * The words of a question, each of which must begin some word of what is found.
 *
 * Of an address only what stands before its @ is asked for: the rest is the same for all reps, and not kept.
 */
export function queryWords(question: string): readonly string[] {
  const words = wordsOf(question.replaceAll(/(?<=[\p{L}\p{N}])@\S*/gu, " "));
  return [...new Set(words)].slice(0, MOST_WORDS);
}

/**
 * What the index keeps of an appointment, as one line: its record id, then each of its words after a space.
 *
 * The words are those of its title, of the ids of its customer's records, of its reps' names and of what stands
 * before the @ of their addresses, and of the record id where that is more than one.
 */
export function searchLine({ recordId, title, crmObjects, reps }: Appointment): string {
  const [first = "", ...more] = wordsOf(recordId);
  const texts = [
    title,
    ...crmObjects.map(({ objectId }) => objectId),
    ...reps.flatMap(({ name = "", email = "" }) => [name, email.replace(/@.*$/s, "")]),
  ];
  const words = new Set([...more, ...texts.flatMap(wordsOf)]);
  words.delete(first);
  return [recordId, ...words].join(" ");
}

/** Says whether every word begins a word of the appointment: what the index finds, without the index. */
export function isFoundBy(words: readonly string[], appointment: Appointment): boolean {
  const line = ` ${searchLine(appointment)}`.toLowerCase();
  return words.every((word) => line.includes(` ${word}`));
}
