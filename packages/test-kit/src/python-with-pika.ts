import { spawnSync } from 'node:child_process';
import { findOrInstall } from './find-or-install.ts';

/** The distribution's own Python first: that is the one which python3-pika is for. */
const PYTHONS = ['/usr/bin/python3', 'python3'];

/**
 * A Python that has pika.
 *
 * @throws Error that says what to install when there is none
 */
export async function pythonWithPika(): Promise<string> {
  return await findOrInstall(
    () => PYTHONS.find(hasPika),
    'python3-pika',
    'The consumer in Python needs Python 3 with pika: apt install python3-pika, or pip install pika.',
  );
}

function hasPika(python: string): boolean {
  return spawnSync(python, ['-c', 'import pika, sqlite3'], { timeout: 20_000 }).status === 0;
}
