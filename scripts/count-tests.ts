interface Report {
  testResults: { status: string; name: string; assertionResults: { status: string }[] }[];
}

/**
 * Counts the tests of a Vitest JSON report. Everything that did not pass failed, also what was skipped: a test behind
 * a failed hook is reported like that. A file that cannot be loaded counts as one; so does an exit code that no test
 * explains, and a run without any test.
 */
export function countTests(json: string, exitCode: number): { passed: number; failed: number } {
  const { testResults } = JSON.parse(json) as Report;
  let passed = 0;
  let failed = 0;
  for (const { status, assertionResults } of testResults) {
    const good = assertionResults.filter((test) => test.status === 'passed').length;
    const bad = assertionResults.length - good;
    passed += good;
    failed += status === 'failed' && bad === 0 ? 1 : bad;
  }
  if (failed === 0 && (exitCode !== 0 || passed === 0)) failed = 1;
  return { passed, failed };
}
