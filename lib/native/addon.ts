import { createRequire } from 'node:module';

import { DantError } from '../errors.js';
import type { NativeAddon } from './native.js';
import { noBinaryText } from './no_binary.js';
import { packageFolder } from './package_folder.js';

let loaded: NativeAddon | undefined;

function load(): NativeAddon {
  const nodeGypBuild = createRequire(import.meta.url)('node-gyp-build') as (folder: string) => NativeAddon;
  try {
    return (loaded ??= nodeGypBuild(packageFolder));
  } catch (error) {
    throw new DantError('DANT_NATIVE', noBinaryText(packageFolder, error as Error), { cause: error });
  }
}

/**
 * The native functions. The binary is loaded when the first of them is asked for, so that whatever needs none, such as the
 * command's help, works where there is no binary. Throws DANT_NATIVE if it cannot be loaded.
 */
export const addon = new Proxy({} as NativeAddon, {
  get: (_, name) => Reflect.get(load(), name) as unknown,
  ownKeys: () => Reflect.ownKeys(load()),
  getOwnPropertyDescriptor: (_, name) => {
    const own = Reflect.getOwnPropertyDescriptor(load(), name);
    return own && { ...own, configurable: true };
  },
});
