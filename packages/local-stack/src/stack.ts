import type { ServiceName } from './service-roles.ts';

/** What `.local/stack.json` holds while a stack runs: everything that a program needs to use it. */
export interface Stack {
  services: Record<ServiceName, { url: string; pid: number }>;
  infrastructure: {
    databaseUrl: string;
    redisUrls: string[];
    amqpUrl: string;
    /** Null where SMTP_URL names a mail server. */
    mailboxUrl: string | null;
  };
  organization: string;
  tokens: { admin: string; frontDesk: string; supervisor: string; auditor: string };
  demo?: { eventId: string };
}
