import { describe, expect, it } from 'vitest';
import { checkAnswers } from '../src/checks/check-answers.ts';
import { mailsWithTwoNames } from '../src/checks/check-effects.ts';
import { compareLedger, type Present } from '../src/checks/check-ledger.ts';
import { expectedStatus } from '../src/checks/check-verdicts.ts';
import { closedTwice, countDuplicates, outOfOrder } from '../src/checks/check-wire.ts';
import type { Operation } from '../src/clients/ledger.ts';
import type { Heard } from '../src/clients/other-team.ts';
import type { Exchange } from '../src/clients/traffic.ts';
import type { Stage } from '../src/stage.ts';

function operation(change: Partial<Operation>): Operation {
  return {
    kind: 'check_in',
    eventId: 'event',
    enrollmentId: 'person',
    key: 'scan',
    requestIds: ['request'],
    outcome: 'acknowledged',
    wasUnknown: false,
    ...change,
  };
}

const kept = (change: Partial<Present> = {}): Present => ({
  kind: 'check_in',
  key: 'scan',
  cause: null,
  status: 201,
  body: '{}',
  ...change,
});

describe('the ledger compared with the database', () => {
  const answered = { status: 201, body: '{}' };

  it('is quiet when everything acknowledged is there and everything there was asked for', () => {
    const operations = [
      operation(answered),
      operation({ key: 'refused', outcome: 'refused', status: 409, body: 'no' }),
      operation({ key: 'happened', outcome: 'unknown', wasUnknown: true }),
      operation({ key: 'did not happen', outcome: 'unknown', wasUnknown: true }),
      operation({ key: 'never sent', outcome: 'failed' }),
    ];
    const present = [kept(), kept({ key: 'refused', status: 409, body: 'no' }), kept({ key: 'happened' })];
    expect(compareLedger(operations, present)).toEqual({
      lost: 0,
      unexpected: 0,
      recovered: 1,
      problems: [],
    });
  });

  it('tells of an acknowledged scan that is gone, and of a refused one', () => {
    const operations = [operation(answered), operation({ key: 'other', outcome: 'refused', status: 409 })];
    expect(compareLedger(operations, [])).toMatchObject({ lost: 2, unexpected: 0 });
  });

  it.each([
    ['nobody asked for', []],
    ['never reached a service', [operation({ outcome: 'failed' })]],
  ])('tells of a scan that is there and %s', (_, operations) => {
    expect(compareLedger(operations, [kept()])).toMatchObject({ lost: 0, unexpected: 1 });
  });

  it('tells of a cancellation that was refused and is there all the same', () => {
    const refused = operation({ kind: 'cancellation', key: 'person', outcome: 'refused', status: 409 });
    const present = kept({ kind: 'cancellation', key: 'person', cause: 'request', status: null, body: null });
    expect(compareLedger([refused], [present])).toMatchObject({ unexpected: 1 });
  });

  it('reports a stored answer that differs from the one given', () => {
    const { problems } = compareLedger([operation(answered)], [kept({ body: '{"other":true}' })]);
    expect(problems).toEqual([expect.stringContaining('is kept')]);
  });
});

const heard = (id: string, change: Partial<Heard> = {}): Heard => ({
  id,
  type: 'turnout.check-in.recorded.v1',
  eventId: 'event',
  at: 0,
  redelivered: false,
  message: { content: Buffer.from('{}'), properties: {} as Heard['message']['properties'] },
  ...change,
});

describe('the order on the wire', () => {
  const announced = ['a', 'b', 'c'].map((id) => ({ id, eventId: 'event' }));
  const problems = (ids: string) =>
    outOfOrder(
      announced,
      [...ids].map((id) => heard(id)),
    );

  it.each(['abc', 'ab', 'aabbcc', 'ababc', 'abcabc', 'acbc'])('%s is one', (ids) => {
    expect(problems(ids)).toEqual([]);
  });

  it.each(['acb', 'cab', 'bac', 'bca'])('%s is none', (ids) => {
    expect(problems(ids)).not.toEqual([]);
  });

  it('is that of each event by itself', () => {
    const two = [
      { id: 'a', eventId: 'one' },
      { id: 'b', eventId: 'other' },
    ];
    expect(outOfOrder(two, [heard('b'), heard('a')])).toEqual([]);
  });

  it('counts a second copy, and not what the broker hands out again', () => {
    expect(countDuplicates([heard('a'), heard('a', { redelivered: true }), heard('b')])).toBe(0);
    expect(countDuplicates([heard('a'), heard('a'), heard('b')])).toBe(1);
  });
});

describe('the closures of an event on the wire', () => {
  const closed = (id: string, firstClosure: boolean, attended: number) => {
    const content = Buffer.from(JSON.stringify({ data: { firstClosure, counts: { attended, noShow: 0 } } }));
    const { properties } = heard(id).message;
    return heard(id, { type: 'turnout.event.closed.v1', message: { content, properties } });
  };

  it('may be a second one that decided something, and a copy of the first', () => {
    expect(closedTwice([closed('a', true, 3), closed('a', true, 3), closed('b', false, 1)])).toEqual([]);
  });

  it.each([
    ['twice the first', [closed('a', true, 3), closed('b', true, 0)]],
    ['one for nothing', [closed('a', true, 3), closed('b', false, 0)]],
  ])('may not be %s', (_, messages) => {
    expect(closedTwice(messages)).toHaveLength(1);
  });
});

describe('the verdict by what clients were told', () => {
  const scan = (id: string, day: string, direction = 'entry') =>
    operation({ body: JSON.stringify({ checkIn: { id, day, direction } }) });

  it.each([
    ['enough days', [scan('1', '2026-05-01'), scan('2', '2026-05-02')], 'attended'],
    ['one day twice', [scan('1', '2026-05-01'), scan('2', '2026-05-01')], 'no_show'],
    ['an exit', [scan('1', '2026-05-01'), scan('2', '2026-05-02', 'exit')], 'no_show'],
    ['a refused scan', [scan('1', '2026-05-01'), operation({ outcome: 'refused' })], 'no_show'],
    [
      'one annulled',
      [scan('1', '2026-05-01'), scan('2', '2026-05-02'), operation({ kind: 'annulment', key: '2' })],
      'no_show',
    ],
    ['an override', [operation({ kind: 'override', to: 'attended' })], 'attended'],
    [
      'a day by hand',
      [scan('1', '2026-05-01'), operation({ kind: 'override', to: 'checked_in', day: '2026-05-02' })],
      'attended',
    ],
    ['a cancellation', [scan('1', '2026-05-01'), operation({ kind: 'cancellation' })], 'cancelled'],
    ['nothing', [], 'no_show'],
  ])('after %s of two days', (_, operations, expected) => {
    expect(expectedStatus(operations, 2)).toBe(expected);
  });
});

describe('mails', () => {
  const mail = (messageId: string, cause: string) => ({
    messageId,
    headers: { 'x-turnout-message-id': cause },
  });

  it('may come twice under one name, and not under two', () => {
    expect(mailsWithTwoNames([mail('one', 'a'), mail('one', 'a'), mail('two', 'b')])).toEqual([]);
    expect(mailsWithTwoNames([mail('one', 'a'), mail('two', 'a')])).toHaveLength(1);
  });
});

describe('answers', () => {
  const instance = { name: 'checkin-a', frozen: [] as { from: number; to: number }[] };
  const exchange = (to: number, outcome: Exchange['outcome'], of: object = instance) =>
    ({ instance: of, what: 'POST /', from: 0, to, outcome, status: 503 }) as Exchange;
  const judge = (exchanges: Exchange[], stalledMs = 0) =>
    checkAnswers({ traffic: { exchanges, stalledMs: () => stalledMs } } as unknown as Stage);

  it('may take two seconds', () => {
    expect(judge([exchange(1_900, 'answered')])).toEqual({ longestMs: 1_900, problems: [] });
  });

  it('may not take longer, and may not be missing', () => {
    expect(judge([exchange(2_600, 'answered')]).problems).toHaveLength(1);
    expect(judge([exchange(5_000, 'no answer')]).problems).toHaveLength(1);
  });

  it('are not owed by a process that was stopped, nor for the time in which nobody could look', () => {
    const frozen = { ...instance, frozen: [{ from: 100, to: 3_000 }] };
    expect(judge([exchange(5_000, 'no answer', frozen)]).problems).toEqual([]);
    expect(judge([exchange(2_600, 'answered')], 700).problems).toEqual([]);
  });
});
