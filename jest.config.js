export default {
  testEnvironment: "node",
  roots: ["<rootDir>/test"],
  testMatch: ["**/*.test.ts"],
  extensionsToTreatAsEsm: [".ts"],
  testTimeout: 30_000,
  setupFilesAfterEnv: ["<rootDir>/test/support/second-chance.js"],
  maxWorkers: 2,
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
