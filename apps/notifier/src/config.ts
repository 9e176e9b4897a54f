import { integer, port, readEnvironment, url } from '@turnout/runtime/config';
import { SECOND } from '@turnout/runtime/durations';
import { z } from 'zod';
import type { WebhookNetworks } from './webhooks/url-rule.ts';

/** `ada@example.org` or `Ada Lovelace <ada@example.org>`. */
const mailbox = z
  .string()
  .regex(
    /^(?:[^<>\r\n]*<[^<>\s@]+@[^<>\s@]+>|[^<>\s@]+@[^<>\s@]+)$/,
    'must be an address like turnout@example.org or Turnout <turnout@example.org>',
  )
  .transform((text) => {
    const [, name, address] = /^(.*?)\s*<(.+)>$/.exec(text) ?? [];
    return { name: name?.replace(/^"(.*)"$/, '$1') ?? '', address: address ?? text };
  });

/** 32 bytes in base64, as `openssl rand -base64 32` prints them. */
const secretsKey = z
  .string()
  .regex(/^[A-Za-z0-9+/]{43}=$/, 'must be 32 random bytes in base64, as openssl rand -base64 32 prints them')
  .transform((text) => Buffer.from(text, 'base64'));

const environment = z.object({
  PORT: port().default(4004),
  HOST: z.string().default('127.0.0.1'),
  DATABASE_URL: url('postgres', 'postgresql'),
  DATABASE_POOL: integer(1, 200).default(5),
  AMQP_URL: url('amqp', 'amqps'),
  SMTP_URL: url('smtp', 'smtps').optional(),
  SMTP_TIMEOUT_MS: integer(100, 120_000).default(10 * SECOND),
  MAIL_FROM: mailbox.default({ name: 'Turnout', address: 'turnout@localhost' }),
  WEBHOOK_SECRETS_KEY: secretsKey.optional(),
  WEBHOOK_NETWORKS: z.enum(['public', 'any']).default('public'),
  WEBHOOK_TIMEOUT_MS: integer(100, 60_000).default(10 * SECOND),
  LOG_LEVEL: z.string().optional(),
  LOG_FORMAT: z.string().optional(),
});

/** What the notifier needs to know of where it runs. */
export interface NotifierConfig {
  port: number;
  host: string;
  database: { url: string; max: number };
  amqpUrl: string;
  /** Null when no mail server is configured: notifications then go to the log. */
  email: EmailConfig | null;
  webhooks: WebhookConfig;
  log: { level?: string | undefined; format?: string | undefined };
}

export interface EmailConfig {
  smtpUrl: string;
  from: { name: string; address: string };
  /** How long one mail may take, from connecting to the server's last answer. */
  timeoutMs: number;
}

export interface WebhookConfig {
  /** 32 bytes, with which signing secrets are sealed. Null when it is not set: webhooks then wait. */
  secretsKey: Buffer | null;
  networks: WebhookNetworks;
  /** How long one call may take, from the look-up to the status of the answer. */
  timeoutMs: number;
}

/**
 * Reads the environment once.
 *
 * @throws ConfigurationError that names every variable that is missing or wrong
 */
export function readConfig(env: Readonly<Record<string, string | undefined>>): NotifierConfig {
  const read = readEnvironment(env, environment);
  return {
    port: read.PORT,
    host: read.HOST,
    database: { url: read.DATABASE_URL, max: read.DATABASE_POOL },
    amqpUrl: read.AMQP_URL,
    email: read.SMTP_URL
      ? { smtpUrl: read.SMTP_URL, from: read.MAIL_FROM, timeoutMs: read.SMTP_TIMEOUT_MS }
      : null,
    webhooks: {
      secretsKey: read.WEBHOOK_SECRETS_KEY ?? null,
      networks: read.WEBHOOK_NETWORKS,
      timeoutMs: read.WEBHOOK_TIMEOUT_MS,
    },
    log: { level: read.LOG_LEVEL, format: read.LOG_FORMAT },
  };
}
