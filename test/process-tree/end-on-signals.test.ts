import { EventEmitter } from "node:events";
import { describe, expect, test } from "@jest/globals";
import { endOnSignals } from "../../src/process-tree/end-on-signals.ts";

function signalsAt(): { emit: (signal: string, nowMs: number) => void } & ReturnType<
  typeof endOnSignals
> {
  const source = new EventEmitter();
  let clockMs = 0;
  const signals = endOnSignals(source, () => clockMs);
  return {
    ...signals,
    emit: (signal, nowMs) => {
      clockMs = nowMs;
      source.emit(signal);
    },
  };
}

describe("endOnSignals", () => {
  test.each(["SIGINT", "SIGTERM", "SIGHUP"])("%s asks to stop", (signal) => {
    const { stop, force, emit } = signalsAt();
    expect(stop.aborted).toBe(false);

    emit(signal, 0);

    expect(stop.aborted).toBe(true);
    expect(force.aborted).toBe(false);
  });

  test("one Ctrl-C that arrives twice forces nothing", () => {
    const { force, emit } = signalsAt();

    emit("SIGINT", 0);
    emit("SIGINT", 40);

    expect(force.aborted).toBe(false);
  });

  test("a second Ctrl-C forces", () => {
    const { force, emit } = signalsAt();

    emit("SIGTERM", 0);
    emit("SIGINT", 1500);

    expect(force.aborted).toBe(true);
  });

  test("a second SIGTERM forces nothing", () => {
    const { force, emit } = signalsAt();

    emit("SIGTERM", 0);
    emit("SIGTERM", 5000);

    expect(force.aborted).toBe(false);
  });
});
