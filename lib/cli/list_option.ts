import { Option } from 'commander';

/** A flag that takes a list, separated by commas. */
export function listOption(flags: string, about: string): Option {
  return new Option(flags, about).argParser((text) => text.split(',').map((part) => part.trim()));
}
