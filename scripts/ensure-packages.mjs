import { spawn } from 'node:child_process';
import { existsSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { takeLock, whoHolds } from '../packages/local-stack/src/process-lock.mjs';

const LONGEST_INSTALL_MS = 15 * 60_000;

/**
 * Installs the packages of package-lock.json unless exactly those are there. One command at a time: another waits for
 * it and then finds them installed. `attend` waits for a child process and answers its exit code and what signalled it.
 */
export async function ensurePackages(root, attend) {
  if (packagesAreInstalled(root)) return;
  const began = Date.now();
  const say = (line) =>
    process.stderr.write(`[${((Date.now() - began) / 1000).toFixed(1).padStart(5)} s] ${line}\n`);
  let waiting = false;
  const lock = await takeLock(join(root, '.local', 'locks', 'install'), {
    waitMs: LONGEST_INSTALL_MS,
    note: 'npm ci',
    onWait: ({ pid }) => {
      if (!waiting) say(`waiting for process ${pid}, which is installing the packages`);
      waiting = true;
    },
  });
  if (lock.heldBy)
    throw new Error(`Process ${lock.heldBy.pid} has been installing the packages for 15 minutes.`);
  try {
    if (packagesAreInstalled(root)) return;
    refuseUnderARunningStack(root);
    await install(root, lock, say, attend);
    say('packages installed');
  } finally {
    lock.release();
  }
}

/**
 * Whether node_modules holds what package-lock.json names. npm writes its record of what it installed as the last
 * step, so an interrupted installation has none, or that of before.
 */
export function packagesAreInstalled(root) {
  const wanted = readPackages(join(root, 'package-lock.json'));
  const installed = readPackages(join(root, 'node_modules', '.package-lock.json'));
  if (wanted === null) throw new Error('package-lock.json is missing or damaged. Restore it with git.');
  if (installed === null) return false;
  return (
    Object.keys(installed).every((path) => path in wanted) &&
    Object.entries(wanted).every(([path, entry]) => {
      if (path === '') return true;
      const found = installed[path];
      if (found === undefined) return entry.optional === true || entry.devOptional === true;
      return found.version === entry.version && found.integrity === entry.integrity;
    })
  );
}

function readPackages(file) {
  try {
    return JSON.parse(readFileSync(file, 'utf8')).packages ?? null;
  } catch {
    return null;
  }
}

function refuseUnderARunningStack(root) {
  const running = whoHolds(join(root, '.local', 'locks', 'start'));
  if (running) {
    throw new Error(
      `The packages have changed while "npm start" runs here (process ${running.pid}). Stop it first: they cannot be ` +
        'replaced under it.',
    );
  }
}

async function install(root, lock, say, attend) {
  rmSync(join(root, 'node_modules', '.package-lock.json'), { force: true });
  say(`installing the packages (npm ci); the first time this takes about 20 seconds`);
  const { command, before } = npm();
  const options = [
    '--include=dev',
    '--include=optional',
    '--no-audit',
    '--no-fund',
    '--loglevel=error',
    '--no-progress',
  ];
  // In a group of its own, to be ended as a whole and at once: asked to stop, npm takes half a minute to put back what
  // was there before, which nobody needs.
  const child = spawn(command, [...before, 'ci', ...options], {
    cwd: root,
    stdio: ['ignore', 'pipe', 'pipe'],
    detached: true,
  });
  if (child.pid !== undefined) lock.alsoHeldBy(child.pid);
  let output = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8');
    stream.on('data', (text) => {
      output = (output + text).slice(-4_000);
    });
  }
  const progress = setInterval(() => say('  still installing the packages'), 5_000);
  const { code, signalled } = await attend(child, () => killGroup(child.pid)).finally(() =>
    clearInterval(progress),
  );
  if (signalled) {
    throw Object.assign(new Error('The installation of the packages was interrupted.'), {
      signal: signalled,
    });
  }
  if (code === 0 && packagesAreInstalled(root)) return;
  throw new Error(
    `The packages could not be installed: npm ci ended with exit code ${code}.\n${output.trimEnd()}\n` +
      'Check the network, and the registry that npm is set up with, then run the command again.',
  );
}

function killGroup(leader) {
  try {
    process.kill(-leader, 'SIGKILL');
  } catch {
    // it has ended by itself
  }
}

/** The npm that runs this, or the one on the PATH. */
function npm() {
  const script = process.env.npm_execpath;
  if (script?.endsWith('.js') && existsSync(script)) return { command: process.execPath, before: [script] };
  return { command: 'npm', before: [] };
}
