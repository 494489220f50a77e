import { z } from "zod";
import { createPairing, readPairing, takePairing } from "../books/pairing-book.ts";
import { isoInstant } from "../domain/instant.ts";
import type { FailureLimit } from "../http/failure-limit.ts";
import { parseInput } from "../http/parse-input.ts";
import type { Route } from "../http/route.ts";
import { type AdmitRepDeps, admitRep } from "./admit-rep.ts";
import { PairingUnknownError } from "./rep-errors.ts";

/** What pairing needs from the world. */
export interface PairingRouteDeps extends AdmitRepDeps {
  readonly secretKey: Buffer;
  /** Strict: a code is short. */
  readonly pairingFailures: FailureLimit;
}

const pairSchema = z.object({ code: z.string().min(1).max(40) });

/** The routes by which a signed-in browser lets another one in, such as the app on the Home Screen. */
export function pairingRoutes(deps: PairingRouteDeps): readonly Route[] {
  return [
    {
      method: "post",
      path: "/pairing-codes",
      handle: async (request) => {
        const { code, expiresAtMs } = await createPairing(deps, await deps.guard.rep(request));
        return { status: 201, body: { code, expiresAt: isoInstant(expiresAtMs) } };
      },
    },
    {
      method: "post",
      path: "/pair",
      handle: async (request) => {
        const { code } = parseInput(pairSchema, request.body ?? {});
        const reply = await deps.pairingFailures.guard(request, () =>
          admitRep(deps, request, {
            find: () => readPairing(deps, code),
            take: () => takePairing(deps, code),
          }),
        );
        if (reply === undefined) {
          throw new PairingUnknownError();
        }
        return reply;
      },
    },
  ];
}
