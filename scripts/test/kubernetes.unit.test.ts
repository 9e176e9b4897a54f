import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import {
  kustomizationOffences,
  patchTargets,
  readManifests,
  readObjects,
  schemaOffence,
  unknownFields,
} from '../kubernetes.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));
const all = readManifests(root);
const ofKind = (...kinds: string[]) =>
  all.filter(({ object }) => kinds.includes(object.kind)).map(({ object }) => object);
const workloads = ofKind('Deployment', 'Job');
const template = ofKind('Secret');
const settings = ofKind('ConfigMap')[0].data as Record<string, string>;

const SERVICES = ['admin-service', 'checkin-service', 'closure-service', 'notifier'];
/** The grace of packages/runtime/src/lifecycle.ts, in seconds. */
const STOPS_WITHIN = 10;

describe('the Kubernetes manifests', () => {
  it('are what the published schemas of their kinds allow', async () => {
    expect(all.length).toBeGreaterThan(30);
    expect(all.map(({ object }) => object.kind)).toContain('ServiceMonitor');
    const offences = await Promise.all(all.map(schemaOffence));
    expect(offences.filter((offence) => offence !== null)).toEqual([]);
    expect(await unknownFields(root, all)).toEqual([]);
  });

  it('are all named by a kustomization, which names and changes nothing else', () => {
    expect(kustomizationOffences(root)).toEqual([]);
    const known = all.flatMap(({ object }) => [`${object.kind} ${object.metadata.name}`, object.kind]);
    const targets = patchTargets(root).map(({ kind, name }) => (name ? `${kind} ${name}` : kind));
    expect(targets).toContain('NetworkPolicy postgresql-is-reached');
    expect(targets.filter((target) => !known.includes(target))).toEqual([]);
  });

  it('run programs that are there, as nobody special, on a file system that is read only', () => {
    expect(workloads.map(({ metadata }) => metadata.name).sort()).toEqual(
      [...SERVICES, 'declare-broker', 'migrate'].sort(),
    );
    for (const { spec } of workloads) {
      const { securityContext, automountServiceAccountToken, containers } = spec.template.spec;
      expect(securityContext).toMatchObject({
        runAsNonRoot: true,
        seccompProfile: { type: 'RuntimeDefault' },
      });
      expect(automountServiceAccountToken).toBe(false);
      for (const container of containers) {
        expect(container).toMatchObject({
          image: 'turnout',
          securityContext: {
            allowPrivilegeEscalation: false,
            readOnlyRootFilesystem: true,
            capabilities: { drop: ['ALL'] },
          },
          resources: { requests: { cpu: expect.any(String) }, limits: { memory: expect.any(String) } },
        });
      }
    }
  });

  it('leave a service the time it takes to stop', () => {
    for (const { spec } of ofKind('Deployment')) {
      const { terminationGracePeriodSeconds, containers } = spec.template.spec;
      const heardOf = containers[0].lifecycle.preStop.sleep.seconds;
      expect(terminationGracePeriodSeconds).toBeGreaterThan(heardOf + STOPS_WITHIN);
    }
  });

  it('select existing things: services, budgets, the autoscaler and who may reach whom', () => {
    const labels = workloads.map(({ spec }) => spec.template.metadata.labels);
    const selects = (selector: Record<string, string>) =>
      labels.filter((of) => Object.entries(selector).every(([key, value]) => of[key] === value)).length;
    for (const { spec } of ofKind('Service')) expect(selects(spec.selector)).toBe(1);
    for (const { spec } of ofKind('PodDisruptionBudget')) expect(selects(spec.selector.matchLabels)).toBe(1);
    const names = workloads.map(({ metadata }) => metadata.name);
    for (const { spec } of ofKind('HorizontalPodAutoscaler'))
      expect(names).toContain(spec.scaleTargetRef.name);
    const ports = ofKind('Service').map(({ metadata, spec }) => [metadata.name, spec.ports[0].name]);
    const routed = ofKind('Ingress').flatMap(({ spec }) =>
      // biome-ignore lint/suspicious/noExplicitAny: its schema was checked above
      spec.rules.map(({ http }: any) => {
        const { name, port } = http.paths[0].backend.service;
        return [name, port.name];
      }),
    );
    expect(routed.sort()).toEqual(ports.sort());
    for (const { spec } of ofKind('NetworkPolicy')) {
      const { matchLabels = {}, matchExpressions = [] } = spec.podSelector;
      expect(selects(matchLabels)).toBeGreaterThan(0);
      for (const { values } of matchExpressions) for (const name of values) expect(names).toContain(name);
    }
  });

  it('let each service reach the servers it needs, and keep each from all that is not said', () => {
    const [deny, ...allowed] = ofKind('NetworkPolicy');
    expect(deny.spec).toEqual({ podSelector: {}, policyTypes: ['Ingress', 'Egress'] });
    const reaches = (policy: string) => {
      const { podSelector } = allowed.find(({ metadata }) => metadata.name === policy).spec;
      return podSelector.matchExpressions[0].values.toSorted();
    };
    expect(reaches('postgresql-is-reached')).toEqual([...SERVICES, 'migrate'].sort());
    expect(reaches('rabbitmq-is-reached')).toEqual([...SERVICES, 'declare-broker'].sort());
    expect(reaches('redis-is-reached')).toEqual(SERVICES);
    expect(reaches('prometheus-scrapes-services')).toEqual(SERVICES);
  });

  it('hold no secret, and refer to those of the template only', () => {
    const values = template.flatMap(({ stringData }) => Object.values(stringData));
    expect(new Set(values)).toEqual(new Set(['']));
    const wanted = workloads.flatMap(({ spec }) =>
      spec.template.spec.containers[0].envFrom.flatMap(
        (from: { secretRef?: { name: string } }) => from.secretRef?.name ?? [],
      ),
    );
    expect(wanted.sort()).toEqual(template.map(({ metadata }) => metadata.name).sort());
  });

  it.each(SERVICES)('give %s what it needs to start', async (name) => {
    const { readConfig } = (await import(`../../apps/${name}/src/config.ts`)) as {
      readConfig(env: Record<string, string | undefined>): { port: number; host: string };
    };
    const { spec, metadata } = ofKind('Deployment').find((each) => each.metadata.name === name);
    const [container] = spec.template.spec.containers;
    const secret = template.find((each) => each.metadata.name === container.envFrom[1].secretRef.name);
    const plain = Object.fromEntries(
      container.env.map((each: { name: string; value: string }) => [each.name, each.value]),
    );
    const kept = Object.keys(secret.stringData).map((key) => [key, FILLED_IN[key]]);
    const config = readConfig({ ...settings, ...plain, ...Object.fromEntries(kept) });
    expect(config).toMatchObject({ host: '0.0.0.0', port: container.ports[0].containerPort });
    expect(container.workingDir).toBe(`/turnout/apps/${metadata.name}`);
    expect(() => readConfig({ ...settings, ...plain })).toThrow('DATABASE_URL');
  });
});

const FILLED_IN: Record<string, string> = {
  DATABASE_URL: 'postgres://turnout@10.20.0.10:5432/turnout',
  AMQP_URL: 'amqps://turnout@rabbitmq.example.org:5671/turnout',
  REDIS_URLS: 'redis://10.20.0.31:6379,redis://10.20.0.32:6379,redis://10.20.0.33:6379',
  SMTP_URL: 'smtps://mail.example.org:465',
  WEBHOOK_SECRETS_KEY: Buffer.alloc(32).toString('base64'),
};

describe('the check of the manifests', () => {
  const service = (text: string) => {
    const [manifest] = readObjects(
      'a.yaml',
      `{ apiVersion: v1, kind: Service, metadata: { name: a }, spec: { ${text} } }`,
    );
    if (!manifest) throw new Error('there is no manifest');
    return manifest;
  };

  it('names a value of the wrong kind', async () => {
    const found = await schemaOffence(service('ports: [{ port: often }]'));
    expect(found).toContain('a.yaml: Service: data/spec/ports/0/port must be');
  });

  it('names a field that nobody knows', async () => {
    const good = service('ports: [{ port: 1 }]');
    const found = await unknownFields(root, [good, service('ports: [{ port: 1, prot: 2 }]')]);
    expect(found).toEqual([expect.stringMatching(/^a\.yaml: Service: .*'"prot"' does not exist/)]);
  });
});
