/** The part of autocannon that the benchmarks use. */
declare module 'autocannon' {
  interface Request {
    method: string;
    path: string;
    headers: Record<string, string>;
    body: string;
  }
  interface Options {
    url: string;
    connections: number;
    /** Requests in all. */
    amount: number;
    /** Seconds after which a request counts as timed out. */
    timeout: number;
    requests: { setupRequest: (request: Request) => Request }[];
  }
  interface Result {
    errors: number;
    timeouts: number;
  }
  interface Run extends Promise<Result> {
    on(
      event: 'response',
      listener: (client: unknown, status: number, bytes: number, milliseconds: number) => void,
    ): void;
  }
  export default function autocannon(options: Options): Run;
}
