import { connect, createServer, type Socket } from "node:net";
import { setTimeout } from "node:timers/promises";
import { listenAnywhere } from "../../bench/listen-anywhere.ts";
import type { Stage } from "../../bench/stage.ts";

/** What the path between the bridge and its store does to bytes. */
export interface TcpProxy {
  readonly port: number;
  /** Leads new connections to another port. */
  pointAt(port: number): void;
  /** From now on every piece comes later by 1 to `mostMs` milliseconds; 0 ends that. */
  slowDown(mostMs: number): void;
  /** The paths of now die without a word: nothing passes, nobody is told; new connections work. */
  dropSilently(): void;
  /** Nothing passes, and new connections are accepted and die the same way. */
  blackHole(isOn: boolean): void;
  /** Resets every connection of now. */
  reset(): void;
  /** Resets a share of the pieces' connections, as a bad network does. */
  resetSometimes(share: number): void;
}

interface Weather {
  port: number;
  mostDelayMs: number;
  isBlack: boolean;
  resetShare: number;
}

/** Starts a proxy to a port of 127.0.0.1; it ends with the stage. */
export async function startTcpProxy(stage: Stage, upstream: number): Promise<TcpProxy> {
  const weather: Weather = { port: upstream, mostDelayMs: 0, isBlack: false, resetShare: 0 };
  const paths = new Set<Path>();
  const server = createServer((near) => {
    const path = new Path(near, weather);
    paths.add(path);
    near.once("close", () => paths.delete(path));
  });
  const port = await listenAnywhere(server);
  const each = (act: (path: Path) => void) => {
    for (const path of [...paths]) {
      act(path);
    }
  };
  stage.onEnd(async () => {
    each((path) => path.reset());
    server.close();
  });
  return {
    port,
    pointAt: (next) => {
      weather.port = next;
    },
    slowDown: (mostMs) => {
      weather.mostDelayMs = mostMs;
    },
    dropSilently: () => each((path) => path.goSilent()),
    blackHole: (isOn) => {
      weather.isBlack = isOn;
      if (isOn) {
        each((path) => path.goSilent());
      }
    },
    reset: () => each((path) => path.reset()),
    resetSometimes: (share) => {
      weather.resetShare = share;
    },
  };
}

/** One connection through the proxy, both ways. */
class Path {
  readonly #near: Socket;
  readonly #far: Socket;
  readonly #weather: Weather;
  #isSilent: boolean;

  constructor(near: Socket, weather: Weather) {
    this.#near = near;
    this.#weather = weather;
    this.#isSilent = weather.isBlack;
    this.#far = connect(weather.port, "127.0.0.1");
    this.#carry(near, this.#far);
    this.#carry(this.#far, near);
  }

  goSilent(): void {
    this.#isSilent = true;
  }

  reset(): void {
    this.#near.resetAndDestroy();
    this.#far.destroy();
  }

  #carry(from: Socket, to: Socket): void {
    // Pieces stay in order, and are under way side by side, as on a long line: a slow one holds up those behind
    // it, but nobody waits for one to arrive before the next sets out.
    let earlier: Promise<void> = Promise.resolve();
    from.on("data", (piece) => {
      const journey = this.#travel();
      earlier = earlier.then(() => journey).then(() => this.#hand(piece, to));
    });
    from.on("error", () => undefined);
    from.once("close", () => {
      if (!this.#isSilent) {
        void earlier.then(() => to.destroy());
      }
    });
  }

  async #travel(): Promise<void> {
    const { mostDelayMs } = this.#weather;
    if (mostDelayMs > 0) {
      await setTimeout(1 + Math.random() * mostDelayMs);
    }
  }

  #hand(piece: Buffer, to: Socket): void {
    const { resetShare } = this.#weather;
    if (resetShare > 0 && Math.random() < resetShare) {
      this.reset();
    }
    if (!(this.#isSilent || to.destroyed)) {
      to.write(piece);
    }
  }
}
