import { once } from "node:events";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import { text } from "node:stream/consumers";
import { z } from "zod";

/** What a scripted org answers: JSON, any text, or no whole answer at all. */
export interface ScriptedAnswer {
  readonly status?: number;
  readonly json?: unknown;
  readonly text?: string;
  readonly headers?: Readonly<Record<string, string>>;
  /** reset: the connection dies · silent: nothing ever comes · torn: it dies half-way through the body. */
  readonly fault?: "reset" | "silent" | "torn";
}

/** One call as it arrived. */
export interface ArrivedCall {
  readonly method: string;
  readonly path: string;
  readonly token: string | undefined;
  readonly body: string;
}

/** How the org answers; the number counts from 1. */
export interface OrgScript {
  readonly token?: (form: URLSearchParams, nth: number) => ScriptedAnswer;
  readonly call: (call: ArrivedCall, nth: number) => ScriptedAnswer;
}

/** A server that speaks just enough HTTP to misbehave like an org. */
export interface ScriptedOrg {
  readonly url: string;
  readonly forms: readonly URLSearchParams[];
  readonly calls: readonly ArrivedCall[];
  readonly stop: () => Promise<void>;
}

/** Starts one; the n-th sign-in gives `token-n` unless the script says otherwise. */
export async function startScriptedOrg(script: OrgScript): Promise<ScriptedOrg> {
  const forms: URLSearchParams[] = [];
  const calls: ArrivedCall[] = [];
  const server = createServer((request, response) => {
    void answer(request, response);
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  const port = typeof address === "object" && address !== null ? address.port : 0;
  const url = `http://127.0.0.1:${port}`;

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const body = await text(request);
    if (request.url === "/services/oauth2/token") {
      const form = new URLSearchParams(body);
      forms.push(form);
      const signedIn = { json: { access_token: `token-${forms.length}`, instance_url: url } };
      send(response, script.token?.(form, forms.length) ?? signedIn);
      return;
    }
    const token = request.headers.authorization?.replace("Bearer ", "");
    const call = { method: request.method ?? "", path: request.url ?? "", token, body };
    calls.push(call);
    send(response, script.call(call, calls.length));
  }
  return {
    url,
    forms,
    calls,
    stop: async () => {
      server.closeAllConnections();
      await new Promise((done) => {
        server.close(done);
      });
    },
  };
}

/** A composite answer that gives each query the same rows. */
export function rowsFor(call: ArrivedCall, records: readonly unknown[] = []): ScriptedAnswer {
  const { compositeRequest } = compositeSchema.parse(JSON.parse(call.body));
  return {
    json: {
      compositeResponse: compositeRequest.map(({ referenceId }) => ({
        referenceId,
        httpStatusCode: 200,
        body: { totalSize: records.length, done: true, records },
      })),
    },
  };
}

/** The answer to a session that is not (any more) accepted. */
export const SESSION_REFUSED: ScriptedAnswer = {
  status: 401,
  json: [{ message: "Session expired or invalid", errorCode: "INVALID_SESSION_ID" }],
};

const compositeSchema = z.object({
  compositeRequest: z.array(z.object({ referenceId: z.string(), url: z.string() })),
});

function send(response: ServerResponse, scripted: ScriptedAnswer): void {
  const { status = 200, headers = {}, fault } = scripted;
  const body = scripted.text ?? JSON.stringify(scripted.json ?? {});
  if (fault === "silent") {
    return;
  }
  if (fault === "reset") {
    response.socket?.resetAndDestroy();
    return;
  }
  const type = scripted.text === undefined ? "application/json;charset=UTF-8" : "text/html";
  response.writeHead(status, {
    "content-type": type,
    "content-length": Buffer.byteLength(body),
    ...headers,
  });
  if (fault === "torn") {
    response.write(body.slice(0, 10), () => response.socket?.destroy());
    return;
  }
  response.end(body);
}
