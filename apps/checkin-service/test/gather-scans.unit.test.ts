import { describe, expect, it } from 'vitest';
import { gatherScans, type RecordScans, type ScanUpload } from '../src/commands/gather-scans.ts';
import type { SubmittedScan } from '../src/commands/submitted-scan.ts';

const scan = (name: string) => ({ scan: { scanId: name } }) as unknown as SubmittedScan;
const upload = (names: string[], eventId = 'event', signal = new AbortController().signal): ScanUpload => ({
  organizationId: 'org',
  eventId,
  scans: names.map(scan),
  signal,
});
const answersTo = (scans: readonly SubmittedScan[]) =>
  scans.map(({ scan: { scanId } }) => ({ status: 201, body: { scanId } }));
const namesIn = (scans: readonly SubmittedScan[]) => scans.map(({ scan: { scanId } }) => scanId).join(' ');

/** Records what each transaction was given; the first waits until it is let go. */
function aDoor(outcome: (names: string) => void = () => undefined) {
  const transactions: string[] = [];
  const first = Promise.withResolvers<void>();
  const record: RecordScans = async (_event, scans) => {
    transactions.push(namesIn(scans));
    if (transactions.length === 1) await first.promise;
    outcome(namesIn(scans));
    return answersTo(scans);
  };
  return { transactions, letGo: first.resolve, submit: gatherScans(record) };
}

describe('gathering scans', () => {
  it('takes what arrives meanwhile into one transaction, and gives each upload its own answers', async () => {
    const door = aDoor();
    const uploads = [door.submit(upload(['a'])), door.submit(upload(['b', 'c'])), door.submit(upload(['d']))];
    door.letGo();
    const answers = await Promise.all(uploads);
    expect(door.transactions).toEqual(['a', 'b c d']);
    expect(answers.map((each) => each?.map(({ body }) => (body as { scanId: string }).scanId))).toEqual([
      ['a'],
      ['b', 'c'],
      ['d'],
    ]);
  });

  it('gives a crowd a second transaction beside the first, and no third', async () => {
    const door = aDoor();
    const first = door.submit(upload(['a']));
    const crowd = Array.from({ length: 8 }, (_, index) => door.submit(upload([`b${index}`])));
    await Promise.all(crowd);
    expect(door.transactions).toEqual(['a', 'b0 b1 b2 b3 b4 b5 b6 b7']);
    door.letGo();
    await first;
  });

  it('does not let one event wait for another', async () => {
    const door = aDoor();
    const slow = door.submit(upload(['a'], 'one'));
    await expect(door.submit(upload(['b'], 'two'))).resolves.toHaveLength(1);
    door.letGo();
    await slow;
  });

  it('tries each upload by itself when a shared transaction fails, so that one costs only itself', async () => {
    const door = aDoor((names) => {
      if (names.includes('bad')) throw new Error('a fault');
    });
    const uploads = [
      door.submit(upload(['a'])),
      door.submit(upload(['b'])),
      door.submit(upload(['bad'])),
      door.submit(upload(['c'])),
    ];
    door.letGo();
    const outcomes = await Promise.allSettled(uploads);
    expect(outcomes.map(({ status }) => status)).toEqual(['fulfilled', 'fulfilled', 'rejected', 'fulfilled']);
    expect(door.transactions).toEqual(['a', 'b bad c', 'b', 'bad', 'c']);
  });

  it('fails all at once when the database is away, without trying each', async () => {
    const door = aDoor((names) => {
      if (names !== 'a') throw Object.assign(new Error('refused'), { code: 'ECONNREFUSED' });
    });
    const uploads = [door.submit(upload(['a'])), door.submit(upload(['b'])), door.submit(upload(['c']))];
    door.letGo();
    expect((await Promise.allSettled(uploads)).map(({ status }) => status)).toEqual([
      'fulfilled',
      'rejected',
      'rejected',
    ]);
    expect(door.transactions).toEqual(['a', 'b c']);
  });

  it('does not begin what nobody waits for any more', async () => {
    const door = aDoor();
    const gone = new AbortController();
    const first = door.submit(upload(['a']));
    const abandoned = door.submit(upload(['b'], 'event', gone.signal));
    gone.abort();
    door.letGo();
    await first;
    await expect(abandoned).rejects.toThrow();
    expect(door.transactions).toEqual(['a']);
  });

  it('keeps transactions bounded', async () => {
    const door = aDoor();
    const many = (name: string) => Array.from({ length: 600 }, (_, index) => `${name}${index}`);
    const uploads = [
      door.submit(upload(['a'])),
      door.submit(upload(many('b'))),
      door.submit(upload(many('c'))),
      door.submit(upload(['d'])),
    ];
    door.letGo();
    await Promise.all(uploads);
    expect(door.transactions.map((names) => names.split(' ').length)).toEqual([1, 600, 601]);
  });
});
