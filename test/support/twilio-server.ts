import { createServer } from "node:http";
import { listenAnywhere } from "./webhook-sink.ts";

/** A text as Twilio took it. */
export type TwilioText = Readonly<Record<string, string>>;

/** One answer in place of Twilio's own. */
export type TwilioAnswer =
  | { readonly status: number; readonly code?: number; readonly headers?: Record<string, string> }
  | "hang-up";

/** A stand-in of Twilio's messages resource for one account. */
export interface TwilioServer {
  readonly url: string;
  readonly accountSid: string;
  readonly authToken: string;
  readonly texts: readonly TwilioText[];
  answerNext(answer: TwilioAnswer): void;
  stop(): Promise<void>;
}

const E164 = /^\+[1-9]\d{6,14}$/;
const KNOWN = new Set(["To", "From", "MessagingServiceSid", "Body", "ValidityPeriod"]);

/**
 * Starts a stand-in on a free port of 127.0.0.1; it checks account, form and values as Twilio does.
 *
 * @see https://www.twilio.com/docs/messaging/api/message-resource
 * @see https://www.twilio.com/docs/api/errors
 */
export async function startTwilioServer(): Promise<TwilioServer> {
  const accountSid = `AC${"0123456789abcdef".repeat(2)}`;
  const authToken = "twilio-auth-token-of-acme";
  const texts: TwilioText[] = [];
  const next: TwilioAnswer[] = [];
  const basic = `Basic ${Buffer.from(`${accountSid}:${authToken}`).toString("base64")}`;
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on("data", (chunk: Buffer) => chunks.push(chunk));
    request.on("end", () => {
      const answer = next.shift();
      if (answer === "hang-up") {
        request.socket.destroy();
        return;
      }
      const form = Object.fromEntries(new URLSearchParams(Buffer.concat(chunks).toString("utf8")));
      const isForm = request.headers["content-type"] === "application/x-www-form-urlencoded";
      const place = `${request.method} ${request.url}`;
      const refusal =
        answer ??
        (place === `POST /2010-04-01/Accounts/${accountSid}/Messages.json`
          ? undefined
          : { status: 404, code: 20404 }) ??
        (request.headers.authorization === basic ? undefined : { status: 401, code: 20003 }) ??
        (isForm ? refusalOf(form) : { status: 400, code: 21602 });
      if (refusal === undefined) {
        texts.push(form);
      }
      const { status, code, headers = {} } = refusal ?? { status: 201 };
      response.writeHead(status, { "content-type": "application/json", ...headers });
      response.end(
        JSON.stringify(
          refusal === undefined
            ? { sid: `SM${"0".repeat(32)}`, status: "queued", to: form["To"], body: form["Body"] }
            : { code, message: `Refused: ${form["To"]} ${form["Body"]}`, more_info: "", status },
        ),
      );
    });
  });
  const port = await listenAnywhere(server);
  return {
    url: `http://127.0.0.1:${port}`,
    accountSid,
    authToken,
    texts,
    answerNext: (answer) => next.push(answer),
    stop: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

function refusalOf(form: TwilioText): { status: number; code: number } | undefined {
  const refused = (code: number) => ({ status: 400, code });
  const { To = "", From = "", MessagingServiceSid = "", Body = "", ValidityPeriod = "1" } = form;
  if (Object.keys(form).some((name) => !KNOWN.has(name))) {
    return refused(20001);
  }
  if (!E164.test(To)) {
    return refused(21211);
  }
  if (!(E164.test(From) || /^MG[0-9a-f]{32}$/.test(MessagingServiceSid))) {
    return refused(21603);
  }
  if (Body === "" || Body.length > 1600) {
    return refused(Body === "" ? 21602 : 21617);
  }
  const seconds = Number(ValidityPeriod);
  return Number.isInteger(seconds) && seconds >= 1 && seconds <= 36_000
    ? undefined
    : refused(21624);
}
