import { jest } from "@jest/globals";

// Many tests drive real processes, browsers and clocks against the moment a prompt is due; a machine that stands still
// at the wrong instant can fail one. Such a test is tried once more. Its first failure is printed and counted.
jest.retryTimes(1, { logErrorsBeforeRetry: true });
