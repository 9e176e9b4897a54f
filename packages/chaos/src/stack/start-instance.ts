import type { ServiceName } from '@turnout/local-stack/service-roles';
import { serviceUrl } from '@turnout/local-stack/service-roles';
import { startService } from '@turnout/local-stack/start-services';
import { startProxy } from '@turnout/test-kit/start-proxy';
import type { Instance } from './instance.ts';

type ServiceOptions = Parameters<typeof startService>[1];

/** Short pauses: what is tried is how the services come back, not how patient their supervisor is. */
const PAUSES_MS = [200, 200, 500, 1_000];

/** Starts one process of a service behind proxies of its own; they are closed with `opening`. */
export async function startInstance(
  service: ServiceName,
  letter: 'a' | 'b',
  options: Omit<ServiceOptions, 'instance' | 'pausesMs'>,
  opening: AsyncDisposableStack,
): Promise<Instance> {
  const proxy = async (url: string) => opening.use(await startProxy(url));
  const [redisUrl = ''] = options.redisUrls;
  const links = {
    postgres: await proxy(serviceUrl(options.databaseUrl, service)),
    rabbitmq: await proxy(options.amqpUrl),
    redis: await proxy(redisUrl),
  };
  const running = await startService(service, {
    ...options,
    instance: letter,
    pausesMs: PAUSES_MS,
    databaseUrl: throughProxy(options.databaseUrl, links.postgres.url),
    amqpUrl: links.rabbitmq.url,
    redisUrls: [links.redis.url],
  });
  return {
    name: `${service}-${letter}`,
    service,
    url: running.url,
    get pid() {
      return running.pid;
    },
    links,
    frozen: [],
  };
}

/** The owner's URL, leading through the proxy: the service's own role follows from it. */
function throughProxy(databaseUrl: string, proxyUrl: string): string {
  const url = new URL(databaseUrl);
  url.host = new URL(proxyUrl).host;
  return url.href;
}
