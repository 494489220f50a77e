import type { ServerResponse } from "node:http";

/** Tells every open page what happens, as server-sent events. */
export interface LiveFeed {
  /** Keeps a page's connection and tells it everything from now on. */
  follow(response: ServerResponse): void;
  tell(kind: string, payload: object): void;
  hasFollowers(): boolean;
  close(): void;
}

/** Makes a feed without followers. */
export function createLiveFeed(): LiveFeed {
  const followers = new Set<ServerResponse>();
  return {
    follow: (response) => {
      response.writeHead(200, {
        "content-type": "text/event-stream",
        "cache-control": "no-store",
        connection: "keep-alive",
      });
      response.write(": the feed is open\n\n");
      followers.add(response);
      response.on("close", () => followers.delete(response));
    },
    tell: (kind, payload) => {
      const block = `event: ${kind}\ndata: ${JSON.stringify(payload)}\n\n`;
      for (const follower of followers) {
        follower.write(block);
      }
    },
    hasFollowers: () => followers.size > 0,
    close: () => {
      for (const follower of followers) {
        follower.end();
      }
    },
  };
}
