import { describe, expect, it } from 'vitest';
import { judgeAnswer } from '../src/channels/webhook-answer.ts';
import { reasonOf } from '../src/channels/webhook-failure.ts';

const now = new Date('2026-05-01T12:00:00Z');
const judge = (statusCode: number, retryAfter?: string) => judgeAnswer({ statusCode, retryAfter }, now);

describe('what an answer means', () => {
  it.each([200, 201, 202, 204, 299])('%i is a yes', (statusCode) => {
    expect(judge(statusCode)).toEqual({ outcome: 'taken' });
  });

  it('410 means that nothing is wanted any more', () => {
    expect(judge(410)).toMatchObject({ outcome: 'gone' });
  });

  it.each([101, 400, 401, 404, 409, 500, 502])('%i is a failure that a later try may mend', (statusCode) => {
    expect(judge(statusCode, '60')).toEqual({
      outcome: 'failed',
      error: `the endpoint answered ${statusCode}`,
      retryAfterMs: 0,
    });
  });

  it.each([301, 302, 303, 307, 308])('%i is a failure, wherever it points', (statusCode) => {
    expect(judge(statusCode)).toMatchObject({
      outcome: 'failed',
      error: `the endpoint answered ${statusCode}: redirects are not followed`,
    });
  });

  it.each([
    ['120', 120_000],
    ['0', 0],
    ['Fri, 01 May 2026 12:05:00 GMT', 300_000],
    ['Fri, 01 May 2026 11:00:00 GMT', 0],
    ['-5', 0],
    ['soon', 0],
    ['9999999999999999', 0],
    ['1e5', 0],
    [undefined, 0],
  ])('429 and 503 may ask for patience: %s', (retryAfter, retryAfterMs) => {
    for (const statusCode of [429, 503]) {
      expect(judge(statusCode, retryAfter)).toMatchObject({ outcome: 'failed', retryAfterMs });
    }
  });
});

describe('why there was no answer', () => {
  it.each([
    ['ENOTFOUND', 'the name of the endpoint could not be resolved'],
    ['ECONNREFUSED', 'the endpoint could not be reached'],
    ['ECONNRESET', 'the connection to the endpoint was lost'],
    ['HPE_INVALID_CONSTANT', 'the endpoint did not answer with HTTP'],
    ['HPE_HEADER_OVERFLOW', 'the endpoint did not answer with HTTP'],
    ['DEPTH_ZERO_SELF_SIGNED_CERT', 'no secure connection to the endpoint could be established'],
    ['CERT_HAS_EXPIRED', 'no secure connection to the endpoint could be established'],
    ['UNABLE_TO_VERIFY_LEAF_SIGNATURE', 'no secure connection to the endpoint could be established'],
    ['ERR_TLS_CERT_ALTNAME_INVALID', 'no secure connection to the endpoint could be established'],
    ['ERR_SSL_WRONG_VERSION_NUMBER', 'no secure connection to the endpoint could be established'],
    ['ENOTPUBLIC', 'the endpoint is not at a public address'],
  ])('%s is told in our words', (code, reason) => {
    expect(reasonOf(Object.assign(new Error('secret.example.org'), { code }))).toBe(reason);
  });

  it('is never what somebody else said', () => {
    for (const error of [new Error('ada@example.org'), 'ada', undefined, null, { code: 7 }]) {
      expect(reasonOf(error)).toBe('the endpoint could not be reached');
    }
  });
});
