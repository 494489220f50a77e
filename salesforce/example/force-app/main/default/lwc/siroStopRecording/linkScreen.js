// Only an address that a phone can open safely is one: whoever may edit the record may write into its field.
const HTTPS = /^https:\/\/[^\s/]/i;

/** While the record is being read. */
export const LOOKING = { link: "", notice: "Looking for the link…" };

/** The record, or its field, is not ours to see. */
export const UNREADABLE = {
  link: "",
  notice:
    "The link cannot be read. Try again with a network; if it stays so, ask for the permission set Siro Bridge Rep.",
};

const NONE = {
  link: "",
  notice: "This appointment has no Siro link now. It gets one when it has a time and you are assigned to it.",
};

/** What to show for what stands in the field. */
export function screenOf(value) {
  return typeof value === "string" && HTTPS.test(value)
    ? { link: value, notice: "Siro opens. If it does not, press the button." }
    : NONE;
}
