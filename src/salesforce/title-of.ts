const MAX_LENGTH = 120;

/** The title of a visit about which nothing may or can be told. */
export const PLAIN_TITLE = "Appointment";

/**
 * Joins what the visit is about to whom it is with: `Subject – customer`, on one line, at most 120 characters.
 *
 * A customer that the subject already names is not repeated. The cut falls between graphemes, so no emoji is
 * torn.
 */
export function titleOf(subject: string | null, customer: string | null): string {
  const about = oneLine(subject) || PLAIN_TITLE;
  const whom = oneLine(customer);
  const isNamed = about.toLowerCase().includes(whom.toLowerCase());
  return shorten(isNamed ? about : `${about} – ${whom}`);
}

/** Cleans a name or a subject: one line, single blanks; empty when there is nothing to read. */
export function oneLine(text: string | null): string {
  return (text ?? "")
    .toWellFormed()
    .replace(/[\s\p{Cc}]+/gu, " ")
    .trim();
}

function shorten(title: string): string {
  if (title.length <= MAX_LENGTH) {
    return title;
  }
  let end = 0;
  for (const { index, segment } of new Intl.Segmenter().segment(title)) {
    if (index + segment.length > MAX_LENGTH) {
      break;
    }
    end = index + segment.length;
  }
  return title.slice(0, end).trimEnd();
}
