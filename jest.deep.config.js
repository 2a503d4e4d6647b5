import base from './jest.config.js';

/** What starts whole stacks, kills parts of them, or drives a browser: minutes instead of seconds. */
export default {
  ...base,
  testMatch: ['<rootDir>/test/{faults,browser,deep}/**/*.test.ts'],
  testPathIgnorePatterns: ['/node_modules/', '/.tollgate/'],
  // A stack is nine processes.
  maxWorkers: 1,
  testTimeout: 120_000,
  // Until a part has such tests.
  passWithNoTests: true,
};
