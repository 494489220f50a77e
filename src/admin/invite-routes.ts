import { renderSVG } from "uqr";
import { z } from "zod";
import { createInvite, INVITE_LIFE_MINUTES } from "../books/invite-book.ts";
import { type RepRef, readRep } from "../books/rep-book.ts";
import { isoInstant } from "../domain/instant.ts";
import { NotFoundError } from "../http/input-errors.ts";
import { parseInput } from "../http/parse-input.ts";
import { type AdminApiDeps, namedRep } from "./admin-api.ts";
import type { AdminReply, AdminRoute } from "./admin-route.ts";
import { inviteReply } from "./replies/rep-replies.ts";

const { least, usual, most } = INVITE_LIFE_MINUTES;
const inviteSchema = z.object({
  expiresInMinutes: z.int().min(least).max(most).default(usual),
});

/** The route that makes a rep's invite: a link that works once, and the same as a QR code. */
export function inviteRoutes(deps: AdminApiDeps): readonly AdminRoute[] {
  return [
    {
      method: "post",
      path: "/reps/:connection/:userId/invites",
      describes: {
        summary: "Make a link that signs a rep in, once",
        body: inviteSchema,
        isBodyOptional: true,
        replies: { 201: inviteReply },
      },
      handle: ({ params, body }) => invite(deps, namedRep(deps, params), body),
    },
  ];
}

async function invite(
  { redis, publicUrl, nowMs }: AdminApiDeps,
  rep: RepRef,
  body: unknown,
): Promise<AdminReply> {
  const { expiresInMinutes } = parseInput(inviteSchema, body ?? {});
  if ((await readRep(redis, rep)) === undefined) {
    throw new NotFoundError("There is no rep of that user id; POST the rep first");
  }
  const expiresAtMs = nowMs() + expiresInMinutes * 60_000;
  const token = await createInvite(redis, rep, expiresAtMs);
  const url = new URL(`/rep/invite/${token}`, publicUrl).href;
  const qrSvg = renderSVG(url, { border: 2 });
  return {
    status: 201,
    body: { url, qrSvg, expiresAt: isoInstant(expiresAtMs) },
    audit: { what: "Invited a rep", connection: rep.connection, subject: rep.userId },
  };
}
