import { describe, expect, it } from 'vitest';
import { toSendResult } from '../src/channels/smtp-failure.ts';

const failure = (facts: object) => toSendResult(Object.assign(new Error('about ada@example.org'), facts));

describe('what a failed attempt means', () => {
  it('is a refusal when the server says no to this recipient, told in numbers only', () => {
    const response = '550 5.1.1 <ada@example.org>: user unknown';
    expect(failure({ code: 'EENVELOPE', responseCode: 550, response })).toEqual({
      outcome: 'refused',
      error: 'the mail server refused the message (550 5.1.1)',
    });
  });

  it('is a refusal when the server does not take the content', () => {
    const response = '451-4.7.1 ada@example.org is greylisted';
    expect(failure({ code: 'EMESSAGE', responseCode: 451, response })).toEqual({
      outcome: 'refused',
      error: 'the mail server refused the message (451 4.7.1)',
    });
  });

  it.each(['ECONNECTION', 'ESOCKET', 'EDNS', 'ETIMEDOUT', 'EABORT', 'ETLS', 'EAUTH', 'EPROTOCOL'])(
    'is nobody’s fault when the server cannot be used (%s)',
    (code) => {
      expect(failure({ code }).outcome).toBe('unavailable');
    },
  );

  it('is nobody’s fault when the server says goodbye in the middle', () => {
    const error = failure({ code: 'EENVELOPE', responseCode: 421, response: '421 4.3.2 shutting down' });
    expect(error).toEqual({
      outcome: 'unavailable',
      error: 'the mail server is temporarily unavailable (421 4.3.2)',
    });
  });

  it('counts what it does not know as a refusal, so that it ends some time, and never quotes it', () => {
    expect(toSendResult(new TypeError('ada@example.org is not a function'))).toEqual({
      outcome: 'refused',
      error: 'the message could not be handed to the mail server (TypeError)',
    });
    expect(toSendResult(undefined).outcome).toBe('refused');
  });
});
