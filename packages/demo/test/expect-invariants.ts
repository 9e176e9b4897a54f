import { runInvariants } from '@turnout/invariants/run-invariants';
import { expect } from 'vitest';

/** Fails with the offending rows if the database breaks one of the promises. */
export async function expectInvariants(databaseUrl: string): Promise<void> {
  const findings = await runInvariants(databaseUrl);
  expect(findings.length).toBeGreaterThan(0);
  expect(findings.filter(({ offenders }) => offenders.length > 0)).toEqual([]);
}
