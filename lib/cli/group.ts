import { Command } from 'commander';

/** A command of commands, which take over the program's settings too. */
export class Group extends Command {
  override copyInheritedSettings(source: Command): this {
    super.copyInheritedSettings(source);
    for (const command of this.commands) command.copyInheritedSettings(this);
    return this;
  }
}
