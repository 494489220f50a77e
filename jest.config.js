export default {
  testEnvironment: "node",
  roots: ["<rootDir>/test"],
  testMatch: ["**/*.test.ts"],
  extensionsToTreatAsEsm: [".ts"],
  testTimeout: 30_000,
  setupFilesAfterEnv: ["<rootDir>/test/support/second-chance.js"],
  // Most of the time tests wait for a moment to come or a process to start: more than there are cores.
  maxWorkers: 3,
  reporters: ["default", "<rootDir>/test/support/closing-line-reporter.js"],
  transform: {
    "^.+\\.ts$": [
      "@swc/jest",
      {
        jsc: { parser: { syntax: "typescript" }, target: "es2022" },
        module: { type: "es6" },
      },
    ],
  },
};
