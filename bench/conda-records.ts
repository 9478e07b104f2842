import { record } from '../test/proxy/conda-house.ts';

/** So many versions of a package, with records of about 500 bytes. */
export function versionsOf(name: string, count: number): readonly ReturnType<typeof record>[] {
  const constrains = ['libgcc >=14', '__glibc >=2.17,<3.0.a0', 'python >=3.12,<3.13.0a0'];
  return Array.from({ length: count }, (_, at) => {
    const url = `https://${name}.test/the/archive/of/the/sources/of/version/1.${at}.tar.gz`;
    return record(name, `1.${at}`, { url, constrains, timestamp: 1.7e12 });
  });
}

/** Names of a channel of the size that an allow-list of packages leaves. */
export function namesOf(count: number): readonly string[] {
  return Array.from({ length: count }, (_, at) => `package-${at}`);
}

/** Approves all files of some packages of the conda source `forge`, and of some of PyPI. */
export function policyOf(names: readonly string[], pypi: readonly string[] = []): string {
  const allowed = [...pypi, ...names.map((name) => `forge::${name}`)];
  return `version: 1
sources: { pypi: { kind: pypi }, forge: { kind: conda, min-age: 0d } }
targets:
  python: ["3.11", "3.12", "3.13", "3.14"]
  platforms: [manylinux_2_28_x86_64, manylinux_2_28_aarch64]
  conda: { subdirs: [linux-64], virtual: { glibc: "2.28" } }
packages:
  allow: [${allowed.join(', ')}]
licenses: { allow: [MIT, BSD-3-Clause] }
versions: { keep: 1000, min-age: 0d }
`;
}
