import { type Mailbox, startMailbox } from '@turnout/local-stack/mailbox';

export interface TestMailbox extends Mailbox {
  /** Refuses the next `count` mails with "try again later". */
  refuseNext(count: number): void;
}

/** A real SMTP server that keeps what it receives. */
export async function startTestMailbox(): Promise<TestMailbox> {
  let refusals = 0;
  const mailbox = await startMailbox({
    onMail: ({ to }) => {
      if (refusals === 0) return;
      refusals -= 1;
      // Servers like to quote the address.
      throw new Error(`the mailbox of ${to.join(', ')} refuses for now`);
    },
  });
  return {
    ...mailbox,
    refuseNext: (count) => {
      refusals = count;
    },
  };
}
