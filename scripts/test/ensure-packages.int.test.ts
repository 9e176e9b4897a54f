import { type ChildProcess, spawn } from 'node:child_process';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { identify } from '@turnout/local-stack/process-lock';
import { waitUntil } from '@turnout/test-kit/wait-until';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

const programs = fileURLToPath(new URL('./programs', import.meta.url));
let root: string;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'ensure-'));
  lockPackages('1.0.0');
});
afterEach(() => rmSync(root, { recursive: true }));

const file = (name: string) => join(root, name);
const notes = () => (existsSync(file('notes')) ? readFileSync(file('notes'), 'utf8') : '');

function lockPackages(version: string): void {
  const packages = { '': { name: 'turnout' }, 'node_modules/a': { version, integrity: `sha512-${version}` } };
  writeFileSync(file('package-lock.json'), JSON.stringify({ packages }));
}

function ensure(): { child: ChildProcess; said: Promise<string> } {
  const child = spawn(process.execPath, [join(programs, 'ensure.mjs'), root], {
    stdio: ['ignore', 'pipe', 'ignore'],
    env: { ...process.env, npm_execpath: join(programs, 'npm-ci.js') },
  });
  return { child, said: text(child.stdout as NodeJS.ReadableStream).then((said) => said.trim()) };
}

describe('the packages', () => {
  it('are installed once, and then left alone until others are wanted', async () => {
    expect(await ensure().said).toBe('installed');
    expect(await ensure().said).toBe('installed');
    expect(notes()).toBe('begin end ');
    lockPackages('2.0.0');
    expect(await ensure().said).toBe('installed');
    expect(notes()).toBe('begin end begin end ');
  });

  it('are installed by one of several commands that start at once', async () => {
    const said = await Promise.all([ensure().said, ensure().said, ensure().said]);
    expect(said).toEqual(['installed', 'installed', 'installed']);
    expect(notes()).toBe('begin end ');
  });

  it('are installed again when npm was interrupted', async () => {
    writeFileSync(file('hold'), '');
    const { child } = ensure();
    await waitUntil(() => notes() === 'begin ');
    const npm = await installerOf(child);
    child.kill('SIGKILL');
    process.kill(npm, 'SIGKILL');
    rmSync(file('hold'));
    expect(await ensure().said).toBe('installed');
    expect(notes()).toBe('begin begin end ');
  });

  it('are waited for when the command that installed them was killed, and npm was not', async () => {
    writeFileSync(file('hold'), '');
    const first = ensure();
    await waitUntil(() => notes() === 'begin ');
    await installerOf(first.child);
    first.child.kill('SIGKILL');
    const { said } = ensure();
    rmSync(file('hold'));
    expect(await said).toBe('installed');
    expect(notes()).toBe('begin end ');
  });

  it('are not replaced under a stack that runs with them', async () => {
    const locks = join(root, '.local', 'locks', 'start');
    mkdirSync(locks, { recursive: true });
    writeFileSync(join(locks, String(identify(process.pid))), '');
    expect(await ensure().said).toContain(
      `while "npm start" runs here (process ${process.pid}). Stop it first`,
    );
    expect(notes()).toBe('');
  });

  it('that cannot be installed are a clear failure, with the words of npm', async () => {
    writeFileSync(file('fail'), '');
    expect(await ensure().said).toMatch(
      /^The packages could not be installed: npm ci ended with exit code 1\.\nnpm error 404 Not Found\n/,
    );
  });
});

/** The pid of the npm that a command has started, once that is noted in the lock. */
function installerOf(command: ChildProcess): Promise<number> {
  const locks = join(root, '.local', 'locks', 'install');
  return waitUntil(() =>
    readdirSync(locks)
      .map((name) => Number.parseInt(name, 10))
      .find((pid) => pid !== command.pid),
  );
}
