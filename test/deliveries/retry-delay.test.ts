import { describe, expect, test } from "@jest/globals";
import { retryDelayMs } from "../../src/deliveries/retry-delay.ts";

describe("retryDelayMs", () => {
  test("doubles from one second and stays at a minute", () => {
    const waits = [0, 1, 2, 3, 6, 7, 8, 500].map((made) => retryDelayMs(made, undefined, 0));
    expect(waits).toEqual([1000, 1000, 2000, 4000, 32_000, 60_000, 60_000, 60_000]);
  });

  test("the first wait is within the promised ten seconds, and chance shortens by a quarter at most", () => {
    expect(retryDelayMs(1, undefined, 0)).toBeLessThan(10_000);
    expect(retryDelayMs(7, undefined, 0.999_999)).toBeGreaterThanOrEqual(45_000);
  });

  test("a provider's own time wins, shorter or longer", () => {
    expect(retryDelayMs(7, 2000, 0.5)).toBe(2000);
    expect(retryDelayMs(1, 3_600_000, 0.5)).toBe(3_600_000);
  });

  test("a provider that says zero is not called in a tight loop", () => {
    expect(retryDelayMs(1, 0, 0)).toBe(1000);
  });
});
