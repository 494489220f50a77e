import { z } from "zod";

const ADDRESS = String.raw`[^\s\p{Cc}<>@,;:"()]+@[^\s\p{Cc}<>@,;:"()]+`;
/** A name with a comma or the like would be read as another address unless it is quoted. */
const NAME = String.raw`(?:"[^"\p{Cc}]*" ?|[^\p{Cc}<>@,;:"]*)`;

/** Whom mails come from: an address, with a name or without. Line breaks would let a setting add headers. */
export const mailSenderSchema = z
  .string()
  .max(320)
  .regex(
    new RegExp(`^(?:${ADDRESS}|${NAME}<${ADDRESS}>)$`, "u"),
    'must be one address, or a name and one: Siro prompts <prompts@acme.example>; a name with a comma stands in "quotes"',
  );
