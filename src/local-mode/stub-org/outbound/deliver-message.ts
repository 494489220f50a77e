const ANSWER_TIMEOUT_MS = 60_000;

/** One try to deliver a message. */
export interface OutboundAttempt {
  /** Undefined when there was no answer. */
  readonly status: number | undefined;
  readonly isAcked: boolean;
  /** The Delivery Failure Reason the admin would see. */
  readonly failure: string | undefined;
}

/** Posts an envelope as Salesforce does: no redirect is followed, and only a right Ack counts as delivered. */
export async function deliverMessage(
  endpointUrl: string,
  envelope: string,
  timeoutMs: number = ANSWER_TIMEOUT_MS,
): Promise<OutboundAttempt> {
  try {
    const answer = await fetch(endpointUrl, {
      method: "POST",
      headers: {
        "content-type": "text/xml; charset=utf-8",
        soapaction: '""',
        "user-agent": "Jakarta Commons-HttpClient/3.1",
      },
      body: envelope,
      redirect: "manual",
      signal: AbortSignal.timeout(timeoutMs),
    });
    const failure = failureOf(answer.status, await answer.text());
    return { status: answer.status, isAcked: failure === undefined, failure };
  } catch (error) {
    return { status: undefined, isAcked: false, failure: String(error) };
  }
}

function failureOf(status: number, body: string): string | undefined {
  if (!body.startsWith("<")) {
    return "org.xml.sax.SAXParseException: Content is not allowed in prolog.";
  }
  const ack = /<(?:[\w.-]+:)?Ack(?:\s[^>]*)?>\s*(\w+)\s*<\/(?:[\w.-]+:)?Ack>/.exec(body)?.[1];
  const isResponse =
    /<(?:[\w.-]+:)?notificationsResponse[\s>]/.test(body) &&
    body.includes('"http://soap.sforce.com/2005/09/outbound"');
  if (ack === undefined || !isResponse) {
    return `no notificationsResponse with an Ack (HTTP ${status})`;
  }
  if (ack !== "true" && ack !== "1") {
    return "SOAP response was a nack";
  }
  return status >= 200 && status < 300 ? undefined : `HTTP ${status}`;
}
