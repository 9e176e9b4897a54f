import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';

const root = fileURLToPath(new URL('../..', import.meta.url));
const { scripts } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as {
  scripts: Record<string, string>;
};

function run(...args: string[]) {
  return spawn(process.execPath, ['scripts/run.mjs', ...args], {
    cwd: root,
    stdio: ['ignore', 'pipe', 'inherit'],
  });
}

const argumentsOf: Record<string, string[]> = {
  why: ['01970000-0000-7000-8000-000000000000'],
  'token:create': ['--organization', 'acme', '--role', 'admin'],
};

/** What a command says on standard output, what on standard error, and how it ends. */
async function end(
  target: string,
  args: readonly string[] = [],
  environment: Record<string, string> = {},
): Promise<{ code: number; said: string; complained: string }> {
  const command = spawn(process.execPath, ['scripts/run.mjs', target, ...args], {
    cwd: root,
    env: { ...process.env, ...environment },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const [said, complained, [code]] = await Promise.all([
    text(command.stdout),
    text(command.stderr),
    once(command, 'exit') as Promise<[number]>,
  ]);
  return { code, said, complained };
}

describe('a command', () => {
  it('runs on Node.js 24 with its arguments, alone on standard output, and its exit code is passed on', async () => {
    const command = run('scripts/test/programs/echo.ts', '7', '--flag', 'two words');
    const [said, [code]] = await Promise.all([text(command.stdout), once(command, 'exit')]);
    expect(JSON.parse(said)).toMatchObject({ major: 24, rest: ['--flag', 'two words'] });
    expect(code).toBe(7);
  });

  it('is told to stop by the signal that its caller gets, and waited for', async () => {
    const command = run('scripts/test/programs/echo.ts', 'wait');
    const said: string[] = [];
    command.stdout.setEncoding('utf8').on('data', (line: string) => {
      said.push(line);
      if (said.length === 1) command.kill('SIGTERM');
    });
    const [code] = await once(command, 'exit');
    expect(said.at(-1)).toBe('told to stop\n');
    expect(code).toBe(3);
  });

  it('npm test that is interrupted tells no result', async () => {
    const command = run('scripts/test.ts', '--config', 'scripts/test/programs/endless.config.ts');
    let said = '';
    for await (const part of command.stdout.setEncoding('utf8')) {
      if (said === '') command.kill('SIGINT');
      said += part;
    }
    expect(said).toBe('reading the configuration\nstopped before the end: there is no result\n');
    expect(command.exitCode ?? (await once(command, 'exit'))[0]).toBe(130);
  });

  it('that is killed gives the exit code that a shell gives', async () => {
    const command = run('scripts/test/programs/echo.ts', 'wait');
    const [line] = (await once(command.stdout, 'data')) as [Buffer];
    process.kill(JSON.parse(line.toString()).pid, 'SIGKILL');
    const [code] = await once(command, 'exit');
    expect(code).toBe(128 + 9);
  });
});

describe('every command', () => {
  const programs = Object.entries(scripts).flatMap(([name, script]) => {
    const target = /^exec node scripts\/run\.mjs (\S+)$/.exec(script)?.[1];
    return target === undefined ? [] : [{ name, target }];
  });

  it.concurrent.each(programs)(
    '$name tells how it is used, and refuses an option that there is not with the same words',
    async ({ name, target }) => {
      const help = await end(target, [name === 'start' ? '-h' : '--help']);
      expect([help.code, help.complained]).toEqual([0, '']);
      expect(help.said).toMatch(new RegExp(`^usage: npm (run (--silent )?)?${name}\\b.*\\n`));
      if (name === 'test') return; // Vitest knows its own options
      const { code, said, complained } = await end(target, ['--nope']);
      expect([code, said]).toEqual([2, '']);
      expect(complained).toContain('--nope');
      expect(complained.split('\n')).toContain(help.said.split('\n')[0]);
    },
  );

  const reading = ['invariants', 'audit:verify', 'why', 'token:create'];
  it.concurrent.each(programs.filter(({ name }) => reading.includes(name)))(
    '$name says what to do about a database that does not answer, and shows no stack',
    async ({ name, target }) => {
      const DATABASE_URL = 'postgres://nobody@127.0.0.1:9/none';
      const { code, said, complained } = await end(target, argumentsOf[name], { DATABASE_URL });
      expect([code, said]).toEqual([1, '']);
      expect(complained).toMatch(/PostgreSQL can't be used: .*\. Check DATABASE_URL/);
      expect(complained).not.toMatch(/^ +at /m);
    },
  );
});
