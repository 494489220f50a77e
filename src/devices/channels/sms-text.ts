import type { PromptMessage } from "../../domain/prompt-message.ts";
import { promptText } from "./prompt-text.ts";

/** Two joined messages of the GSM 7-bit alphabet; one more character would cost a third. */
const MOST_UNITS = 306;

/** What fits into 7 bits, and what takes two places of 7 bits (3GPP TS 23.038). */
const BASIC = new Set(
  "@£$¥èéùìòÇØøÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà",
);
const DOUBLE = new Set("^{}\\[~]|€");

const PLAINER = new Map([
  ["’", "'"],
  ["‘", "'"],
  ["“", '"'],
  ["”", '"'],
  ["–", "-"],
  ["—", "-"],
  ["…", "."],
  ["Ł", "L"],
  ["ł", "l"],
  ["Đ", "D"],
  ["đ", "d"],
  ["ı", "i"],
]);

/**
 * Words a prompt for a short message: two joined messages at most, our page at the end.
 *
 * One character outside the 7-bit alphabet would halve what fits, so it is written plainer or left out. The text
 * is cut, never the link.
 */
export function smsText(message: PromptMessage): string {
  const { title, body } = promptText(message);
  const room = MOST_UNITS - unitsOf(message.openUrl) - 1;
  const text = cut(tidy(gsmText(`${title}: ${body}`)), room);
  return text === "" ? message.openUrl : `${text} ${message.openUrl}`;
}

function gsmText(text: string): string {
  return [...text.normalize("NFC")].map(plainer).join("");
}

function plainer(char: string): string {
  if (BASIC.has(char) || DOUBLE.has(char)) {
    return char;
  }
  if (/\s/.test(char)) {
    return " ";
  }
  const known = PLAINER.get(char) ?? char.normalize("NFKD").replaceAll(/\p{M}/gu, "");
  return [...known].filter((one) => BASIC.has(one)).join("");
}

/** A name of which nothing is left must not leave its comma behind. */
function tidy(text: string): string {
  return text
    .replace(/: *, */, ": ")
    .replaceAll(/ {2,}/g, " ")
    .trim();
}

function cut(text: string, room: number): string {
  let units = 0;
  let kept = "";
  for (const char of text) {
    units += unitsOf(char);
    if (units > room) {
      return kept.trimEnd();
    }
    kept += char;
  }
  return kept;
}

function unitsOf(text: string): number {
  return [...text].reduce((units, char) => units + (DOUBLE.has(char) ? 2 : 1), 0);
}
