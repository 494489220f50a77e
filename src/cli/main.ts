import offerCompletion from "@bomb.sh/tab/commander";
import { Command, CommanderError } from "commander";
import { readVersion } from "../version.ts";
import { connectionsCommand } from "./connections-command.ts";
import { doctorCommand } from "./doctor-command.ts";
import { exportCommand } from "./export-command.ts";
import { importCommand } from "./import-command.ts";
import { linkCommand } from "./link-command.ts";
import { openapiCommand } from "./openapi-command.ts";
import { parkedCommand } from "./parked-command.ts";
import { repsCommand } from "./reps-command.ts";
import { salesforceCommand } from "./salesforce-command.ts";
import { sendSampleCommand } from "./send-sample-command.ts";
import { unreadableCommand } from "./unreadable-command.ts";

/** Every command of the tool, one file each. */
const COMMANDS: readonly (() => Command)[] = [
  linkCommand,
  doctorCommand,
  connectionsCommand,
  sendSampleCommand,
  repsCommand,
  parkedCommand,
  unreadableCommand,
  salesforceCommand,
  openapiCommand,
  exportCommand,
  importCommand,
];

/**
 * Runs one command line, given without the interpreter and the script, and gives the exit code.
 *
 * 0 is done, 1 is failed, 2 is wrong use. A command fails by throwing a `CommanderError` with exit code 1,
 * after it has written why. Results go to stdout, problems to stderr; with `--json` wrong use is one JSON object on
 * stdout as well. The process is never ended here.
 *
 * @throws whatever a command throws beside `CommanderError`.
 */
export async function runCli(args: readonly string[]): Promise<number> {
  const program = new Command("siro-bridge")
    .description("Puts the right Siro recording link on a field rep's device at the right moment.")
    .version(readVersion());
  for (const command of COMMANDS) {
    program.addCommand(command());
  }
  // Last: it knows the commands that are there.
  offerCompletion(program, { completionCommandName: "completion" });
  throwInsteadOfExit(program);
  try {
    await program.parseAsync(args, { from: "user" });
    return 0;
  } catch (error) {
    if (error instanceof CommanderError) {
      if (isWrongUse(error) && args.includes("--json")) {
        process.stdout.write(
          `${JSON.stringify({ error: error.message.replace(/^error: /, "") })}\n`,
        );
      }
      return exitCodeOf(error);
    }
    throw error;
  }
}

function throwInsteadOfExit(command: Command): void {
  command.exitOverride();
  command.commands.forEach(throwInsteadOfExit);
}

// Commander reports its own findings, such as an unknown flag, with exit code 1; here that is wrong use.
function isWrongUse({ code, exitCode }: CommanderError): boolean {
  return exitCode !== 0 && code.startsWith("commander.");
}

function exitCodeOf(error: CommanderError): number {
  return isWrongUse(error) ? 2 : error.exitCode;
}
