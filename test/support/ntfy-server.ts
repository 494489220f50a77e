import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import { z } from "zod";
import { listenAnywhere } from "./webhook-sink.ts";

/** A message as a subscriber of its topic gets it. */
export interface NtfyMessage {
  readonly topic: string;
  readonly message: string;
  readonly title?: string | undefined;
  readonly priority: number;
  readonly tags: readonly string[];
  readonly click?: string | undefined;
  readonly actions: readonly Readonly<Record<string, unknown>>[];
  readonly sequenceId?: string | undefined;
}

/** One answer that the server gives in place of its own. */
export type NtfyAnswer =
  | { readonly status: number; readonly code?: number; readonly headers?: Record<string, string> }
  | "hang-up";

/** A stand-in of an ntfy server, which refuses what ntfy refuses. */
export interface NtfyServer {
  readonly url: string;
  /** The bodies of all requests to publish, as they came. */
  readonly bodies: readonly string[];
  /** What was published, oldest first. */
  readonly published: readonly NtfyMessage[];
  /** What the app of a subscriber shows: by sequence a later message takes the place of an earlier one. */
  shown(topic: string): readonly NtfyMessage[];
  answerNext(answer: NtfyAnswer): void;
  stop(): Promise<void>;
}

/** How a server differs from a hosted one of today. */
export interface NtfyServerOptions {
  /** Publishing takes this access token alone. */
  readonly token?: string;
  /** Before 2.16: no sequences. */
  readonly isOld?: boolean;
}

const TOPIC = /^[-_A-Za-z0-9]{1,64}$/;
const RESERVED = "docs static file app metrics account settings signup login v1".split(" ");
const MESSAGE_BYTES = 4096;
const SEQUENCE_PATH = /^\/([-_A-Za-z0-9]{1,64})\/([-_A-Za-z0-9]{1,64})$/;

const actionSchema = z.looseObject({
  action: z.enum(["view", "broadcast", "http"]),
  label: z.string().min(1),
  url: z.string().min(1),
});

const publishSchema = z.object({
  topic: z.string().default(""),
  title: z.string().optional(),
  message: z.string().default(""),
  priority: z.int().min(0).max(5).default(0),
  tags: z.array(z.string()).default([]),
  click: z.string().optional(),
  actions: z.array(actionSchema).default([]),
  sequence_id: z.string().optional(),
});

/** An error in ntfy's form. */
class Refusal extends Error {
  readonly status: number;
  readonly code: number;

  constructor([status, code]: readonly [number, number], options?: ErrorOptions) {
    super(String(code), options);
    this.status = status;
    this.code = code;
  }
}

/**
 * Starts a stand-in on a free port of 127.0.0.1.
 *
 * @see https://github.com/binwiederhier/ntfy server/server.go and server/errors.go: rules and error numbers
 * @see https://docs.ntfy.sh/publish/#updating-deleting-notifications
 */
export async function startNtfyServer(options: NtfyServerOptions = {}): Promise<NtfyServer> {
  const bodies: string[] = [];
  const published: NtfyMessage[] = [];
  const removed = new Map<string, number>();
  const next: NtfyAnswer[] = [];

  function handle(request: IncomingMessage, body: string): object {
    const { method = "", url = "" } = request;
    const [, topic = "", sequence = ""] = SEQUENCE_PATH.exec(url) ?? [];
    if (
      options.token !== undefined &&
      request.headers.authorization !== `Bearer ${options.token}`
    ) {
      throw new Refusal([request.headers.authorization === undefined ? 403 : 401, 40301]);
    }
    if (method === "DELETE" && topic !== "" && options.isOld !== true) {
      removed.set(`${topic}/${sequence}`, published.length);
      return { event: "message_delete", topic, sequence_id: sequence };
    }
    if ((method !== "POST" && method !== "PUT") || url !== "/") {
      throw new Refusal([404, 40401]);
    }
    bodies.push(body);
    const message = readMessage(body, request, options.isOld === true);
    published.push(message);
    return { id: `m${published.length}`, event: "message", topic: message.topic };
  }

  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on("data", (chunk: Buffer) => chunks.push(chunk));
    request.on("end", () => {
      const answer = next.shift();
      if (answer === "hang-up") {
        request.socket.destroy();
        return;
      }
      try {
        if (answer !== undefined) {
          bodies.push(Buffer.concat(chunks).toString("utf8"));
          reply(response, answer);
          return;
        }
        reply(response, {
          status: 200,
          json: handle(request, Buffer.concat(chunks).toString("utf8")),
        });
      } catch (error) {
        reply(response, error instanceof Refusal ? error : { status: 500, code: 50001 });
      }
    });
  });
  const port = await listenAnywhere(server);
  return {
    url: `http://127.0.0.1:${port}`,
    bodies,
    published,
    shown: (topic) =>
      published.filter((one, at) => {
        const later = published.slice(at + 1);
        const key = `${topic}/${one.sequenceId}`;
        const isReplaced =
          one.sequenceId !== undefined &&
          later.some((two) => two.topic === topic && two.sequenceId === one.sequenceId);
        return one.topic === topic && !isReplaced && (removed.get(key) ?? 0) <= at;
      }),
    answerNext: (answer) => next.push(answer),
    stop: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

/** JSON gives most of it; what clients put into headers counts where the JSON is silent. */
function readMessage(body: string, { headers }: IncomingMessage, isOld: boolean): NtfyMessage {
  if (Buffer.byteLength(body) > 2 * MESSAGE_BYTES) {
    throw new Refusal([413, 41303]);
  }
  const parsed = publishSchema.safeParse(jsonOf(body));
  if (!parsed.success) {
    throw new Refusal([400, parsed.error.issues[0]?.path[0] === "actions" ? 40018 : 40024]);
  }
  const { topic, message, title, priority, tags, click, actions, sequence_id } = parsed.data;
  if (!TOPIC.test(topic)) {
    throw new Refusal([400, 40009]);
  }
  if (RESERVED.includes(topic)) {
    throw new Refusal([400, 40010]);
  }
  if (actions.length > 3) {
    throw new Refusal([400, 40018]);
  }
  if (sequence_id !== undefined && !(isOld || TOPIC.test(sequence_id))) {
    throw new Refusal([400, 40049]);
  }
  if (Buffer.byteLength(message) > MESSAGE_BYTES) {
    throw new Refusal([413, 41301]);
  }
  const header = (name: string) => headers[name]?.toString();
  return {
    topic,
    message: message === "" ? "triggered" : message,
    title,
    priority: priority || priorityOf(header("x-priority") ?? "3"),
    tags: tags.length > 0 ? tags : (header("x-tags")?.split(",") ?? []),
    click: click ?? header("x-click"),
    actions,
    ...(isOld || sequence_id === undefined ? {} : { sequenceId: sequence_id }),
  };
}

const PRIORITIES = [
  ["1", "min"],
  ["2", "low"],
  ["3", "default"],
  ["4", "high"],
  ["5", "max", "urgent"],
];

function priorityOf(text: string): number {
  const found = PRIORITIES.findIndex((names) => names.includes(text.trim().toLowerCase()));
  if (found === -1) {
    throw new Refusal([400, 40007]);
  }
  return found + 1;
}

function jsonOf(body: string): unknown {
  try {
    return JSON.parse(body);
  } catch (error) {
    throw new Refusal([400, 40024], { cause: error });
  }
}

interface Reply {
  readonly status: number;
  readonly code?: number;
  readonly headers?: Record<string, string>;
  readonly json?: object;
}

function reply(response: ServerResponse, { status, code, headers = {}, json }: Reply): void {
  const error = { code, http: status, error: "refused", link: "https://ntfy.sh/docs" };
  response.writeHead(status, { "content-type": "application/json", ...headers });
  response.end(JSON.stringify(json ?? error));
}
