import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The clone, and where in it a stack keeps its things. */
export const ROOT = fileURLToPath(new URL('../../..', import.meta.url)).replace(/\/$/, '');
export const LOCAL = join(ROOT, '.local');
export const STACK_FILE = join(LOCAL, 'stack.json');
export const START_LOCK = join(LOCAL, 'locks', 'start');
