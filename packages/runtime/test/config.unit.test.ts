import {
  clusterUrl,
  commaSeparated,
  integer,
  port,
  readEnvironment,
  trustedProxies,
  url,
} from '@turnout/runtime/config';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';

const schema = z.object({
  PORT: port().default(4001),
  DATABASE_URL: url('postgres', 'postgresql'),
  REDIS_URLS: commaSeparated(url('redis')).default([]),
  BATCH: integer(1, 5000).optional(),
  LOG_FORMAT: z.enum(['json', 'pretty']).default('json'),
});

describe('the environment', () => {
  it('takes one node of a broker or several, and refuses a list with anything else in it', () => {
    const broker = z.object({ AMQP_URL: clusterUrl('amqp', 'amqps') });
    const read = (AMQP_URL: string) => readEnvironment({ AMQP_URL }, broker).AMQP_URL;
    expect(read('amqp://a')).toBe('amqp://a');
    expect(read('amqp://a, amqps://b')).toBe('amqp://a,amqps://b');
    for (const wrong of ['amqp://a,', ',', 'amqp://a,redis://b', 'amqp://a;b c']) {
      expect(() => read(wrong), wrong).toThrow('AMQP_URL must be a URL that begins with amqp://');
    }
  });

  it('becomes a frozen, typed configuration', () => {
    const config = readEnvironment(
      {
        DATABASE_URL: 'postgres://u:p@localhost/db',
        REDIS_URLS: 'redis://a, redis://b',
        BATCH: '20',
        HOME: '/root',
      },
      schema,
    );
    expect(config).toEqual({
      PORT: 4001,
      DATABASE_URL: 'postgres://u:p@localhost/db',
      REDIS_URLS: ['redis://a', 'redis://b'],
      BATCH: 20,
      LOG_FORMAT: 'json',
    });
    expect(Object.isFrozen(config)).toBe(true);
  });

  it('counts a variable that is set to nothing as not set', () => {
    expect(readEnvironment({ DATABASE_URL: 'postgres://h', PORT: ' ' }, schema).PORT).toBe(4001);
  });

  it('is refused with every problem at once, and without the values, which may be secrets', () => {
    const read = () =>
      readEnvironment(
        { PORT: '70000', BATCH: '1e3', LOG_FORMAT: 'hunter2', REDIS_URLS: 'http://hunter2' },
        schema,
      );
    expect(read).toThrow(
      [
        'The environment is not valid:',
        '  PORT must be a whole number from 0 to 65535',
        '  DATABASE_URL is not set',
        '  REDIS_URLS must be a URL that begins with redis://',
        '  BATCH must be a whole number from 1 to 5000',
        '  LOG_FORMAT must be one of json, pretty',
      ].join('\n'),
    );
    expect(read).not.toThrow('hunter2');
  });
});

describe('the proxies before a service', () => {
  const proxies = z.object({ TRUST_PROXY: trustedProxies().optional() });
  const read = (text: string) => readEnvironment({ TRUST_PROXY: text }, proxies).TRUST_PROXY;

  it('are counted, or named by their networks', () => {
    expect(read('')).toBeUndefined();
    expect(read('2')).toBe(2);
    expect(read('loopback, 10.0.0.0/8,2001:db8::/32, 192.0.2.1')).toEqual([
      'loopback',
      '10.0.0.0/8',
      '2001:db8::/32',
      '192.0.2.1',
    ]);
  });

  it.each(['0', '11', '-1', 'true', 'all', 'proxy.example.org', '10.0.0.0/33', '1, '])(
    'are not any that a client could be: %s',
    (text) => expect(() => read(text)).toThrow(/TRUST_PROXY must be/),
  );
});
