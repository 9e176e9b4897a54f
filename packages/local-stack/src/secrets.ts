import { createHmac, randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { writeWhole } from './write-whole.ts';

export interface Secrets {
  postgres: string;
  redis: string;
  rabbitmq: string;
  erlangCookie: string;
}

/** The passwords of a stack's private servers: made once, kept beside their data, readable by its owner only. */
export function readOrMakeSecrets(file: string): Secrets {
  try {
    return JSON.parse(readFileSync(file, 'utf8')) as Secrets;
  } catch {
    const secret = () => randomBytes(18).toString('base64url');
    const made: Secrets = { postgres: secret(), redis: secret(), rabbitmq: secret(), erlangCookie: secret() };
    writeWhole(file, JSON.stringify(made, null, 2), 0o600);
    return made;
  }
}

/**
 * The password of a service's database role. It follows from who administers the server, so that everybody who may
 * administer it can tell it, and nothing is stored.
 */
export function rolePassword(adminUrl: string, role: string): string {
  const { username, password } = new URL(adminUrl);
  return createHmac('sha256', `${username}:${password}`).update(role).digest('base64url');
}
