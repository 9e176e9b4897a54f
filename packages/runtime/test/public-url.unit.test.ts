import { describe, expect, it } from 'vitest';
import { isPublicAddress } from '../src/public-address.ts';
import { complaintAboutUrl } from '../src/public-url.ts';

describe('an address is public', () => {
  it.each([
    '1.1.1.1',
    '93.184.216.34',
    '172.15.255.255',
    '172.32.0.1',
    '100.63.255.255',
    '100.128.0.1',
    '223.255.255.1',
    '2606:4700:4700::1111',
    '2a00:1450:4001:800::200e',
    '::ffff:1.1.1.1',
  ])('%s', (address) => expect(isPublicAddress(address)).toBe(true));
});

describe('an address is not public', () => {
  it.each([
    ['this machine', '127.0.0.1'],
    ['this machine', '127.255.255.254'],
    ['this machine', '::1'],
    ['unspecified', '0.0.0.0'],
    ['unspecified', '0.1.2.3'],
    ['unspecified', '::'],
    ['private', '10.0.0.1'],
    ['private', '172.16.0.1'],
    ['private', '172.31.255.255'],
    ['private', '192.168.1.1'],
    ["a carrier's NAT", '100.64.0.1'],
    ["a carrier's NAT", '100.127.255.255'],
    ['a link; where clouds keep credentials', '169.254.169.254'],
    ['the platform of a machine in Azure', '168.63.129.16'],
    ['the platform of a machine in Azure', '::ffff:168.63.129.16'],
    ['a link', 'fe80::1'],
    ['a link, with its zone', 'fe80::1%eth0'],
    ['a site', 'fec0::1'],
    ['unique local', 'fc00::1'],
    ['unique local; where clouds keep credentials', 'fd00:ec2::254'],
    ['multicast', '224.0.0.1'],
    ['multicast', '239.255.255.255'],
    ['multicast', 'ff02::1'],
    ['broadcast', '255.255.255.255'],
    ['reserved', '240.0.0.1'],
    ['protocol assignments', '192.0.0.1'],
    ['benchmarks', '198.18.0.1'],
    ['documentation', '192.0.2.1'],
    ['documentation', '198.51.100.1'],
    ['documentation', '203.0.113.1'],
    ['documentation', '2001:db8::1'],
    ['relays to IPv6', '192.88.99.1'],
    ['IPv4 in IPv6', '::ffff:127.0.0.1'],
    ['IPv4 in IPv6', '::ffff:7f00:1'],
    ['IPv4 in IPv6', '::ffff:10.0.0.1'],
    ['IPv4 in IPv6', '0:0:0:0:0:ffff:a9fe:a9fe'],
    ['IPv4 in IPv6, as it once was', '::127.0.0.1'],
    ['translated', '::ffff:0:127.0.0.1'],
    ['NAT64', '64:ff9b::127.0.0.1'],
    ['NAT64', '64:ff9b::1.1.1.1'],
    ['NAT64 of a network', '64:ff9b:1::7f00:1'],
    ['6to4', '2002:7f00:1::'],
    ['Teredo', '2001:0:4136:e378:8000:63bf:3fff:fdd2'],
    ['ORCHID', '2001:20::1'],
    ['discarded', '100::1'],
    ['segment routing', '5f00::1'],
    ['nothing', ''],
    ['a name', 'localhost'],
    ['not an address', '1.2.3'],
    ['not an address', '999.1.1.1'],
  ])('%s: %s', (_what, address) => expect(isPublicAddress(address)).toBe(false));
});

describe('where a URL of somebody else may lead', () => {
  it.each([
    'https://example.org/hooks',
    'https://example.org:443/',
    'https://example.org:8443/a?b=c',
    'https://1.1.1.1/',
    'https://[2606:4700:4700::1111]/',
    'https://münchen.example/',
    'HTTPS://Example.ORG',
    'https://localhost.example.org/',
  ])('takes %s', (url) => expect(complaintAboutUrl(url, 'public')).toBeNull());

  it.each([
    'http://example.org/',
    'https://example.org:22/',
    'https://example.org:25/',
    'https://localhost/',
    'https://localhost./',
    'https://LOCALHOST:8443/',
    'https://api.localhost/',
    'https://printer.local/',
    'https://metadata.google.internal/',
    'https://intranet/',
    'https://127.0.0.1/',
    'https://127.1/',
    'https://127.0.0.1./',
    'https://2130706433/',
    'https://0x7f000001/',
    'https://0x7f.0.0.1/',
    'https://0177.0.0.1/',
    'https://017700000001/',
    'https://0/',
    'https://0.0.0.0/',
    'https://①②⑦.0.0.1/',
    'https://127。0。0。1/',
    'https://%31%32%37.0.0.1/',
    'https://169.254.169.254/latest/meta-data',
    'https://168.63.129.16/',
    'https://[::1]/',
    'https://[::]/',
    'https://[::ffff:127.0.0.1]/',
    'https://[::ffff:7f00:1]/',
    'https://[0:0:0:0:0:0:0:1]/',
    'https://[fd00::1]/',
    'https://[fe80::1]/',
    'https://[64:ff9b::7f00:1]/',
  ])('refuses %s', (url) => expect(complaintAboutUrl(url, 'public')).not.toBeNull());

  it('takes anything where any network may be called', () => {
    for (const url of ['http://127.0.0.1:8080/', 'https://localhost:22/', 'http://[::1]/']) {
      expect(complaintAboutUrl(url, 'any')).toBeNull();
    }
  });
});
