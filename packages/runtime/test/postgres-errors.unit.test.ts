import { isRetryable, isUnavailable, isUniqueViolation } from '@turnout/runtime/postgres';
import { describe, expect, it } from 'vitest';

const withCode = (code: string, fields: object = {}) => Object.assign(new Error(code), { code, ...fields });

describe('what a database error means', () => {
  it.each([
    'ECONNREFUSED',
    'ETIMEDOUT',
    '08006',
    '53100',
    '53300',
    '55P03',
    '57014',
    '57P01',
    '57P03',
    '40P01',
    'CERT_HAS_EXPIRED',
    'ERR_TLS_CERT_ALTNAME_INVALID',
    'SELF_SIGNED_CERT_IN_CHAIN',
    'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
  ])('calls the database unavailable for %s', (code) => {
    expect(isUnavailable(withCode(code))).toBe(true);
  });

  it.each(['23505', '22P02', '42P01', '42501', 'XX000'])('does not hide a mistake of ours: %s', (code) => {
    expect(isUnavailable(withCode(code))).toBe(false);
  });

  it('recognizes a lost connection that has no code', () => {
    expect(isUnavailable(new Error('Connection terminated unexpectedly'))).toBe(true);
    expect(isUnavailable(new Error('timeout exceeded when trying to connect'))).toBe(true);
    expect(isUnavailable(new Error('The server does not support SSL connections'))).toBe(true);
    expect(isUnavailable(new Error('something else'))).toBe(false);
  });

  it('looks into wrapped errors: causes, Sequelize parents, several addresses of one host', () => {
    const refused = withCode('ECONNREFUSED');
    expect(isUnavailable(new Error('outer', { cause: refused }))).toBe(true);
    expect(isUnavailable(Object.assign(new Error('sequelize'), { parent: refused }))).toBe(true);
    expect(isUnavailable(new AggregateError([refused]))).toBe(true);
    expect(isUnavailable('ECONNREFUSED')).toBe(false);
    expect(isUnavailable(null)).toBe(false);
  });

  it('tells which unique constraint was violated', () => {
    const error = withCode('23505', { constraint: 'tickets_code' });
    expect(isUniqueViolation(error)).toBe(true);
    expect(isUniqueViolation(error, 'tickets_code')).toBe(true);
    expect(isUniqueViolation(error, 'tickets_id')).toBe(false);
    expect(isUniqueViolation(withCode('23503'))).toBe(false);
  });

  it('calls only deadlocks and serialization failures safe to run again', () => {
    expect(isRetryable(withCode('40P01'))).toBe(true);
    expect(isRetryable(withCode('40001'))).toBe(true);
    expect(isRetryable(withCode('57P01'))).toBe(false);
  });
});
