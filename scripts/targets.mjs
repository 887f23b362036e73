/**
 * The systems that the package has binaries for. `zig`: zig's name of the target, with the oldest version of the system that
 * the binary must run on; `file`: below prebuilds/, by the rules of node-gyp-build.
 */
export const targets = {
  'linux-x64': { zig: 'x86_64-linux-gnu.2.17', file: 'linux-x64/dant.glibc.node' },
  'linux-x64-musl': { zig: 'x86_64-linux-musl', file: 'linux-x64/dant.musl.node' },
  'linux-arm64': { zig: 'aarch64-linux-gnu.2.17', file: 'linux-arm64/dant.glibc.node' },
  'linux-arm64-musl': { zig: 'aarch64-linux-musl', file: 'linux-arm64/dant.musl.node' },
  'darwin-x64': { zig: 'x86_64-macos.11.0', file: 'darwin-x64/dant.node' },
  'darwin-arm64': { zig: 'aarch64-macos.11.0', file: 'darwin-arm64/dant.node' },
  'win32-x64': { zig: 'x86_64-windows-gnu', file: 'win32-x64/dant.node' },
};

/** The target of the machine at hand; undefined if it has none. */
export function ownTarget() {
  const name = `${process.platform}-${process.arch}`;
  const isMusl = process.platform === 'linux' && !process.report.getReport().header.glibcVersionRuntime;
  const own = isMusl ? `${name}-musl` : name;
  return Object.hasOwn(targets, own) ? own : undefined;
}
