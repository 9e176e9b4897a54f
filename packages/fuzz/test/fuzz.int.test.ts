import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Findings, fuzz, unreached } from '../src/fuzz.ts';
import { known, words } from '../src/words.ts';
import { givenRound } from './given-round.ts';
import { type Services, startServices } from './services.ts';

// `npm run fuzz -- --requests N --seed S` asks for more, or for the same again.
const requests = Number(process.env.FUZZ_REQUESTS ?? 20_000);
const seed = Number(process.env.FUZZ_SEED ?? Math.floor(Math.random() * 1_000_000));
const LONGEST_MS = Math.max(300_000, requests * 20);

/** Good answers that need more than requests can bring about here, with the reason. */
const UNREACHED: Readonly<Record<string, string>> = {};

let services: Services;
beforeAll(async () => {
  services = await startServices();
});
afterAll(() => services?.[Symbol.asyncDispose]());

describe(`${requests} requests drawn from the services' own descriptions (npm run fuzz -- --requests ${requests} --seed ${seed})`, () => {
  let findings: Findings;
  beforeAll(async () => {
    const { owner, operations } = services;
    console.log(`fuzzing with seed ${seed}`);
    findings = await fuzz({ operations, seed, requests, known, words, newRound: () => givenRound(owner) });
    if (findings.sent > requests)
      console.log(`${findings.sent - requests} more, for what had not been reached`);
    if (findings.deferred > 0) console.log(`${findings.deferred} requests were told to come back, and did`);
  }, LONGEST_MS);

  it('are each answered as the description says', () => {
    const told = findings.failures.map(
      ({ operation, complaint, curl }) => `${operation}: ${complaint}\n  ${curl}`,
    );
    expect(told.join('\n')).toBe('');
    expect(findings.sent).toBeGreaterThanOrEqual(requests);
  });

  it('reach every operation, and each good answer that it documents', () => {
    const missing = unreached(services.operations, findings).map(
      ({ operation: { service, id }, status }) => `${service} ${id} ${status}`,
    );
    expect(missing).toEqual(Object.keys(UNREACHED));
  });
});
