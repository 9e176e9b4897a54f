import { createHash, randomBytes } from 'node:crypto';
import { existsSync, mkdirSync, renameSync, writeFileSync } from 'node:fs';
import { notifierDeadLetterQueue } from '@turnout/contracts/topology';

// Runs once before everything else of docker-compose.yml: makes the passwords of this installation, and gives each
// program those that it needs and no others, in a volume of its own. Nothing is made anew while a volume is kept.

const SERVICES = ['checkin', 'closure', 'admin', 'notifier'] as const;
type Service = (typeof SERVICES)[number];

const secret = () => randomBytes(24).toString('base64url');
const owner = secret();
const redis = secret();
const declarer = secret();
const operator = secret();
const grafana = secret();
const reader = secret();
const demo = secret();
const databasePasswords = forEachService(secret);
const brokerPasswords = forEachService(secret);

const database = (user: string, password: string) =>
  `DATABASE_URL=postgres://${user}:${password}@postgres:5432/turnout`;
const broker = (user: string, password: string) =>
  `AMQP_URL=amqp://${user}:${password}@rabbitmq:5672/turnout`;
const lines = (...all: string[]) => `${all.join('\n')}\n`;

if (existsSync('/secrets/postgres/password')) {
  console.error('the secrets of this installation already exist');
  process.exit(0);
}
write('redis', { 'redis.conf': lines(`requirepass ${redis}`), password: redis });
write('rabbitmq', { 'definitions.json': JSON.stringify(brokerDefinitions(), null, 2) });
for (const service of SERVICES) {
  write(service, {
    env: lines(
      database(`turnout_${service}`, databasePasswords[service]),
      broker(service, brokerPasswords[service]),
      `REDIS_URLS=redis://:${redis}@redis:6379`,
      ...(service === 'notifier' ? [`WEBHOOK_SECRETS_KEY=${randomBytes(32).toString('base64')}`] : []),
    ),
  });
}
write('owner', {
  env: lines(
    database('turnout', owner),
    ...SERVICES.map(
      (service) => `PASSWORD_OF_TURNOUT_${service.toUpperCase()}=${databasePasswords[service]}`,
    ),
  ),
});
write('declarer', { env: lines(broker('declarer', declarer)) });
write('demo', { env: lines(broker('demo', demo), database('turnout', owner)) });
write('reader', { env: lines(database('reader', reader)) });
write('grafana', { password: grafana });
write('operator', {
  'grafana-admin': lines(grafana),
  'rabbitmq-operator': lines(operator),
});
write('postgres', { 'reader-password': reader, password: owner }); // last: it says that all of them are there
console.error('created the secrets of this installation');

/**
 * A user for each program with the permissions it needs, and what RabbitMQ 4 needs to be told; see
 * packages/broker/README.md.
 */
function brokerDefinitions(): object {
  const publisher = { configure: '^$', write: '^turnout\\.events$', read: '^$' };
  const users: {
    name: string;
    password: string;
    tags: string[];
    configure: string;
    write: string;
    read: string;
  }[] = [
    {
      name: 'declarer',
      password: declarer,
      tags: [],
      configure: '^turnout\\.',
      write: '^turnout\\.',
      read: '^turnout\\.',
    },
    { name: 'checkin', password: brokerPasswords.checkin, tags: [], ...publisher },
    { name: 'closure', password: brokerPasswords.closure, tags: [], ...publisher },
    { name: 'admin', password: brokerPasswords.admin, tags: [], ...publisher },
    {
      name: 'notifier',
      password: brokerPasswords.notifier,
      tags: [],
      configure: '^turnout\\.notifier',
      write: '^turnout\\.notifier',
      read: '^turnout\\.(notifier|events)',
    },
    {
      name: 'demo',
      password: demo,
      tags: [],
      configure: '^(amq\\.gen|demo\\.)',
      write: '^(amq\\.gen|demo\\.)',
      read: '^(amq\\.gen|demo\\.|turnout\\.events$)',
    },
    {
      name: 'operator',
      password: operator,
      tags: ['administrator'],
      configure: '.*',
      write: '.*',
      read: '.*',
    },
  ];
  return {
    vhosts: [{ name: 'turnout' }],
    users: users.map(({ name, password, tags }) => ({
      name,
      tags,
      hashing_algorithm: 'rabbit_password_hashing_sha256',
      password_hash: passwordHash(password),
    })),
    permissions: users.map(({ name, configure, write, read }) => ({
      user: name,
      vhost: 'turnout',
      configure,
      write,
      read,
    })),
    policies: [
      {
        vhost: 'turnout',
        name: 'keep dead letters',
        pattern: `^${notifierDeadLetterQueue.replaceAll('.', '\\.')}$`,
        'apply-to': 'quorum_queues',
        priority: 0,
        definition: { 'delivery-limit': 1_000_000 },
      },
    ],
  };
}

/** As RabbitMQ keeps it: four bytes of salt, then SHA-256 of salt and password. */
function passwordHash(password: string): string {
  const salt = randomBytes(4);
  const hash = createHash('sha256').update(salt).update(password).digest();
  return Buffer.concat([salt, hash]).toString('base64');
}

function forEachService(make: () => string): Record<Service, string> {
  return { checkin: make(), closure: make(), admin: make(), notifier: make() };
}

/** Whole files, so that nobody reads half of one. Each volume is mounted where its reader is and nowhere else. */
function write(volume: string, files: Record<string, string>): void {
  const dir = `/secrets/${volume}`;
  mkdirSync(dir, { recursive: true });
  for (const [name, content] of Object.entries(files)) {
    writeFileSync(`${dir}/${name}.new`, content, { mode: 0o444 });
    renameSync(`${dir}/${name}.new`, `${dir}/${name}`);
  }
}
