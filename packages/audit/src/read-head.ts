import type { Queryable, Statement } from '@turnout/runtime/postgres';

export interface AuditHead {
  seal: number;
  /** 64 hexadecimal digits. */
  hash: string;
  sealedAt: Date;
}

const head: Statement = {
  name: 'audit_head',
  text: `
    select number as seal, encode(hash, 'hex') as hash, sealed_at as "sealedAt"
    from audit.seals where organization_id = $1
    order by number desc limit 1`,
};

/** Where the chain of an organization ends; null when nothing of it is sealed yet. */
export async function readHead(db: Queryable, organizationId: string): Promise<AuditHead | null> {
  const [found] = await db.query<AuditHead>(head, [organizationId]);
  return found ?? null;
}
