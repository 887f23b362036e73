import type { HelpConfiguration } from 'commander';

const termWidth = 24;

/** Help pages in which a long flag has its explanation below instead of behind it. */
export const helpLayout: HelpConfiguration = {
  helpWidth: process.stdout.isTTY ? Math.min(process.stdout.columns, 120) : 100,
  padWidth: () => termWidth,
  formatItem: (term, _width, description, helper) => {
    const indent = ' '.repeat(termWidth + 4);
    const explanation = helper
      .boxWrap(description, (helper.helpWidth ?? 80) - indent.length)
      .replaceAll('\n', `\n${indent}`);
    const separator = term.length <= termWidth ? ' '.repeat(termWidth + 2 - term.length) : `\n${indent}`;
    return description === '' ? `  ${term}` : `  ${term}${separator}${explanation}`;
  },
};
