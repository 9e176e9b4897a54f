import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { inPath } from '@turnout/local-stack/programs';
import { findOrInstall, INSTALLS_WITHIN_MS } from '@turnout/test-kit/find-or-install';
import { describe, expect, it } from 'vitest';
import { type Manifest, readObjects, schemaOffence, unknownFields } from '../../scripts/kubernetes.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));

describe('the Kubernetes example, as kustomize builds it', { timeout: INSTALLS_WITHIN_MS }, () => {
  it('is what the published schemas allow, without and with what a cluster may need beside it', async () => {
    const kubectl = await findKubectl();
    const plain = ['setup', 'services'].flatMap((part) =>
      build(kubectl, join(root, 'ops/kubernetes/example', part)),
    );
    expect(plain.map(({ object }) => object.kind)).not.toContain('ServiceMonitor');
    const extended = buildWith(kubectl, 'private-ca', 'service-monitor');
    for (const { object } of extended.filter(({ object }) => ['Deployment', 'Job'].includes(object.kind))) {
      const { containers, volumes } = object.spec.template.spec;
      expect(containers[0].env).toContainEqual({ name: 'NODE_EXTRA_CA_CERTS', value: '/ca/ca.pem' });
      expect(containers[0].volumeMounts[0].name).toBe(volumes[0].name);
    }
    expect(extended.map(({ object }) => object.kind)).toContain('ServiceMonitor');
    const built = [...plain, ...extended];
    const offences = await Promise.all(built.map(schemaOffence));
    expect(offences.filter((offence) => offence !== null)).toEqual([]);
    expect(await unknownFields(root, built)).toEqual([]);
  });
});

async function findKubectl(): Promise<string> {
  return await findOrInstall(
    () => inPath('kubectl'),
    'kubernetes-client',
    'The Kubernetes manifests are built with kubectl: apt install kubernetes-client, or put kubectl of ' +
      'https://kubernetes.io/docs/tasks/tools on the PATH.',
  );
}

function build(kubectl: string, dir: string): Manifest[] {
  const { stdout, stderr } = spawnSync(kubectl, ['kustomize', dir], { encoding: 'utf8', timeout: 20_000 });
  expect(stderr).toBe('');
  return readObjects(dir, stdout);
}

/** The example with these components, which it names only in a comment. */
function buildWith(kubectl: string, ...components: string[]): Manifest[] {
  mkdirSync(join(root, '.local'), { recursive: true });
  const dir = mkdtempSync(join(root, '.local', 'kustomize-'));
  try {
    const at = (name: string) => `../../ops/kubernetes/${name}`;
    const kustomization = {
      apiVersion: 'kustomize.config.k8s.io/v1beta1',
      kind: 'Kustomization',
      resources: [at('example/setup'), at('example/services')],
      components: components.map(at),
    };
    writeFileSync(join(dir, 'kustomization.yaml'), JSON.stringify(kustomization));
    return build(kubectl, dir);
  } finally {
    rmSync(dir, { recursive: true });
  }
}
