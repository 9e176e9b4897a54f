import type { Comparison, Entry, MomentComparison } from './ledger.ts';
import type { MailFindings, StreamFindings } from './messages.ts';

/** What a drill found out. Seconds are of this machine's clock; `lagMs` is how far the archive was behind. */
export interface Findings {
  synchronous: boolean;
  lagMs: number;
  /** Milliseconds since the epoch. */
  lostAt: number;
  /** The ledger beside the restored database, before any service touched it. */
  atRestore: Comparison;
  /** The longest that a device waited for an answer. */
  slowestMs: number;
  closuresAsked: number;
  mailsBefore: number;
  /** Messages that the restored outbox still had to publish. */
  waiting: number;
  postgresSeconds: number;
  servicesSeconds: number;
  rtoSeconds: number;
  firstScan: Entry['outcome'];
  /** Scans that devices sent again: those without an answer, and those that were lost. */
  repeats: number;
  repeatsUnanswered: number;
  stillLost: number;
  stream: StreamFindings;
  mail: MailFindings;
  /** Messages about attendance that the notifier had taken from the queue and then lost with the database. */
  forgotten: number;
  /** Invariants that did not hold, right after the restore or at the end. */
  broken: string[];
  dumpSeconds: number;
  /** Milliseconds between the begin of the dump and the loss. */
  dumpAgeMs: number;
  dump: DumpFindings;
  /** Another restore, to a moment half-way between the dump and the loss. */
  moment: MomentFindings;
}

export interface MomentFindings extends MomentComparison {
  broken: string[];
}

export interface DumpFindings {
  restoreSeconds: number;
  lost: number;
  /** Lost, although acknowledged before the dump began. */
  lostFromBefore: number;
  unexpected: number;
  differences: string[];
  broken: string[];
}

/** A receiver on the same machine has what was committed so many milliseconds ago, unless it is held back. */
const RECEIVED_WITHIN_MS = 1_000;
const LONGEST_ANSWER_MS = 2_000;
const FEWEST_ACKNOWLEDGED = 200;

/** How old the oldest acknowledged scan is that was lost, in milliseconds before the loss; 0 when none was. */
export function rpoMs({ atRestore: { lost }, lostAt }: Findings): number {
  const [oldest] = lost;
  return oldest === undefined ? 0 : Math.max(0, lostAt - oldest.answeredAt);
}

/** What must not be, in sentences; also when the drill proved too little. Empty when all is well. */
export function violations(findings: Findings): string[] {
  const { atRestore, stream, mail, dump, synchronous, lagMs } = findings;
  const checks: [holds: boolean, otherwise: string][] = [
    [
      atRestore.acknowledged >= FEWEST_ACKNOWLEDGED,
      `only ${atRestore.acknowledged} scans were acknowledged: too few to prove anything`,
    ],
    [atRestore.unknown > 0, 'no scan was without an answer: the load was over when the primary was lost'],
    [
      findings.closuresAsked > 0 && findings.mailsBefore > 0,
      'nothing was closed, or nobody told, before the loss',
    ],
    [
      !synchronous || atRestore.lost.length === 0,
      `${atRestore.lost.length} acknowledged scans are lost, although each commit waited for the archive`,
    ],
    [
      rpoMs(findings) <= lagMs + RECEIVED_WITHIN_MS,
      `a scan acknowledged ${Math.round(rpoMs(findings))} ms before the loss is lost; the archive was ${lagMs} ms behind`,
    ],
    [
      atRestore.unexpected.length === 0,
      `${atRestore.unexpected.length} scans are in the database that nobody sent`,
    ],
    [
      findings.slowestMs <= LONGEST_ANSWER_MS + 500,
      `a device waited ${Math.round(findings.slowestMs)} ms for an answer`,
    ],
    [findings.firstScan === 'acknowledged', `the first check-in after the restore was ${findings.firstScan}`],
    [
      findings.repeatsUnanswered === 0,
      `${findings.repeatsUnanswered} scans that devices sent again were not accepted`,
    ],
    [findings.stillLost === 0, `${findings.stillLost} scans are lost although devices sent them again`],
    [stream.changed.length === 0, `${stream.changed.length} messages came again with another body`],
    [stream.missed.length === 0, `${stream.missed.length} published messages were never heard`],
    [
      !synchronous || stream.unfounded === 0,
      `${stream.unfounded} messages were published whose commit is lost, although each commit waited for the archive`,
    ],
    [
      !synchronous || findings.forgotten === 0,
      `the notifier has forgotten ${findings.forgotten} events, although each commit waited for the archive`,
    ],
    [mail.untold.length === 0, `${mail.untold.length} people attended and nobody told them`],
    ...findings.broken.map((one): [boolean, string] => [false, `invariant broken: ${one}`]),
    [
      dump.lostFromBefore === 0,
      `${dump.lostFromBefore} scans acknowledged before the dump began are not in it`,
    ],
    [dump.unexpected === 0, `${dump.unexpected} scans are in the dump that nobody sent`],
    ...dump.differences.map((one): [boolean, string] => [false, one]),
    [
      findings.moment.missing + findings.moment.tooNew === 0,
      `restored to a moment, ${findings.moment.missing} scans from before it are missing and ${findings.moment.tooNew} from after it are there`,
    ],
    ...findings.moment.broken.map((one): [boolean, string] => [
      false,
      `invariant broken in what was restored to a moment: ${one}`,
    ]),
    ...dump.broken.map((one): [boolean, string] => [false, `invariant broken in the restored dump: ${one}`]),
  ];
  return checks.filter(([holds]) => !holds).map(([, otherwise]) => otherwise);
}
