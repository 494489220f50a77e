import type { Appointment } from "../domain/appointment.ts";
import type { Connection } from "../domain/connection.ts";
import type { CrmObject } from "../domain/crm-object.ts";
import type { Prompt, PromptAction } from "../domain/prompt.ts";
import { redirectUrl } from "./return-url.ts";

/** What a link is built from. */
export interface LinkParts {
  readonly action: PromptAction;
  readonly title?: string;
  readonly conversationType?: string;
  readonly redirectUrl?: string;
  readonly integrationConnectionId?: string;
  readonly crmObjects?: readonly CrmObject[];
}

/** A finished link, or the reasons why there is none. */
export type IssuedLink =
  | { readonly kind: "issued"; readonly url: string }
  | { readonly kind: "refused"; readonly reasons: string };

/** What a link takes from its prompt. */
type LinkedPrompt = Pick<Prompt, "action" | "token" | "recording">;

/** What issuing needs: the link builder and the bridge's own address. */
export interface IssueLinkDeps {
  readonly buildLink: (parts: LinkParts, host: string) => IssuedLink;
  readonly publicUrl: URL;
}

/**
 * Issues the recording link of one prompt from the newest appointment.
 *
 * `restart` carries no title and `stop` carries neither title nor records: Siro ignores or refuses them. A restart
 * that Siro confirmed is not issued again, for it would split the recording: its link then asks to go on.
 */
export function issueLink(
  { buildLink, publicUrl }: IssueLinkDeps,
  connection: Connection,
  { prompt, appointment }: { readonly prompt: LinkedPrompt; readonly appointment: Appointment },
): IssuedLink {
  const { token, recording } = prompt;
  const isDone = prompt.action === "restart" && recording !== undefined;
  const action = isDone ? "start" : prompt.action;
  const title = cleanTitle(appointment.title);
  const { conversationType } = connection.links;
  const returnTo = redirectUrl(connection, appointment, { publicUrl, token });
  return buildLink(
    {
      action,
      ...(action === "start" && title !== "" ? { title } : {}),
      ...(action === "start" && conversationType !== null ? { conversationType } : {}),
      ...(returnTo === undefined ? {} : { redirectUrl: returnTo }),
      ...(action === "stop" ? {} : crmPart(connection, appointment)),
    },
    connection.links.host,
  );
}

function crmPart(
  { integrationConnectionId, links }: Connection,
  { crmObjects }: Appointment,
): Pick<LinkParts, "integrationConnectionId" | "crmObjects"> {
  if (integrationConnectionId === undefined) {
    return {};
  }
  const kept = crmObjects.filter(({ objectType }) => !links.omitObjectTypes.includes(objectType));
  return { integrationConnectionId, crmObjects: kept };
}

/** One line, no half characters: what a CRM lets people type is not always text. */
function cleanTitle(title: string): string {
  return title
    .toWellFormed()
    .replaceAll(/[\s\p{Cc}]+/gu, " ")
    .trim();
}
