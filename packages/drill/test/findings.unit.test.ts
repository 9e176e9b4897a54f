import { describe, expect, it } from 'vitest';
import { type Findings, rpoMs, violations } from '../src/findings.ts';
import { compare, compareAtMoment, type Entry } from '../src/ledger.ts';

const LOST_AT = 1_000_000;

function entry(scanId: string, outcome: Entry['outcome'], msBeforeTheLoss = 0): Entry {
  return { scanId, accessCode: 'CODE', outcome, answeredAt: LOST_AT - msBeforeTheLoss, tookMs: 10 };
}

function findings(different: Partial<Findings> = {}): Findings {
  return {
    synchronous: false,
    lagMs: 300,
    lostAt: LOST_AT,
    atRestore: { acknowledged: 1_000, unknown: 20, lost: [], recovered: 3, unexpected: [] },
    slowestMs: 900,
    closuresAsked: 12,
    mailsBefore: 100,
    waiting: 5,
    postgresSeconds: 1,
    servicesSeconds: 2,
    rtoSeconds: 3,
    firstScan: 'acknowledged',
    repeats: 20,
    repeatsUnanswered: 0,
    stillLost: 0,
    stream: { heard: 2_000, repeated: 5, changed: [], unfounded: 0, missed: [] },
    mail: { mails: 110, repeated: 1, unfounded: 0, untold: [] },
    forgotten: 0,
    broken: [],
    dumpSeconds: 1,
    dumpAgeMs: 5_000,
    dump: {
      restoreSeconds: 2,
      lost: 100,
      lostFromBefore: 0,
      unexpected: 0,
      differences: [],
      broken: [],
    },
    moment: { missing: 0, tooNew: 0, broken: [] },
    ...different,
  };
}

const lost = (msBeforeTheLoss: number) => ({
  ...findings().atRestore,
  lost: [entry('a', 'acknowledged', msBeforeTheLoss)],
});

describe('the ledger compared with a database', () => {
  it('tells lost, recovered and unexpected apart', () => {
    const ledger = [
      entry('late', 'acknowledged', 10),
      entry('early', 'acknowledged', 500),
      entry('kept', 'acknowledged', 900),
      entry('answerless', 'unknown'),
      entry('nowhere', 'unknown'),
      entry('no', 'refused'),
    ];
    const found = compare(ledger, new Set(['kept', 'answerless', 'forged']));
    expect(found.lost.map(({ scanId }) => scanId)).toEqual(['early', 'late']);
    expect(found).toMatchObject({ acknowledged: 3, unknown: 2, recovered: 1, unexpected: ['forged'] });
  });
});

describe('the ledger compared with a database restored to a point in time', () => {
  it('misses what was answered before, finds what was sent after, and leaves alone what was under way', () => {
    const moment = new Date(LOST_AT - 100);
    const ledger = [
      entry('before', 'acknowledged', 150),
      entry('missing', 'acknowledged', 150),
      entry('under way', 'acknowledged', 95),
      entry('after', 'acknowledged', 50),
      entry('too new', 'unknown', 50),
    ];
    const present = new Set(['before', 'under way', 'too new']);
    expect(compareAtMoment(ledger, present, moment)).toEqual({ missing: 1, tooNew: 1 });
  });
});

describe('a drill', () => {
  it('went as promised when nothing is lost, or only what the archive did not have', () => {
    expect(violations(findings())).toEqual([]);
    expect(violations(findings({ atRestore: lost(290) }))).toEqual([]);
    expect(rpoMs(findings({ atRestore: lost(290) }))).toBe(290);
    expect(rpoMs(findings())).toBe(0);
  });

  it.each<[string, Partial<Findings>, RegExp]>([
    ['an old scan is lost', { atRestore: lost(1_500) }, /acknowledged 1500 ms before the loss is lost/],
    [
      'anything is lost of a synchronous archive',
      { synchronous: true, atRestore: lost(1) },
      /although each commit waited/,
    ],
    ['a synchronous notifier forgets', { synchronous: true, forgotten: 1 }, /has forgotten 1 events/],
    ['nothing was under way', { atRestore: { ...findings().atRestore, unknown: 0 } }, /the load was over/],
    ['there was little load', { atRestore: { ...findings().atRestore, acknowledged: 9 } }, /too few/],
    ['nobody was told before', { mailsBefore: 0 }, /nobody told/],
    ['a device waited', { slowestMs: 4_000 }, /waited 4000 ms/],
    ['check-in does not come back', { firstScan: 'unknown' }, /first check-in after the restore was unknown/],
    ['a repeated scan is refused', { repeatsUnanswered: 1 }, /not accepted/],
    ['a message changed', { stream: { ...findings().stream, changed: ['a'] } }, /another body/],
    ['a message is missed', { stream: { ...findings().stream, missed: ['a'] } }, /never heard/],
    ['somebody stays untold', { mail: { ...findings().mail, untold: ['a'] } }, /nobody told them/],
    ['an invariant breaks', { broken: ['status'] }, /invariant broken: status/],
    ['the dump lacks something', { dump: { ...findings().dump, lostFromBefore: 1 } }, /not in it/],
    [
      'a restore to a moment goes too far',
      { moment: { missing: 0, tooNew: 1, broken: [] } },
      /1 from after it/,
    ],
    ['grants are missing', { dump: { ...findings().dump, differences: ['grants'] } }, /^grants$/],
  ])('failed when %s', (_, different, sentence) => {
    expect(violations(findings(different))).toEqual([expect.stringMatching(sentence)]);
  });
});
