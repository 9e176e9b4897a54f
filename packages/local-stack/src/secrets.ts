import { createHmac, randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { writeWhole } from './write-whole.ts';

export interface Secrets {
  postgres: string;
  redis: string;
  rabbitmq: string;
  erlangCookie: string;
  /** WEBHOOK_SECRETS_KEY of the notifier. Without it, the signing secrets in the database can't be read. */
  webhookSecretsKey: string;
  /** Tells this clone from others that use the same database. No secret, and made once like them. */
  clone: string;
}

/** The secrets of a stack: made once, kept beside its data, readable by its owner only. What is missing is added. */
export function readOrMakeSecrets(file: string): Secrets {
  const found = readSecrets(file);
  const secret = () => randomBytes(18).toString('base64url');
  const secrets: Secrets = {
    postgres: secret(),
    redis: secret(),
    rabbitmq: secret(),
    erlangCookie: secret(),
    webhookSecretsKey: randomBytes(32).toString('base64'),
    clone: randomBytes(4).toString('hex'),
    ...found,
  };
  const complete = Object.keys(secrets).every((name) => Object.hasOwn(found, name));
  if (!complete) writeWhole(file, JSON.stringify(secrets, null, 2), 0o600);
  return secrets;
}

function readSecrets(file: string): Partial<Secrets> {
  try {
    return JSON.parse(readFileSync(file, 'utf8')) as Partial<Secrets>;
  } catch {
    return {};
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
