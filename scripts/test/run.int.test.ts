import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';

const root = fileURLToPath(new URL('../..', import.meta.url));

function run(...args: string[]) {
  return spawn(process.execPath, ['scripts/run.mjs', ...args], {
    cwd: root,
    stdio: ['ignore', 'pipe', 'inherit'],
  });
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
