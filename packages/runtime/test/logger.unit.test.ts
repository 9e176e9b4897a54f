import { context, TraceFlags, trace } from '@opentelemetry/api';
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks';
import { createLogger } from '@turnout/runtime/logger';
import { describe, expect, it } from 'vitest';
import { memoryLogger } from './support/application.ts';

describe('a log line', () => {
  it('is one JSON object with name, level, time and the facts', () => {
    const { logger, lines } = memoryLogger();
    logger.info({ eventId: 'e1' }, 'closed');
    expect(lines).toEqual([
      {
        level: 'info',
        time: expect.stringMatching(/Z$/),
        pid: process.pid,
        name: 'test',
        eventId: 'e1',
        msg: 'closed',
      },
    ]);
  });

  it('does not repeat the values that PostgreSQL quotes, in the message or the stack, of the driver or of Sequelize', () => {
    const { logger, lines } = memoryLogger();
    const quoting = () => new Error('invalid input syntax for type uuid: "Ada "the first" Lovelace"');
    logger.error({ err: Object.assign(quoting(), { code: '22P02' }) }, 'x');
    logger.error({ err: Object.assign(quoting(), { parent: { code: '22P02' } }) }, 'x');
    logger.error({ err: new Error('wrapped', { cause: Object.assign(quoting(), { code: '22P02' }) }) }, 'x');
    expect(JSON.stringify(lines)).not.toContain('Ada');
    expect(lines).toMatchObject([
      { err: { message: 'invalid input syntax for type uuid: "…"', code: '22P02' } },
      { err: { stack: expect.stringContaining('logger.unit.test.ts') } },
      { err: { cause: { code: '22P02' } } },
    ]);
    logger.error({ err: Object.assign(new Error('relation "x" does not exist'), { code: '42P01' }) });
    expect(lines.at(-1)).toMatchObject({ err: { message: 'relation "x" does not exist' } });
  });

  it('does not repeat them as its message either, when it is given nothing but the error', () => {
    const { logger, lines } = memoryLogger();
    const error = Object.assign(new TypeError('invalid input syntax for type uuid: "Ada"'), {
      code: '22P02',
    });
    logger.error({ err: error, eventId: 'e1' });
    logger.error(error);
    logger.error({ err: error }, 'not stored');
    expect(JSON.stringify(lines)).not.toContain('Ada');
    expect(lines).toMatchObject([
      { msg: 'TypeError', eventId: 'e1', err: { code: '22P02' } },
      { msg: 'TypeError', err: { code: '22P02' } },
      { msg: 'not stored', err: { code: '22P02' } },
    ]);
  });

  it('hides secrets by their names', () => {
    const { logger, lines } = memoryLogger();
    logger.info({
      token: 'hunter2',
      headers: { authorization: 'hunter2' },
      config: { password: 'hunter2' },
    });
    expect(JSON.stringify(lines)).not.toContain('hunter2');
  });

  it('shows of an error what is about the program, with its causes, and not the rows hung on it', () => {
    const { logger, lines } = memoryLogger();
    const cause = Object.assign(new Error('duplicate key'), {
      code: '23505',
      detail: 'Key (email)=(ada@example.com)',
    });
    logger.error({ err: new Error('not saved', { cause }) }, 'failed');
    expect(lines[0]?.err).toEqual({
      type: 'Error',
      message: 'not saved',
      stack: expect.stringContaining('logger.unit.test.ts'),
      cause: { type: 'Error', message: 'duplicate key', stack: expect.any(String), code: '23505' },
    });
    expect(JSON.stringify(lines)).not.toContain('ada@example.com');
  });

  it('carries the ids of the active span', () => {
    context.setGlobalContextManager(new AsyncLocalStorageContextManager());
    const { logger, lines } = memoryLogger();
    const ids = { traceId: '0af7651916cd43dd8448eb211c80319c', spanId: 'b7ad6b7169203331' };
    const span = trace.wrapSpanContext({ ...ids, traceFlags: TraceFlags.SAMPLED });
    context.with(trace.setSpan(context.active(), span), () => logger.info('inside'));
    logger.info('outside');
    expect(lines[0]).toMatchObject({ trace_id: ids.traceId, span_id: ids.spanId });
    expect(lines[1]).not.toHaveProperty('trace_id');
    context.disable();
  });

  it('can be written for people', () => {
    const written: string[] = [];
    const destination = { write: (line: string) => written.push(line) };
    const logger = createLogger({ name: 'checkin', format: 'pretty', destination });
    logger.warn({ eventId: 'e1', count: 2, err: new Error('why') }, 'slow');
    expect(written.join('')).toMatch(
      /^\d\d:\d\d:\d\d {2}warn {3}checkin {2}slow {2}eventId=e1 {2}count=2\nError: why\n {4}at /,
    );
  });
});
