import { describe, expect, it } from 'vitest';
import { readConfig } from '../src/config.ts';

const servers = { DATABASE_URL: 'postgres://localhost/turnout', AMQP_URL: 'amqp://localhost' };

describe('the environment of the notifier', () => {
  it('sends to the log when no mail server is named', () => {
    expect(readConfig(servers)).toMatchObject({ port: 4004, host: '127.0.0.1', email: null });
  });

  it.each([
    ['Turnout <hello@example.org>', { name: 'Turnout', address: 'hello@example.org' }],
    ['"Turnout, Inc." <hello@example.org>', { name: 'Turnout, Inc.', address: 'hello@example.org' }],
    ['hello@example.org', { name: '', address: 'hello@example.org' }],
  ])('reads the sender %s', (MAIL_FROM, from) => {
    const config = readConfig({ ...servers, SMTP_URL: 'smtp://localhost:25', MAIL_FROM });
    expect(config.email?.from).toEqual(from);
  });

  it('has no operator and 20 mails a second unless it says otherwise', () => {
    expect(readConfig(servers)).toMatchObject({
      mailsPerSecond: 20,
      operator: { organization: null, email: null },
    });
    const named = {
      OPERATOR_ORGANIZATION: 'demo',
      OPERATOR_EMAIL: 'operator@localhost',
      MAILS_PER_SECOND: '5',
    };
    expect(readConfig({ ...servers, ...named })).toMatchObject({
      mailsPerSecond: 5,
      operator: { organization: 'demo', email: 'operator@localhost' },
    });
  });

  it('sends no webhooks without a key, and then only to public networks', () => {
    expect(readConfig(servers).webhooks).toEqual({ secretsKey: null, networks: 'public', timeoutMs: 10_000 });
    const WEBHOOK_SECRETS_KEY = Buffer.alloc(32, 7).toString('base64');
    expect(readConfig({ ...servers, WEBHOOK_SECRETS_KEY }).webhooks.secretsKey).toEqual(Buffer.alloc(32, 7));
    for (const wrong of [
      'secret',
      Buffer.alloc(31).toString('base64'),
      Buffer.alloc(33).toString('base64'),
    ]) {
      const read = () => readConfig({ ...servers, WEBHOOK_SECRETS_KEY: wrong });
      expect(read).toThrow(/WEBHOOK_SECRETS_KEY must be 32 random bytes/);
      expect(read).not.toThrow(wrong);
    }
  });

  it('names everything that is wrong at once', () => {
    const wrong = {
      ...servers,
      SMTP_URL: 'http://localhost',
      MAIL_FROM: 'nobody',
      PORT: 'x',
      MAILS_PER_SECOND: '0',
      OPERATOR_ORGANIZATION: 'Demo!',
      OPERATOR_EMAIL: 'nobody',
    };
    expect(() => readConfig(wrong)).toThrow(
      /PORT[\s\S]*SMTP_URL[\s\S]*MAIL_FROM[\s\S]*MAILS_PER_SECOND[\s\S]*OPERATOR_ORGANIZATION[\s\S]*OPERATOR_EMAIL/,
    );
  });
});
