import { faultSentences } from '@turnout/audit/fault-sentence';
import { verifyAudit } from '@turnout/audit/verify';
import { type Invariant, OFFENDERS_SHOWN } from './invariant.ts';

export const auditTrailIsAsSealed: Invariant = {
  name: 'The audit trail matches its seals',
  findOffenders: async (db) => {
    const reports = await verifyAudit(db, { organizationId: null });
    return reports
      .flatMap(({ organizationId, fault }) =>
        fault ? [{ organizationId, problem: faultSentences(fault) }] : [],
      )
      .slice(0, OFFENDERS_SHOWN);
  },
};
