import { randomBytes } from 'node:crypto';
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { LOCAL } from '@turnout/local-stack/places';
import { requiredVariable } from '@turnout/test-kit/required-variable';
import { createTestVhost } from '@turnout/test-kit/test-vhost';
import { describe, expect, it } from 'vitest';
import { violations } from '../src/findings.ts';
import { runDrill } from '../src/run-drill.ts';

describe('a primary that is lost under load, with an archive 300 ms behind', () => {
  it('is restored: what was lost is found, what was published comes again, and nobody stays untold', async () => {
    await using vhost = await createTestVhost();
    await using cleaning = new AsyncDisposableStack();
    const dir = join(LOCAL, `drill-${process.pid}-${randomBytes(4).toString('hex')}`);
    cleaning.defer(() => rmSync(dir, { recursive: true, force: true }));
    const findings = await runDrill({
      dir,
      logDir: join(dir, 'logs'),
      lasting: { redisUrls: [requiredVariable('TEST_REDIS_URL')], amqpUrl: vhost.amqpUrl },
      say: () => undefined,
      seconds: 2,
      lagMs: 300,
      synchronous: false,
    });
    expect(violations(findings)).toEqual([]);
    // The hard case was there: something was lost, and the notifier had forgotten somebody.
    expect(findings.atRestore.lost.length).toBeGreaterThan(0);
    expect(findings.stream.unfounded).toBeGreaterThan(0);
    expect(findings.forgotten).toBeGreaterThan(0);
  });
});
