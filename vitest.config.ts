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
          testTimeout: 30_000,
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
          testTimeout: 30_000,
          hookTimeout: 30_000,
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
          testTimeout: 120_000,
          hookTimeout: 60_000,
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
          testTimeout: 120_000,
          hookTimeout: 60_000,
        },
      },
      // Alerts of slowness must not fire before their fault, so that nothing else runs beside it.
      {
        test: {
          name: 'alerts',
          include: ['ops/test/alerts.e2e.test.ts'],
          globalSetup: servers,
          setupFiles: marks,
          testTimeout: 120_000,
          hookTimeout: 60_000,
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
          testTimeout: 120_000,
          hookTimeout: 60_000,
          fileParallelism: false,
          sequence: { groupOrder: 4 },
        },
      },
    ],
  },
});
