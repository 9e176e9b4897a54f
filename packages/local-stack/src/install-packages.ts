import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { logTail } from './log-tail.ts';
import type { Guard } from './open-guard.ts';
import { takeLock } from './process-lock.mjs';
import { SEARCH_PATH } from './programs.ts';
import type { Say } from './say.ts';

interface Tools {
  guard: Guard;
  say: Say;
  logDir: string;
}

const POLICY = '/usr/sbin/policy-rc.d';
const POLICY_TEXT =
  '#!/bin/sh\n# written by Turnout while it installs packages: do not start services\nexit 101\n';

/** Whether packages of Debian or Ubuntu can be installed by this process. */
export function mayInstallPackages(): boolean {
  return process.getuid?.() === 0 && existsSync('/usr/bin/apt-get') && existsSync('/usr/bin/dpkg');
}

/**
 * Installs packages of the distribution without starting or enabling the services they bring. Picks up what an
 * interrupted installation left.
 */
export async function installPackages(packages: readonly string[], tools: Tools): Promise<void> {
  const { guard, say } = tools;
  const lock = await takeLock('/run/turnout-packages', {
    waitMs: 10 * 60_000,
    note: 'installing packages',
  });
  if (lock.heldBy)
    throw new Error(`Process ${lock.heldBy.pid} has been installing packages for ten minutes.`);
  say(`installing the Debian packages ${packages.join(', ')}`);
  const ours = !existsSync(POLICY) || readFileSync(POLICY, 'utf8') === POLICY_TEXT;
  const policy = ours ? guard.removeAtEnd(POLICY) : null;
  if (ours) writeFileSync(POLICY, POLICY_TEXT, { mode: 0o755 });
  const enabledBefore = enabledUnits();
  try {
    await runStep('dpkg', ['--configure', '-a'], tools);
    await runStep('apt-get', ['update', '-q'], tools, 3);
    await runStep('apt-get', ['install', '-y', '-q', '--no-install-recommends', ...packages], tools, 2);
  } finally {
    policy?.now();
    lock.release();
  }
  const enabledNow = enabledUnits().filter((unit) => !enabledBefore.includes(unit));
  for (const unit of enabledNow) {
    await runStep('deb-systemd-helper', ['disable', unit], tools).catch((error: Error) => say(error.message));
  }
}

async function runStep(command: string, args: string[], tools: Tools, attempts = 1): Promise<void> {
  const { guard, say, logDir } = tools;
  const logFile = join(logDir, 'packages.log');
  for (let attempt = 1; ; attempt += 1) {
    const unit = await guard.start({
      name: command,
      command,
      args:
        command === 'apt-get'
          ? ['-o', 'DPkg::Lock::Timeout=300', '-o', 'Dpkg::Options::=--force-confold', ...args]
          : args,
      cwd: '/',
      env: { ...environment(), PATH: SEARCH_PATH.join(':') },
      logFile,
      stopSignal: 'SIGTERM',
      graceMs: 30_000, // dpkg finishes the package it is at
      stage: 2,
    });
    const began = Date.now();
    const progress = setInterval(() => {
      const seconds = Math.round((Date.now() - began) / 1000);
      say(`  ${command} ${args[0]}: ${seconds} s; ${logTail(logFile, 1)[0]?.slice(0, 90) ?? ''}`);
    }, 5_000);
    const { code, signal } = await unit.exited;
    clearInterval(progress);
    if (code === 0) return;
    if (attempt < attempts && !guard.closed) continue;
    const tail = logTail(logFile, 8).join('\n    ');
    throw new Error(`"${command} ${args.join(' ')}" failed (${signal ?? `exit code ${code}`}):\n    ${tail}`);
  }
}

/** The settings of the caller that say how to reach the network, and that nobody answers questions. */
function environment(): Record<string, string> {
  const network = Object.entries(process.env).filter(([name]) =>
    /^(https?|no|all)_proxy$|^SSL_CERT_/i.test(name),
  );
  return {
    ...Object.fromEntries(network.map(([name, value]) => [name, value ?? ''])),
    HOME: '/root',
    LC_ALL: 'C.UTF-8',
    DEBIAN_FRONTEND: 'noninteractive',
    NEEDRESTART_MODE: 'l',
    NEEDRESTART_SUSPEND: '1',
    DPKG_MAINTSCRIPT_PACKAGE: 'turnout', // deb-systemd-helper works for packages only
  };
}

/** Units that start with the system: the links in /etc/systemd/system/*.wants. */
function enabledUnits(): string[] {
  const base = '/etc/systemd/system';
  if (!existsSync(base)) return [];
  const wants = readdirSync(base).filter((name) => name.endsWith('.wants'));
  return [...new Set(wants.flatMap((name) => readdirSync(join(base, name))))];
}
