import { availableParallelism } from 'node:os';
import { defineConfig } from 'vitest/config';

const servers = './packages/test-kit/src/global-setup.ts';
const marks = './packages/test-kit/src/mark-children.ts';
const tests = (kind: string) => [
  `{apps,packages}/*/test/**/*.${kind}.test.ts`,
  `scripts/test/**/*.${kind}.test.ts`,
  `ops/test/**/*.${kind}.test.ts`,
];

// What takes long and is tried in smaller form elsewhere; `npm test` stays under ten minutes without it.
const long = [
  'packages/demo/test/relay-killed.e2e.test.ts',
  'packages/demo/test/two-closures.e2e.test.ts',
  'packages/drill/test/drill.e2e.test.ts',
];

// How long a test may take says nothing about what it tries: only one that fails takes as long. A machine may be many
// times slower than the one on which it was written, or busy with something else.
const patience = {
  testTimeout: 180_000,
  hookTimeout: 120_000,
  expect: { poll: { timeout: 60_000, interval: 20 } },
};

// `npx vitest run --project unit` needs nothing but the packages; the others start servers of their own first.
// `isolate: false`: loading all modules anew for each file takes a third of the time. No test may leave global state.
export default defineConfig({
  test: {
    // Tests wait for servers more than they compute.
    maxWorkers: availableParallelism() + 2,
    projects: [
      {
        test: {
          name: 'unit',
          include: tests('unit'),
          isolate: false,
          ...patience,
          sequence: { groupOrder: 0 },
        },
      },
      {
        test: {
          name: 'int',
          include: tests('int'),
          isolate: false,
          globalSetup: servers,
          setupFiles: marks,
          ...patience,
          sequence: { groupOrder: 1 },
        },
      },
      {
        test: {
          name: 'e2e',
          include: tests('e2e'),
          exclude: ['packages/chaos/**', 'ops/**', ...long],
          isolate: false,
          globalSetup: servers,
          setupFiles: marks,
          ...patience,
          maxWorkers: 3,
          sequence: { groupOrder: 2 },
        },
      },
      // `npm test -- --project long`
      {
        test: {
          name: 'long',
          include: long,
          globalSetup: servers,
          setupFiles: marks,
          ...patience,
        },
      },
      // Alerts of slowness must not fire before their fault, so that nothing else runs beside it.
      {
        test: {
          name: 'alerts',
          include: ['ops/test/alerts.e2e.test.ts'],
          globalSetup: servers,
          setupFiles: marks,
          ...patience,
          sequence: { groupOrder: 3 },
        },
      },
      // Says how long answers take while faults strike, so nothing else runs beside it.
      {
        test: {
          name: 'chaos',
          include: ['packages/chaos/test/*.e2e.test.ts'],
          globalSetup: servers,
          setupFiles: marks,
          ...patience,
          fileParallelism: false,
          sequence: { groupOrder: 4 },
        },
      },
    ],
  },
});
