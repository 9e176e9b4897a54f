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

/** What a command says on standard output, what on standard error, and how it ends. */
async function end(...args: string[]): Promise<{ code: number; said: string; complained: string }> {
  const command = spawn(process.execPath, ['scripts/run.mjs', ...args], {
    cwd: root,
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
    '$name tells how it is used, and does nothing else',
    async ({ name, target }) => {
      for (const help of ['--help', '-h']) {
        const { code, said, complained } = await end(target, help);
        expect([code, complained]).toEqual([0, '']);
        expect(said).toMatch(new RegExp(`^usage: npm (run (--silent )?)?${name}\\b.*\\n`));
      }
    },
  );

  const strict = programs.filter(({ name }) => name !== 'test'); // Vitest knows its own arguments
  it.concurrent.each(strict)(
    '$name refuses an option that there is not, with its usage',
    async ({ target }) => {
      const { code, said, complained } = await end(target, '--nope');
      expect([code, said]).toEqual([2, '']);
      const [usage] = (await end(target, '--help')).said.split('\n');
      expect(complained).toContain('--nope');
      expect(complained.split('\n')).toContain(usage);
    },
  );
});
