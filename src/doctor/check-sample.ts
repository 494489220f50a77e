import type { Connection } from "../domain/connection.ts";
import { callHttp } from "./call-http.ts";
import { type Finding, fail, ok, warn } from "./finding.ts";
import { judgeSoapAnswer } from "./judge-answer.ts";
import { soapSample } from "./soap-sample.ts";

/** Where samples go and what tells this run's from others. */
export interface SampleDeps {
  readonly ownUrl: string;
  readonly nonce: string;
}

/** Without a reader every new sample would be parked; a known one is acknowledged and forgotten. */
const ALWAYS_THE_SAME = "00000";

/**
 * Sends an outbound message through the bridge's own endpoint, once per secret, and expects the acknowledgment.
 *
 * It tells of an Event that cannot exist: the bridge looks for it, does not find it, and nothing comes of it.
 */
export async function checkSample(
  { ownUrl, nonce }: SampleDeps,
  connection: Connection,
): Promise<readonly Finding[]> {
  const { webhookSecrets, allowSourceIps, clientCertificate, salesforce } = connection;
  if (webhookSecrets.length === 0) {
    return [];
  }
  if (allowSourceIps.length > 0 || clientCertificate !== undefined) {
    return [
      warn("sample", {
        message:
          "No sample was sent: this connection listens to listed addresses or certificates only",
        whatToDo: "Let Salesforce send a message and look for it in /admin",
      }),
    ];
  }
  const body = soapSample({
    organizationId: connection.organizationId,
    nonce: salesforce === undefined ? ALWAYS_THE_SAME : nonce,
    count: 1,
  });
  return Promise.all(
    webhookSecrets.map(async (secret, at) => {
      const url = `${ownUrl}/webhooks/salesforce/${connection.name}/${encodeURIComponent(secret)}`;
      const headers = { "content-type": "text/xml; charset=utf-8", soapaction: '""' };
      const verdict = judgeSoapAnswer(await callHttp(url, { headers, body }));
      const which = webhookSecrets.length === 1 ? "" : ` with secret ${at + 1} of 2`;
      return verdict.kind === "taken"
        ? ok("sample", `The own endpoint acknowledged an outbound message${which}`)
        : fail("sample", {
            ...(verdict.whatToDo === undefined ? {} : { whatToDo: verdict.whatToDo }),
            message: `The own endpoint did not acknowledge an outbound message${which}: ${verdict.message}`,
          });
    }),
  );
}
