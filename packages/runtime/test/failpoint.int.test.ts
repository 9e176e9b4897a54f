import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { armFailpoint } from '@turnout/runtime/failpoint';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { startProgram } from './support/program.ts';

const point = 'short-life.passed';

describe('a failpoint', () => {
  let dir: string;

  beforeEach(() => {
    dir = mkdtempSync(join(tmpdir(), 'turnout-failpoints-'));
  });
  afterEach(() => rmSync(dir, { recursive: true, force: true }));

  const start = (env: NodeJS.ProcessEnv) => startProgram('short-life', { args: ['passes-a-point'], env });

  it('that is armed ends the process that comes by, once', async () => {
    await using first = start({ TURNOUT_FAILPOINTS: dir });
    await first.said('ready');
    armFailpoint(dir, point, 'SIGKILL');
    first.process.kill('SIGUSR2');
    expect(await first.exit).toBe('SIGKILL');
    expect(first.lines.map(({ msg }) => msg)).toEqual(['ready']);
    expect(existsSync(join(dir, point))).toBe(false);

    await using second = start({ TURNOUT_FAILPOINTS: dir });
    await second.said('ready');
    second.process.kill('SIGUSR2');
    await second.said('passed');
  });

  it('does nothing where the environment does not name the directory', async () => {
    await using program = start({});
    await program.said('ready');
    armFailpoint(dir, point, 'SIGKILL');
    program.process.kill('SIGUSR2');
    await program.said('passed');
    expect(existsSync(join(dir, point))).toBe(true);
  });

  it('is refused in production, with what to do', async () => {
    await using program = start({ TURNOUT_FAILPOINTS: dir, NODE_ENV: 'production' });
    expect(await program.exit).toBe(1);
    expect(program.lines).toEqual([
      expect.objectContaining({
        level: 'fatal',
        msg: expect.stringMatching(
          /^TURNOUT_FAILPOINTS is set, but NODE_ENV is production\. .*Unset TURNOUT_FAILPOINTS\.$/,
        ),
      }),
    ]);
  });
});
