import { describe, expect, it } from 'vitest';
import { countTests } from '../count-tests.ts';

const report = (...files: { status: string; tests: string[] }[]) =>
  JSON.stringify({
    testResults: files.map(({ status, tests }) => ({
      status,
      name: 'a.test.ts',
      assertionResults: tests.map((result) => ({ status: result })),
    })),
  });

describe('the count of tests', () => {
  it('is what passed and what failed', () => {
    const json = report(
      { status: 'passed', tests: ['passed', 'passed'] },
      { status: 'failed', tests: ['passed', 'failed'] },
    );
    expect(countTests(json, 1)).toEqual({ passed: 3, failed: 1 });
  });

  it('takes a test that did not run for a failed one', () => {
    const json = report({ status: 'passed', tests: ['passed', 'skipped', 'todo', 'pending'] });
    expect(countTests(json, 0)).toEqual({ passed: 1, failed: 3 });
  });

  it('takes a file that cannot be loaded for a failed test', () => {
    const json = report({ status: 'failed', tests: [] }, { status: 'passed', tests: ['passed'] });
    expect(countTests(json, 1)).toEqual({ passed: 1, failed: 1 });
  });

  it('does not hide an error outside of all tests', () => {
    expect(countTests(report({ status: 'passed', tests: ['passed'] }), 1)).toEqual({ passed: 1, failed: 1 });
  });

  it('takes a run without tests for a failure', () => {
    expect(countTests(report(), 0)).toEqual({ passed: 0, failed: 1 });
  });
});
