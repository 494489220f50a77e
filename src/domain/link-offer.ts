import type { PromptAction } from "./prompt.ts";

/** What a device gets that asks for its rep's next link. */
export type NextLink = { readonly kind: "link"; readonly url: string } | { readonly kind: "none" };

/** Why a prompt cannot be followed any more. */
export type OfferClosedReason = "not-yet" | "expired" | "superseded" | "visit-over" | "no-link";

/** What a rep finds behind a prompt's token. */
export type LinkOffer =
  | {
      readonly kind: "open";
      readonly action: PromptAction;
      readonly url: string;
      readonly title: string;
    }
  | { readonly kind: "closed"; readonly action: PromptAction; readonly why: OfferClosedReason }
  | { readonly kind: "unknown" };

/** Where a rep goes who comes back from Siro. */
export type RepReturn =
  | { readonly kind: "forward"; readonly url: string }
  | { readonly kind: "stay" }
  | { readonly kind: "unknown" };
