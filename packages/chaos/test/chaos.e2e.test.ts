import { describe, expect, it } from 'vitest';
import { runChaos } from '../src/run-chaos.ts';
import { SECONDS, SEEDS } from './seeds-of-npm-test.ts';

describe('two of each service under faults', () => {
  it.each(SEEDS)('keep every promise: seed %i', { timeout: 170_000 }, async (seed) => {
    const said: string[] = [];
    const { violations, figures } = await runChaos(seed, SECONDS, (line) => said.push(line));
    if (violations.length > 0)
      console.error([...said, ...figures.map((figure) => figure.join(': '))].join('\n'));
    expect(violations).toEqual([]);
  });
});
