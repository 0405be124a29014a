package dev.tercet.demos;

import picocli.CommandLine;
import picocli.CommandLine.IVersionProvider;
import picocli.CommandLine.Option;

/** The command that the others hang on. */
@CommandLine.Command(
        name = "tercet",
        versionProvider = Tercet.Version.class,
        synopsisSubcommandLabel = "COMMAND",
        description = "Text to vectors, scores and translations: BERT and Marian in pure Java.")
final class Tercet extends Command {
    @Option(
            names = {"-V", "--version"},
            versionHelp = true,
            description = "Show the version.")
    private boolean version;

    Tercet(Streams streams) {
        super(streams);
    }

    @Override
    void run() {
        throw wrongUsage("which command? Start with: tercet demo");
    }

    static final class Version implements IVersionProvider {
        @Override
        public String[] getVersion() {
            String version = Tercet.class.getPackage().getImplementationVersion();
            return new String[] {"tercet " + (version == null ? "development" : version) + ", Java " + Runtime.version()
            };
        }
    }
}
