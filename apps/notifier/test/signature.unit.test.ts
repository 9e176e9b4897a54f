import { Webhook } from 'standardwebhooks';
import { describe, expect, it } from 'vitest';
import { newSecret, signatureHeaders } from '../src/webhooks/signature.ts';

const body = Buffer.from('{"name":"Żaneta 王","n":1}');
const now = () => Math.floor(Date.now() / 1000);

describe('a signature', () => {
  it('is what the reference implementation makes of the same', () => {
    const secret = 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw';
    const message = { id: 'msg_p5jXN8AQM9LWM0D4loKWxJek', timestamp: 1614265330 };
    const payload = '{"test": 2432232314}';
    expect(signatureHeaders({ ...message, body: Buffer.from(payload) }, [secret])).toEqual({
      'webhook-id': message.id,
      'webhook-timestamp': '1614265330',
      'webhook-signature': 'v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=',
    });
    const reference = new Webhook(secret).sign(message.id, new Date(1614265330_000), payload);
    expect(reference).toBe('v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=');
  });

  it('holds for whoever has the secret, to the byte, and for nobody else', () => {
    const secret = newSecret();
    const headers = signatureHeaders({ id: 'a', timestamp: now(), body }, [secret]);
    const { verify } = Webhook.prototype;
    const check = (payload: Buffer, from = secret, sent: Record<string, string> = headers) =>
      verify.call(new Webhook(from), payload, sent);
    expect(check(body)).toEqual({ name: 'Żaneta 王', n: 1 });
    expect(() => check(Buffer.from('{"name":"Żaneta 王","n":2}'))).toThrow();
    expect(() => check(body, newSecret())).toThrow();
    for (const changed of [{ 'webhook-id': 'b' }, { 'webhook-timestamp': String(now() - 1) }]) {
      expect(() => check(body, secret, { ...headers, ...changed })).toThrow();
    }
  });

  it('is made with each secret while several are valid', () => {
    const [older, newer] = [newSecret(), newSecret()];
    const headers = signatureHeaders({ id: 'a', timestamp: now(), body }, [newer, older]);
    expect(headers['webhook-signature'].split(' ')).toHaveLength(2);
    for (const secret of [older, newer])
      expect(() => new Webhook(secret).verify(body, headers)).not.toThrow();
  });
});

describe('a secret', () => {
  it('has the form receivers know, with 24 to 64 bytes that nobody can guess', () => {
    const secrets = Array.from({ length: 100 }, newSecret);
    expect(new Set(secrets).size).toBe(100);
    for (const secret of secrets) {
      expect(secret).toMatch(/^whsec_[A-Za-z0-9+/]+=*$/);
      expect(Buffer.from(secret.slice(6), 'base64')).toHaveLength(32);
    }
  });
});
