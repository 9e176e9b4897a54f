import { type Findings, rpoMs } from './findings.ts';

/** The findings as lines for a person. */
export function report(findings: Findings): string[] {
  const { atRestore, stream, mail, dump, synchronous } = findings;
  const rows: [what: string, found: string][] = [
    [
      'archive',
      `${synchronous ? 'each commit waited for it' : 'received as written'}; ${findings.lagMs} ms behind at the loss`,
    ],
    [
      'RPO',
      `${atRestore.lost.length} of ${atRestore.acknowledged} acknowledged check-ins lost, the oldest ${Math.round(rpoMs(findings))} ms before the loss`,
    ],
    [
      'without an answer',
      `${atRestore.unknown} scans, of which ${atRestore.recovered} were there; the longest wait was ${Math.round(findings.slowestMs)} ms`,
    ],
    [
      'sent again by devices',
      `${findings.repeats} scans (no answer, or lost), ${findings.repeatsUnanswered} not accepted; ${findings.stillLost} lost in the end`,
    ],
    [
      'RTO',
      `${findings.rtoSeconds.toFixed(1)} s: PostgreSQL ${findings.postgresSeconds.toFixed(1)} s, services ${findings.servicesSeconds.toFixed(1)} s, first check-in`,
    ],
    [
      'outbox',
      `${findings.waiting} messages waited in the restored one; ${stream.repeated} came again with the same id and body`,
    ],
    [
      'another team',
      `heard ${stream.heard} messages, missed ${stream.missed.length}; ${stream.unfounded} tell of commits that are lost`,
    ],
    [
      'mails',
      `${mail.mails}, of which ${mail.repeated} came twice with one Message-ID, ${mail.unfounded} tell of verdicts that are lost`,
    ],
    [
      'forgotten',
      `${findings.forgotten} events that the notifier had taken from its queue; made good by tell-forgotten.sql, ${mail.untold.length} people not told`,
    ],
    [
      'dump',
      `taken in ${findings.dumpSeconds.toFixed(1)} s, restored in ${dump.restoreSeconds.toFixed(1)} s with roles and grants; ${dump.lost} check-ins of the ${(findings.dumpAgeMs / 1_000).toFixed(1)} s after it lost`,
    ],
    [
      'to a moment',
      `${findings.moment.missing} check-ins from before it missing, ${findings.moment.tooNew} from after it there`,
    ],
    [
      'invariants',
      findings.broken.length + dump.broken.length + findings.moment.broken.length === 0
        ? 'hold after the restore, at the end, in the dump, and at the moment'
        : 'BROKEN',
    ],
  ];
  return rows.map(([what, found]) => `  ${what.padEnd(22)} ${found}`);
}
