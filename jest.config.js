// One configuration for every package: ES modules, TypeScript with its types stripped by Node itself.
export default {
  testEnvironment: 'node',
  extensionsToTreatAsEsm: ['.ts'],
  transform: { '\\.ts$': '<rootDir>/scripts/jest/transform.js' },
  transformIgnorePatterns: ['/node_modules/'],
  testPathIgnorePatterns: ['/node_modules/', '/\\.data/'],
  modulePathIgnorePatterns: ['/\\.data/'],
  globalSetup: '<rootDir>/scripts/jest/setup.ts',
  globalTeardown: '<rootDir>/scripts/jest/teardown.ts',
  setupFilesAfterEnv: ['<rootDir>/scripts/jest/shared-output.ts'],
  testTimeout: 15_000,
  maxWorkers: 2,
  // Modules of finished test files stay in memory, and the garbage collector gets slow: a new worker costs less.
  workerIdleMemoryLimit: '700MB',
};
