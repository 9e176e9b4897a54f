import { type AccessConfig, accessConfig, accessEnvironment } from '@turnout/access/access-config';
import { email } from '@turnout/contracts/primitives';
import { type Environment, integer, readEnvironment, url } from '@turnout/runtime/config';
import { SECOND } from '@turnout/runtime/durations';
import type { Networks } from '@turnout/runtime/public-url';
import { cronExpression } from '@turnout/runtime/schedule';
import { type ServiceConfig, serviceConfig, serviceEnvironment } from '@turnout/runtime/service-config';
import { z } from 'zod';
import type { RetentionConfig } from './retention/run-retention.ts';

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

const slug = z
  .string()
  .regex(/^[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?$/, 'must be the slug of an organization, like demo');
/** 32 bytes in base64, as `openssl rand -base64 32` prints them. */
const secretsKey = z
  .string()
  .regex(/^[A-Za-z0-9+/]{43}=$/, 'must be 32 random bytes in base64, as openssl rand -base64 32 prints them')
  .transform((text) => Buffer.from(text, 'base64'));

const environment = z.object({
  ...serviceEnvironment({ port: 4004, connections: 5 }),
  ...accessEnvironment,
  SMTP_URL: url('smtp', 'smtps').optional(),
  SMTP_TIMEOUT_MS: integer(100, 120_000).default(10 * SECOND),
  MAIL_FROM: mailbox.default({ name: 'Turnout', address: 'turnout@localhost' }),
  MAILS_PER_SECOND: integer(1, 1_000).default(20),
  OPERATOR_ORGANIZATION: slug.optional(),
  OPERATOR_EMAIL: email.optional(),
  WEBHOOK_SECRETS_KEY: secretsKey.optional(),
  WEBHOOK_NETWORKS: z.enum(['public', 'any']).default('public'),
  WEBHOOK_TIMEOUT_MS: integer(100, 60_000).default(10 * SECOND),
  RETENTION_SCHEDULE: cronExpression().default('45 3 * * *'),
  RETENTION_MESSAGES_DAYS: integer(91, 3_650).default(400),
  // Shorter than what is remembered of messages can be: a letter whose message is forgotten could not be told any more.
  RETENTION_DEAD_LETTERS_DAYS: integer(1, 90).default(90),
});

/** What the notifier needs to know of where it runs. */
export interface NotifierConfig extends ServiceConfig {
  access?: Partial<AccessConfig>;
  /** Null when no mail server is configured: notifications then go to the log. */
  email: EmailConfig | null;
  /** Mails that this process tries in a second at most. */
  mailsPerSecond: number;
  operator: OperatorConfig;
  webhooks: WebhookConfig;
  retention: RetentionConfig;
}

/** Who runs the system, and so looks after what belongs to no organization. */
export interface OperatorConfig {
  /** The slug of the organization whose admins see dead letters that name none; null for nobody. */
  organization: string | null;
  /** Where failures are told that no organization has an address for; null for the log only. */
  email: string | null;
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
  networks: Networks;
  /** How long one call may take, from the look-up to the status of the answer. */
  timeoutMs: number;
}

/**
 * Reads the environment once.
 *
 * @throws ConfigurationError that names every variable that is missing or wrong
 */
export function readConfig(env: Environment): NotifierConfig {
  const read = readEnvironment(env, environment);
  return {
    ...serviceConfig(read),
    access: accessConfig(read),
    email: read.SMTP_URL
      ? {
          smtpUrl: read.SMTP_URL,
          from: read.MAIL_FROM,
          timeoutMs: read.SMTP_TIMEOUT_MS,
        }
      : null,
    mailsPerSecond: read.MAILS_PER_SECOND,
    operator: { organization: read.OPERATOR_ORGANIZATION ?? null, email: read.OPERATOR_EMAIL ?? null },
    webhooks: {
      secretsKey: read.WEBHOOK_SECRETS_KEY ?? null,
      networks: read.WEBHOOK_NETWORKS,
      timeoutMs: read.WEBHOOK_TIMEOUT_MS,
    },
    retention: {
      schedule: read.RETENTION_SCHEDULE,
      messagesDays: read.RETENTION_MESSAGES_DAYS,
      deadLettersDays: read.RETENTION_DEAD_LETTERS_DAYS,
    },
  };
}

/** What the command `dead-letters` needs: the database, and the broker for what came from there. */
export interface DeadLettersConfig {
  databaseUrl: string;
  amqpUrl: string | null;
}

/** @throws ConfigurationError like {@link readConfig} */
export function readDeadLettersConfig(env: Environment): DeadLettersConfig {
  const { DATABASE_URL, AMQP_URL } = readEnvironment(
    env,
    z.object({
      DATABASE_URL: environment.shape.DATABASE_URL,
      AMQP_URL: environment.shape.AMQP_URL.optional(),
    }),
  );
  return { databaseUrl: DATABASE_URL, amqpUrl: AMQP_URL ?? null };
}
