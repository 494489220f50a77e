import { beforeAll, test } from "@jest/globals";

/** Declares a scenario: a test of its own. */
type Scenario = (name: string, body: () => Promise<void>, timeoutMs: number) => void;

/**
 * Lets the scenarios of a file run side by side, for those that mostly wait and share nothing but a stage.
 *
 * They begin together once what the file prepares is ready, each is awaited and told of as its own test, and one that
 * is tried again runs alone. Call it after the `beforeAll` that opens the stage.
 */
export function sideBySide(): Scenario {
  const begin: (() => void)[] = [];
  beforeAll(() => {
    for (const run of begin) {
      run();
    }
  });
  return (name, body, timeoutMs) => {
    let begun: Promise<void> | undefined;
    begin.push(() => {
      begun = body();
      // Awaited below; a scenario that fails before its turn is no unhandled rejection.
      begun.catch(() => undefined);
    });
    test(
      name,
      async () => {
        const run = begun ?? body();
        begun = undefined;
        await run;
      },
      timeoutMs,
    );
  };
}
