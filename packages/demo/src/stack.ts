export type Say = (line: string) => void;

/** What the demonstration needs to know of a running stack: addresses and tokens, like any other client. */
export interface DemoStack {
  services: Record<'checkin' | 'closure' | 'admin' | 'notifier', { url: string }>;
  /** `mailboxUrl` is null where mail goes to a server of its own, which nobody can look into from here. */
  infrastructure: { amqpUrl: string; mailboxUrl: string | null };
  tokens: { admin: string; supervisor: string };
}
