import { z } from "zod";
import type { HttpAnswer } from "./call-http.ts";
import type { Trouble } from "./finding.ts";

/** What an endpoint made of a sample. */
export type SampleVerdict =
  | { readonly kind: "taken"; readonly accepted?: number; readonly duplicates?: number }
  | ({ readonly kind: "refused"; readonly status?: number } & Trouble);

const acceptedSchema = z.object({ accepted: z.int(), duplicates: z.int() });
const ACK = /<Ack>\s*true\s*<\/Ack>/;

const RESTART = "Restart the bridge if the connections file was changed after its start";
const MEANINGS: Readonly<Record<number, Trouble>> = {
  400: {
    message: "it cannot read the sample",
    whatToDo: "Use the command of the version that runs",
  },
  401: {
    message: "it does not accept the proof of the sender",
    whatToDo: `Compare the secrets, the clocks, allowSourceIps and clientCertificate. ${RESTART}`,
  },
  403: {
    message: "its connection serves another organization",
    whatToDo: `Compare organizationId. ${RESTART}`,
  },
  404: {
    message: "it knows no such connection with this secret",
    whatToDo: RESTART,
  },
  413: {
    message: "the sample is too large for it",
    whatToDo: "Send fewer, or raise BODY_LIMIT_BYTES",
  },
  503: {
    message: "it could not make the sample durable now",
    whatToDo: "Look at Redis and at /readyz; senders try again by themselves",
  },
};

const REDIRECT: Trouble = {
  message: "it redirects, and no sender follows a redirect",
  whatToDo: "Name the address that it redirects to",
};
const NO_BRIDGE: Trouble = {
  message: "this is not the answer of a bridge",
  whatToDo: "Check the address: PUBLIC_URL or --url, and what a proxy on the way does",
};

/** Says what the answer to an outbound message means; only an Ack counts. Pure. */
export function judgeSoapAnswer(answer: HttpAnswer): SampleVerdict {
  const isAcked = answer.kind === "answered" && answer.status === 200 && ACK.test(answer.text);
  return isAcked ? { kind: "taken" } : refusal(answer);
}

/** Says what the answer to JSON events means. Pure. */
export function judgeJsonAnswer(answer: HttpAnswer): SampleVerdict {
  const counts =
    answer.kind === "answered" && answer.status === 202 ? countsOf(answer.text) : undefined;
  return counts === undefined ? refusal(answer) : { kind: "taken", ...counts };
}

function countsOf(text: string): z.infer<typeof acceptedSchema> | undefined {
  try {
    return acceptedSchema.safeParse(JSON.parse(text)).data;
  } catch {
    return undefined;
  }
}

function refusal(answer: HttpAnswer): SampleVerdict {
  if (answer.kind === "silent") {
    return {
      kind: "refused",
      message: `nobody answered (${answer.reason})`,
      whatToDo: "Start the bridge, or name its address with --url",
    };
  }
  const { status } = answer;
  const meaning = MEANINGS[status] ?? (status >= 300 && status < 400 ? REDIRECT : NO_BRIDGE);
  return { kind: "refused", status, ...meaning, message: `${meaning.message} (HTTP ${status})` };
}
